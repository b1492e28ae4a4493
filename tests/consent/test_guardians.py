"""A child's parent decides until the child is of age, on a footing two people have seen; then the person is asked."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk import actions, guardians
from consent.desk.capacity import comes_of_age, footing, is_child
from consent.desk.models import Guardianship
from consent.desk.queries import desk_of, permission
from consent.ledger.fold import State, Suspension
from consent.ledger.models import ConsentEvent
from portal.access.models import AccessEvent
from portal.people.models import Patient, Role
from tests.people import Clinic, care, make_clinic, make_patient, make_user, say_yes

pytestmark = pytest.mark.django_db
YEAR = datetime.timedelta(days=366)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


@pytest.fixture
def child(clinic: Clinic) -> Patient:
    born = timezone.localdate() - datetime.timedelta(days=365 * 10)
    child = make_patient("Cleo", "Example", birth_date=born)
    care(clinic.clinician, child)
    care(clinic.counsellor, child)
    return child


def guard(clinic: Clinic, child: Patient, **fields) -> Guardianship:
    recorded = guardians.record(
        clinic.counsellor,
        child,
        clinic.ada_user,
        **{"capacity": "parent", "basis": "birth certificate seen", **fields},
    )
    return guardians.confirm(clinic.clinician, recorded)


def test_a_parent_decides_for_a_child_and_the_ledger_says_on_what_footing(clinic: Clinic, child: Patient) -> None:
    recorded = guard(clinic, child)
    event = say_yes(clinic.ada_user, child, "sf.child")
    assert (event.signer, event.capacity, event.capacity_basis) == (
        clinic.ada_user.pk, "parent", f"guardianship:{recorded.pk}",
    )  # fmt: skip
    assert event.capacity_until == comes_of_age(child)
    assert permission(child, "sf.child").permitted


def test_who_decides_for_a_child_leaves_a_line_for_each_look(clinic: Clinic, child: Patient) -> None:
    guard(clinic, child)
    parent = Client()
    parent.force_login(clinic.ada_user)
    looks = AccessEvent.objects.filter(actor=clinic.ada_user, patient=child, action="read.consent_event")
    for number, page in enumerate(("", "pgx/", "pgx/"), start=1):
        assert parent.get(f"/consent/for/{child.pk}/{page}").status_code == 200
        assert looks.count() == number
    shown = ConsentEvent.objects.get(subject=child.subject, decision="shown")
    assert looks.get(reason="shown").consent_events == [str(shown.id)], "no act without its line"


def test_a_yes_ends_with_the_account_of_who_gave_it(clinic: Clinic, child: Patient) -> None:
    """A parent who has been erased, or has died, no longer answers for the child: the yes waits for somebody."""
    guard(clinic, child)
    say_yes(clinic.ada_user, child)
    assert permission(child, "pgx").permitted
    guardians.close_all_of(clinic.counsellor, clinic.ada_user)
    held = permission(child, "pgx")
    assert (held.permitted, held.suspended) == (False, Suspension.CAPACITY_ENDED)
    assert footing(clinic.ada_user, child) is None


def test_at_eighteen_the_parents_yes_is_suspended_and_the_person_is_asked(clinic: Clinic, child: Patient) -> None:
    guard(clinic, child)
    say_yes(clinic.ada_user, child)
    birthday = comes_of_age(child)
    assert permission(child, "pgx", at=birthday - datetime.timedelta(seconds=1)).permitted
    of_age = permission(child, "pgx", at=birthday)
    assert (of_age.permitted, of_age.state, of_age.suspended) == (False, State.SUSPENDED, Suspension.CAPACITY_ENDED)
    assert footing(clinic.ada_user, child, birthday) is None
    # The same when the child grows up in the record: the parent can no longer act, and the child decides.
    child.birth_date = timezone.localdate() - 19 * YEAR
    child.save()
    with pytest.raises(Http404):
        actions.refuse(clinic.ada_user, child, "pgx")
    assert say_yes(child.account, child).capacity == "self"


def test_a_childs_own_yes_is_asked_again_at_eighteen_too(clinic: Clinic, child: Patient) -> None:
    event = say_yes(child.account, child)
    assert event.capacity_until == comes_of_age(child)
    assert permission(child, "pgx", at=comes_of_age(child)).state is State.SUSPENDED


def test_it_counts_only_once_a_second_person_has_confirmed_it(clinic: Clinic, child: Patient) -> None:
    recorded = guardians.record(
        clinic.counsellor, child, clinic.ada_user, capacity="parent", basis="birth certificate seen"
    )
    with pytest.raises(Http404):
        actions.refuse(clinic.ada_user, child, "pgx")
    with pytest.raises(guardians.NotConfirmed):
        guardians.confirm(clinic.counsellor, recorded)
    with pytest.raises(IntegrityError), transaction.atomic():
        Guardianship.objects.filter(pk=recorded.pk).update(confirmed_by=clinic.counsellor)
    guardians.confirm(clinic.clinician, recorded)
    assert actions.refuse(clinic.ada_user, child, "pgx").capacity == "parent"


def test_a_basis_and_an_end_are_always_there(clinic: Clinic, child: Patient) -> None:
    with pytest.raises(guardians.NotConfirmed):
        guard(clinic, child, basis=" ")
    with pytest.raises(guardians.NotConfirmed):
        guard(clinic, child, capacity="self")
    with pytest.raises(IntegrityError), transaction.atomic():
        Guardianship.objects.create(
            patient=child, guardian=clinic.ada_user, capacity="parent", basis="x", recorded_by=clinic.counsellor
        )
    late = guard(clinic, child, until=timezone.now() + 40 * YEAR)
    assert late.until == comes_of_age(child)


def test_a_footing_that_ended_or_has_not_begun_is_none(clinic: Clinic, child: Patient) -> None:
    guard(clinic, child, until=timezone.now() + YEAR)
    assert footing(clinic.ada_user, child, timezone.now() + 2 * YEAR) is None
    assert footing(clinic.ada_user, child, timezone.now() - YEAR) is None
    assert footing(clinic.ben_user, child) is None


def test_when_the_footing_is_taken_away_the_yes_given_on_it_no_longer_holds(clinic: Clinic, child: Patient) -> None:
    held = guard(clinic, child, capacity="guardian", basis="court order seen")
    say_yes(clinic.ada_user, child)
    own = say_yes(child.account, child, "carrier")
    (lapsed,) = guardians.end(clinic.counsellor, held)
    assert lapsed.decision == "lapsed"
    found = permission(child, "pgx")
    assert (found.state, found.suspended) == (State.SUSPENDED, Suspension.CAPACITY_ENDED)
    assert permission(child, "carrier").event == own
    with pytest.raises(Http404):
        actions.refuse(clinic.ada_user, child, "pgx")
    assert [row.scope for row in desk_of(clinic.counsellor).ask_again] == ["pgx"]


def test_a_parent_has_no_say_over_an_adult(clinic: Clinic) -> None:
    with pytest.raises(guardians.NotConfirmed):
        guard(clinic, clinic.ada)


def test_a_parent_decides_on_pages_that_say_for_whom(clinic: Clinic, child: Patient) -> None:
    guard(clinic, child)
    client = Client()
    client.force_login(clinic.ada_user)
    page = client.get(reverse("consent:choices")).content.decode()
    assert f"Decide for {child.full_name}" in page
    page = client.get(reverse("consent:for:choice", args=[child.pk, "sf.child"])).content.decode()
    assert f"You decide for {child.full_name} here." in page
    assert client.get(reverse("consent:for:choice", args=[child.pk, "sf.adult"])).status_code == 404
    assert client.get(reverse("consent:for:choice", args=[clinic.ben.pk, "pgx"])).status_code == 404
    client.post(reverse("consent:for:decide", args=[child.pk, "carrier"]), {"answer": "no", "keep": "1", "shown": ""})
    assert permission(child, "carrier").state is State.SHOWN or not permission(child, "carrier").permitted
    assert not permission(clinic.ada, "carrier").event


def test_the_desk_shows_whom_to_ask_again(clinic: Clinic, child: Patient) -> None:
    guard(clinic, child, until=timezone.now() + datetime.timedelta(days=10))
    say_yes(clinic.ada_user, child)
    (row,) = desk_of(clinic.counsellor).ends_soon
    assert (row.patient, row.scope) == (child, "pgx")


def test_only_the_care_team_records_who_may_decide(clinic: Clinic, child: Patient) -> None:
    for user in (clinic.ada_user, clinic.other_clinician, clinic.operator, make_user(Role.COUNSELLOR)):
        with pytest.raises(Http404):
            guardians.record(user, child, clinic.ada_user, capacity="parent", basis="seen")
    assert not ConsentEvent.objects.filter(subject=child.subject).exists()


@pytest.mark.parametrize(
    ("born", "of_age"),
    [("2008-02-29", "2026-03-01"), ("2008-03-01", "2026-03-01"), ("2008-12-31", "2026-12-31")],
)
def test_the_day_of_coming_of_age(born: str, of_age: str) -> None:
    patient = Patient(birth_date=datetime.date.fromisoformat(born))
    moment = comes_of_age(patient)
    assert moment.date().isoformat() == of_age
    assert is_child(patient, moment - datetime.timedelta(seconds=1)) and not is_child(patient, moment)


def test_the_whole_way_on_the_pages_two_people_and_then_the_parent_decides(clinic: Clinic, child: Patient) -> None:
    page = reverse("consent:guardianship")
    facts = {"patient": child.pk, "email": clinic.ada_user.email, "capacity": "parent", "basis": "birth certificate"}

    def at_desk(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    cora, carla = at_desk(clinic.counsellor), at_desk(clinic.clinician)
    assert "There is no account" in cora.post(page, facts | {"email": "nobody@example.org"}).content.decode()
    assert cora.post(page, facts | {"patient": clinic.ben.pk}).status_code == 200, "not looked after by her"
    assert (
        "is of age"
        in cora.post(page, facts | {"patient": clinic.ada.pk, "email": clinic.ben_user.email}).content.decode()
    )
    assert not Guardianship.objects.exists()
    assert cora.post(page, facts).status_code == 302
    held = Guardianship.objects.get()
    confirm = reverse("consent:confirm_guardianship", args=[held.pk])
    assert "Another member of the team" in cora.post(confirm, follow=True).content.decode()
    assert footing(clinic.ada_user, child) is None
    carla.post(confirm)
    assert footing(clinic.ada_user, child) is not None
    say_yes(clinic.ada_user, child)
    carla.post(reverse("consent:end_guardianship", args=[held.pk]))
    assert footing(clinic.ada_user, child) is None
    assert permission(child, "pgx").state is State.SUSPENDED
    for user in (clinic.ada_user, clinic.operator, clinic.privacy_officer):
        assert at_desk(user).get(page).status_code == 404
