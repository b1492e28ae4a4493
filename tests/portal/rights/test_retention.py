"""How long records are kept: the clinic says, the system lists, two people destroy; nothing goes silently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access.models import AccessEvent
from portal.people.models import CareRelationship, Patient
from portal.rights import life, retention
from portal.rights.models import Erasure, LifeEvent, RetentionDue, RetentionKind, RetentionRule
from portal.rights.upkeep import round_of_rights
from portal.sealing.fields import Erased
from tests.people import PASSWORD, Clinic, make_clinic, make_patient

pytestmark = pytest.mark.django_db(transaction=True)
LAST_CARE, MOVED = RetentionKind.LAST_CARE, RetentionKind.MOVED
LAW = "The clinic's own rule, 2026"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def moved_years_ago(clinic: Clinic, years: int) -> LifeEvent:
    written = life.record(clinic.counsellor, clinic.ada, LifeEvent.Kind.MOVED, basis="letter", clinic="Hillside")
    event = life.confirm(clinic.privacy_officer, written)
    LifeEvent.objects.filter(pk=event.pk).update(confirmed_at=timezone.now() - timedelta(days=366 * years))
    return event


def due(clinic: Clinic, years: int = 10) -> RetentionDue:
    moved_years_ago(clinic, years)
    retention.set_rule(clinic.privacy_officer, MOVED, years=years, law=LAW)
    assert retention.list_due() == 1
    return RetentionDue.objects.get()


def test_without_a_rule_of_the_clinic_nothing_is_ever_due(clinic: Clinic) -> None:
    moved_years_ago(clinic, 200)
    assert retention.list_due() == 0


def test_being_due_destroys_nothing(clinic: Clinic) -> None:
    due(clinic)
    for _round in range(3):
        round_of_rights()
        retention.list_due()
    assert retention.list_due() == 0, "listed once"
    assert Patient.objects.get(pk=clinic.ada.pk).given_name == "Ada"
    noted = AccessEvent.objects.get(action="list.retention_due")
    assert (noted.actor, noted.patient) == (None, clinic.ada)


def test_a_day_too_early_is_not_due(clinic: Clinic) -> None:
    event = moved_years_ago(clinic, 1)
    retention.set_rule(clinic.privacy_officer, MOVED, years=10, law=LAW)
    now = timezone.now()
    exactly = retention.years_before(now, 10)
    LifeEvent.objects.filter(pk=event.pk).update(confirmed_at=exactly + timedelta(seconds=1))
    assert retention.list_due(now) == 0
    LifeEvent.objects.filter(pk=event.pk).update(confirmed_at=exactly - timedelta(seconds=1))
    assert retention.list_due(now) == 1


def test_a_leap_day_never_makes_it_due_too_soon() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert retention.years_before(leap, 1) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert retention.years_before(leap, 4) == datetime(2024, 2, 29, 12, tzinfo=UTC)


def test_the_years_count_from_the_last_use_and_care_stops_the_clock(clinic: Clinic) -> None:
    retention.set_rule(clinic.privacy_officer, LAST_CARE, years=5, law=LAW)
    in_six_years = timezone.now() + timedelta(days=6 * 366)
    AccessEvent(actor=clinic.clinician, actor_role="clinician", patient=clinic.ada, action="read.patient",
                resource="patient", outcome="permit").save()  # fmt: skip
    assert retention.list_due(in_six_years) == 0, "somebody looks after her"
    CareRelationship.objects.update(until=timezone.now())
    unknown = make_patient("Una", "Known")
    assert retention.list_due(in_six_years) == 1
    (line,) = RetentionDue.objects.all()
    assert line.patient == clinic.ada, "a record whose last use nobody knows is never due"
    assert unknown not in [found.patient for found in RetentionDue.objects.all()]
    assert retention.list_due(timezone.now() + timedelta(days=4 * 366)) == 0


def test_two_people_destroy_it_and_a_pseudonym_is_left(clinic: Clinic) -> None:
    line = due(clinic)
    with pytest.raises(retention.NotDestroyed, match="not_asked"):
        retention.confirm(clinic.counsellor, line)
    with pytest.raises(Http404):
        retention.ask(clinic.counsellor, line)
    retention.ask(clinic.privacy_officer, line)
    with pytest.raises(Http404):
        retention.confirm(clinic.privacy_officer, line)
    done = retention.confirm(clinic.counsellor, line)
    assert (done.cause, done.asked_by, done.decided_by) == ("retention", clinic.privacy_officer, clinic.counsellor)
    assert type(Patient.objects.get(pk=clinic.ada.pk).given_name) is Erased
    assert Erasure.objects.get().statement["erased"]["result_file"] == 1
    assert {event.action for event in AccessEvent.objects.filter(patient=clinic.ada, outcome="permit")} >= {
        "ask.retention_due", "confirm.retention_due", "confirm.erasure",
    }  # fmt: skip


def test_it_is_worked_out_afresh_before_anything_is_destroyed(clinic: Clinic) -> None:
    line = due(clinic)
    retention.ask(clinic.privacy_officer, line)
    retention.set_rule(clinic.privacy_officer, MOVED, years=30, law=LAW)
    with pytest.raises(retention.NotDestroyed, match="not_due"):
        retention.confirm(clinic.counsellor, line)
    RetentionRule.objects.all().delete()
    with pytest.raises(retention.NotDestroyed, match="not_due"):
        retention.confirm(clinic.counsellor, line)
    retention.set_rule(clinic.privacy_officer, MOVED, years=10, law=LAW)
    CareRelationship.objects.create(patient=clinic.ada, member=clinic.clinician)
    with pytest.raises(retention.NotDestroyed, match="in_care"):
        retention.confirm(clinic.counsellor, line)
    assert Patient.objects.get(pk=clinic.ada.pk).given_name == "Ada"


def test_it_can_be_kept_longer_with_a_reason(clinic: Clinic) -> None:
    line = due(clinic)
    retention.ask(clinic.privacy_officer, line)
    with pytest.raises(retention.NotDestroyed, match="no_reason"):
        retention.keep(clinic.privacy_officer, line, " ")
    retention.keep(clinic.privacy_officer, line, "A court asked for it.")
    with pytest.raises(retention.NotDestroyed, match="not_asked"):
        retention.confirm(clinic.counsellor, line)


def test_a_rule_names_the_law_of_the_clinic(clinic: Clinic) -> None:
    for years, law, reason in ((0, LAW, "years"), (10, "  ", "law")):
        with pytest.raises(retention.NotDestroyed, match=reason):
            retention.set_rule(clinic.privacy_officer, MOVED, years=years, law=law)
    with pytest.raises(Http404):
        retention.set_rule(clinic.operator, MOVED, years=10, law=LAW)


def test_the_desk_does_it_step_by_step(clinic: Clinic) -> None:
    line = due(clinic)
    officer, counsellor = Client(), Client()
    for client, user in ((officer, clinic.privacy_officer), (counsellor, clinic.counsellor)):
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    address = reverse("rights:retention", args=[line.pk])
    assert counsellor.post(address, {"confirm": "1"}).status_code == 404, "nothing is asked of them yet"
    rule = {"kind": "died", "years": "30", "law": LAW}
    assert counsellor.post(reverse("rights:set_rule"), rule).status_code == 404
    officer.post(reverse("rights:set_rule"), rule)
    page = officer.get(reverse("rights:desk")).content.decode()
    assert "Set by your clinic" in page and clinic.ada.record_number in page
    officer.post(address, {"ask": "1"})
    page = counsellor.get(reverse("rights:desk")).content.decode()
    assert clinic.ada.record_number in page and "Ada" not in page, "the second person needs no name"
    counsellor.post(address, {"confirm": "1"})
    assert Patient.objects.get(pk=clinic.ada.pk).erased_at is not None
