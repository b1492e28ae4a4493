"""When a life changes: a move ends what this clinic's staff read, a death makes the record stand still."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.actions import withdraw
from consent.desk.models import Guardianship
from consent.desk.queries import permission
from portal.access import actions
from portal.access.decide import decide
from portal.access.models import AccessEvent, NoticeOwed
from portal.people.models import Patient, ProxyGrant
from portal.results.models import ResultFile
from portal.results.road import consent_changed
from portal.rights import exporting, leaving, life
from portal.rights.models import Export, LifeEvent
from tests.jobs import work_off
from tests.people import Clinic, allow, care, make_clinic, make_file, make_user

pytestmark = pytest.mark.django_db
MOVED, DIED = LifeEvent.Kind.MOVED, LifeEvent.Kind.DIED


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def moved(clinic: Clinic) -> LifeEvent:
    written = life.record(clinic.counsellor, clinic.ada, MOVED, basis="letter seen", clinic="Hillside Clinic")
    return life.confirm(clinic.privacy_officer, written)


def died(clinic: Clinic) -> LifeEvent:
    written = life.record(
        clinic.clinician, clinic.ada, DIED, basis="certificate seen", decides="B. Example, executor"
    )
    event = life.confirm(clinic.privacy_officer, written)
    clinic.ada = Patient.objects.get(pk=clinic.ada.pk)
    clinic.report = type(clinic.report).objects.get(pk=clinic.report.pk)
    return event


def test_writing_it_down_alone_changes_nothing(clinic: Clinic) -> None:
    life.record(clinic.counsellor, clinic.ada, DIED, basis="certificate seen")
    life.record(clinic.counsellor, clinic.ada, MOVED, basis="letter seen", clinic="Hillside Clinic")
    assert decide(clinic.clinician, "sign.report", clinic.draft)
    assert decide(clinic.ada_user, "read.report", clinic.report)


def test_after_a_move_staff_read_no_more_and_the_patient_reads_on(clinic: Clinic) -> None:
    moved(clinic)
    for member in (clinic.clinician, clinic.counsellor):
        assert not decide(member, "read.report", clinic.report)
        assert not decide(member, "read.patient", clinic.ada)
    assert decide(clinic.ada_user, "read.report", clinic.report)
    assert NoticeOwed.objects.filter(patient=clinic.ada, kind="moved").count() == 1


def test_after_a_move_everything_is_packed_for_the_patient_to_take_along(clinic: Clinic) -> None:
    moved(clinic)
    work_off("export")
    export = Export.objects.get(patient=clinic.ada)
    exporting.take(clinic.ada_user, export).close()
    with pytest.raises(Http404):
        exporting.take(clinic.counsellor, export)


def test_a_patient_who_comes_back_is_looked_after_again_by_somebodys_own_act(clinic: Clinic) -> None:
    event = moved(clinic)
    life.undo(clinic.privacy_officer, event)
    assert not decide(clinic.clinician, "read.report", clinic.report)
    actions.begin_care(clinic.operator, clinic.ada, clinic.clinician)
    assert decide(clinic.clinician, "read.report", clinic.report)


def test_after_a_death_nobody_reads_for_the_person_and_nothing_new_happens(clinic: Clinic) -> None:
    helper = make_user(clinic.ben_user.role)
    ProxyGrant.objects.create(patient=clinic.ada, proxy=helper, covers=["reports", "files"])
    Guardianship.objects.create(
        patient=clinic.ada, guardian=clinic.ben_user, capacity="attorney", basis="deed seen",
        recorded_by=clinic.counsellor, confirmed_by=clinic.clinician,
    )  # fmt: skip
    signed_in = Client()
    signed_in.force_login(clinic.ada_user)
    signed_in.get("/")
    died(clinic)
    assert signed_in.get("/").status_code == 302, "the account is closed"
    assert not decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)
    assert not decide(clinic.ben_user, "read.consent_event", clinic.ada), "family gets nothing by itself"
    for action, thing in (
        ("sign.report", clinic.draft), ("annotate.report", clinic.draft), ("order.test_order", clinic.ada),
        ("upload.result_file", clinic.ada), ("invite.patient_invitation", clinic.ada),
        ("record.guardianship", clinic.ada),
    ):  # fmt: skip
        fresh = type(thing).objects.get(pk=thing.pk)
        assert decide(clinic.clinician, action, fresh).reason == "frozen", action
    assert not decide(
        clinic.laboratory_user, "upload.result_file", type(clinic.order).objects.get(pk=clinic.order.pk)
    )
    assert decide(clinic.clinician, "read.report", clinic.report), "the team may still look"


def test_a_grant_that_somebody_forgot_to_end_opens_nothing_after_a_death(clinic: Clinic) -> None:
    died(clinic)
    helper = make_user(clinic.ben_user.role)
    ProxyGrant.objects.create(patient=clinic.ada, proxy=helper, covers=["reports", "files"])
    assert decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada).reason == "frozen"
    clinic.ada_user.is_active = True
    clinic.ada_user.save()
    assert decide(clinic.ada_user, "read.report", clinic.report).reason == "frozen"


def test_a_file_on_its_way_stops_at_a_death(clinic: Clinic) -> None:
    file = make_file(clinic.ada, clinic.laboratory_user, status="queued")
    assert permission(clinic.ada, "pgx").permitted
    died(clinic)
    assert not permission(clinic.ada, "pgx").permitted
    consent_changed(clinic.ada, "pgx")
    assert ResultFile.objects.get(pk=file.pk).status == "waiting_for_consent"


def test_a_death_by_mistake_is_undone_and_the_account_opens(clinic: Clinic) -> None:
    event = died(clinic)
    life.undo(clinic.privacy_officer, event)
    ada = Patient.objects.get(pk=clinic.ada.pk)
    assert ada.frozen_at is None and ada.account is not None and ada.account.is_active
    assert LifeEvent.objects.get(pk=event.pk).reversed_by == clinic.privacy_officer, "and stays written down"
    life.record(clinic.clinician, ada, DIED, basis="another certificate")


def test_two_people_and_a_basis(clinic: Clinic) -> None:
    for facts, reason in (({"basis": " "}, "basis"), ({"basis": "letter"}, "clinic")):
        with pytest.raises(life.NotRecorded, match=reason):
            life.record(clinic.counsellor, clinic.ada, MOVED, **facts)
    written = life.record(clinic.counsellor, clinic.ada, DIED, basis="certificate seen")
    with pytest.raises(life.NotRecorded, match="standing"):
        life.record(clinic.clinician, clinic.ada, DIED, basis="certificate seen")
    for person in clinic.everyone().values():
        if person != clinic.privacy_officer:
            with pytest.raises(Http404):
                life.confirm(person, written)
    LifeEvent.objects.filter(pk=written.pk).update(recorded_by=clinic.privacy_officer)
    with pytest.raises(life.NotRecorded, match="same_person"):
        life.confirm(clinic.privacy_officer, written)


def test_every_act_is_in_the_log(clinic: Clinic) -> None:
    event = moved(clinic)
    life.undo(clinic.privacy_officer, event)
    acts = AccessEvent.objects.filter(patient=clinic.ada, action__endswith="life_event").order_by("sequence")
    assert [(act.action, act.actor, act.reason) for act in acts] == [
        ("record.life_event", clinic.counsellor, "moved"),
        ("confirm.life_event", clinic.privacy_officer, "moved"),
        ("reverse.life_event", clinic.privacy_officer, "moved"),
    ]


def test_the_desk_writes_down_and_the_officer_confirms(clinic: Clinic) -> None:
    desk, officer = Client(), Client()
    desk.force_login(clinic.counsellor)
    officer.force_login(clinic.privacy_officer)
    sent = {"patient": clinic.ada.pk, "kind": "moved", "basis": "letter seen"}
    assert desk.post(reverse("rights:desk"), sent).status_code == 422, "a move names the new clinic"
    desk.post(reverse("rights:desk"), {**sent, "clinic": "Hillside Clinic"})
    event = LifeEvent.objects.get()
    assert "Hillside Clinic" in officer.get(reverse("rights:desk")).content.decode()
    assert desk.post(reverse("rights:confirm_life", args=[event.pk])).status_code == 404
    officer.post(reverse("rights:confirm_life", args=[event.pk]))
    event.refresh_from_db()
    assert event.confirmed_by == clinic.privacy_officer
    officer.post(reverse("rights:reverse_life", args=[event.pk]))
    assert not desk.get(reverse("rights:desk")).content.decode().count("Ada Example")


def test_a_wish_to_leave_ends_with_the_person_who_had_it(clinic: Clinic) -> None:
    wish = leaving.ask(clinic.ada_user, clinic.ada)
    died(clinic)
    type(wish).objects.filter(pk=wish.pk).update(not_before=timezone.now() - timedelta(days=1))
    with pytest.raises(Http404):
        leaving.confirm(clinic.counsellor, type(wish).objects.get(pk=wish.pk))


def test_a_no_is_still_possible_for_the_living(clinic: Clinic) -> None:
    moved(clinic)
    withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert not permission(clinic.ada, "pgx").permitted
    allow(clinic.ben)
    care(clinic.clinician, clinic.ben)
    assert permission(clinic.ben, "pgx").permitted


def test_a_yes_that_somebody_who_died_gave_for_somebody_else_holds_no_longer(clinic: Clinic) -> None:
    held = Guardianship.objects.create(
        patient=clinic.ben, guardian=clinic.ada_user, capacity="attorney", basis="deed seen",
        recorded_by=clinic.counsellor, confirmed_by=clinic.clinician,
    )  # fmt: skip
    footing = {"capacity": "attorney", "capacity_basis": f"guardianship:{held.pk}"}
    allow(clinic.ben, signer=clinic.ada_user.pk, **footing)
    assert permission(clinic.ben, "pgx").permitted
    died(clinic)
    assert not permission(clinic.ben, "pgx").permitted
