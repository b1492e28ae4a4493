"""Saying yes, saying no, and changing one's mind."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from consent.desk import actions, guardians, hooks, texts, understanding
from consent.desk.queries import counsellor_for, desk_of, guardianships_for, permission
from consent.ledger.append_only import RowsAreOnlyAdded
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent
from portal.access.actions import break_glass
from portal.access.decide import decide
from portal.access.models import AccessEvent
from portal.people.models import CareRelationship, Patient
from tests.people import Clinic, make_clinic, say_yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


def test_nothing_is_allowed_before_the_person_is_asked(clinic: Clinic) -> None:
    answer = permission(clinic.ada, "pgx")
    assert (answer.permitted, answer.state, answer.event_ids) == (False, State.NOT_ASKED, [])


def test_a_yes_permits_and_says_exactly_which_text_was_agreed_to(clinic: Clinic) -> None:
    text = texts.text("pgx")
    event = say_yes(clinic.ada_user, clinic.ada)
    answer = permission(clinic.ada, "pgx")
    assert (answer.permitted, answer.state, answer.event_ids) == (True, State.PERMITTED, [str(event.id)])
    assert (event.template_hash, event.template_version, event.locale) == (text.content_hash, text.version, "en")
    assert event.signer == clinic.ada_user.pk
    assert not permission(clinic.ada, "another").permitted
    assert not permission(clinic.ben, "pgx").permitted


def test_a_no_and_a_withdrawal_work_at_once_and_keep_the_history(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert permission(clinic.ada, "pgx").state is State.WITHDRAWN
    actions.refuse(clinic.ada_user, clinic.ada, "pgx")
    assert permission(clinic.ada, "pgx").state is State.DENIED
    assert [event.decision for event in ConsentEvent.objects.all()] == ["permit", "withdraw", "deny"]


def test_a_second_click_adds_nothing(clinic: Clinic) -> None:
    first = say_yes(clinic.ada_user, clinic.ada)
    assert say_yes(clinic.ada_user, clinic.ada) == first
    assert ConsentEvent.objects.count() == 1


def test_nobody_else_can_decide_for_her(clinic: Clinic) -> None:
    for name, person in clinic.everyone().items():
        if name != "ada":
            for act in (actions.give, actions.refuse, actions.withdraw):
                with pytest.raises(Http404):
                    act(person, clinic.ada, "pgx")
    assert not ConsentEvent.objects.exists()


def test_an_answer_to_an_old_text_is_not_taken(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada, "carrier")
    with pytest.raises(actions.TextHasChanged):
        actions.give(clinic.ada_user, clinic.ada, "pgx", shown_hash="0" * 64)
    assert not permission(clinic.ada, "pgx").permitted


def test_a_scope_without_a_text_cannot_be_agreed_to(clinic: Clinic) -> None:
    for scope in ("everything", "../pgx", "", "proxy", "research.ds", "research.ds.MONDO:1"):
        with pytest.raises(KeyError):
            actions.give(clinic.ada_user, clinic.ada, scope)


def test_other_rooms_hear_of_a_change_after_it_is_kept(clinic: Clinic, django_capture_on_commit_callbacks) -> None:
    heard: list[tuple[Patient, str, bool]] = []

    def listener(patient: Patient, scope: str) -> None:
        heard.append((patient, scope, permission(patient, scope).permitted))

    hooks.on_change(listener)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            say_yes(clinic.ada_user, clinic.ada)
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    finally:
        hooks._listeners.remove(listener)
    assert heard == [(clinic.ada, "pgx", True), (clinic.ada, "pgx", False)]


def test_the_access_log_names_the_consent_event(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    noted = AccessEvent.objects.latest("sequence")
    assert (noted.action, noted.patient, noted.consent_events) == ("give.consent_event", clinic.ada, [str(event.id)])


def test_an_unreadable_ledger_is_a_no(clinic: Clinic) -> None:
    say_yes(clinic.ada_user, clinic.ada)

    def broken(execute, sql, params, many, context):
        raise RuntimeError("the disk is gone")

    with connection.execute_wrapper(broken):
        answer = permission(clinic.ada, "pgx")
    assert (answer.permitted, answer.state) == (False, None)


def test_rows_of_the_ledger_and_the_log_are_only_added(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    noted = AccessEvent.objects.latest("sequence")
    for row, field in ((event, "decision"), (noted, "reason")):
        rows = type(row).objects.all()
        setattr(row, field, "deny")
        for change in (
            row.save,
            row.delete,
            rows.delete,
            lambda rows=rows, field=field: rows.update(**{field: "deny"}),
            lambda rows=rows, row=row, field=field: rows.bulk_update([row], [field]),
            lambda rows=rows, row=row: rows.bulk_create([row]),
            lambda rows=rows, row=row: type(row)._base_manager.filter(pk=row.pk).delete(),
        ):
            with pytest.raises(RowsAreOnlyAdded):
                change()
    assert ConsentEvent.objects.get().decision == "permit"


def test_a_record_opened_in_an_emergency_brings_nobody_to_the_consent_desk(clinic: Clinic) -> None:
    task = understanding.ask_to_talk(clinic.ada_user, clinic.ada, "pgx")
    guardians.record(clinic.counsellor, clinic.ada, clinic.ben_user, capacity="attorney", basis="deed seen")
    stranger = clinic.other_clinician
    break_glass(
        stranger, record_number=clinic.ada.record_number, birth_date=clinic.ada.birth_date, reason="unconscious"
    )
    assert decide(stranger, "read.patient", clinic.ada), "else the glass was not broken"
    assert desk_of(stranger).needs_me == []
    assert not guardianships_for(stranger).exists()
    assert desk_of(clinic.counsellor).needs_me == [task]
    assert guardianships_for(clinic.counsellor).exists()
    CareRelationship.objects.filter(patient=clinic.ada, emergency=False).update(until=timezone.now())
    assert counsellor_for(clinic.ada) is None, "nobody is named to call who only has the hour"
