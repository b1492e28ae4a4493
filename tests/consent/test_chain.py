"""Nothing in the ledger can be changed, removed, moved, put in or cut off without being found."""

from __future__ import annotations

import datetime
import json
import random
import uuid
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consent.ledger import anchors, triggers
from consent.ledger.append import append
from consent.ledger.chain import SEALED, FaultCode, LedgerBroken, verify, verify_all
from consent.ledger.models import ConsentEvent, Decision
from consent.ledger.standing import permitted_subjects, standing
from portal.people.models import Patient
from tests.people import make_patient

pytestmark = pytest.mark.django_db
TABLE = ConsentEvent._meta.db_table


@pytest.fixture(autouse=True)
def own_anchors(tmp_path, settings) -> None:
    settings.CONSENT_ANCHORS = tmp_path / "anchors"


def add(subject: uuid.UUID, decision: Decision = Decision.PERMIT, scope: str = "pgx") -> ConsentEvent:
    return append(
        subject=subject, scope=scope, decision=decision, template=scope, template_version="1.0",
        template_hash="0" * 64, locale="en", signer=subject, comprehension={"passed": True, "attempts": 1},
    )  # fmt: skip


def grow(django_capture_on_commit_callbacks, people: int = 2, acts: int = 5) -> list[uuid.UUID]:
    subjects = [uuid.uuid4() for _ in range(people)]
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(acts):
            for subject in subjects:
                add(subject, [Decision.PERMIT, Decision.DENY, Decision.WITHDRAW][number % 3])
    return subjects


@pytest.fixture
def intruder() -> Iterator[object]:
    """Someone who owns the database and has taken the triggers off."""
    triggers.allow_changes(connection, TABLE)

    def run(sql: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    yield run
    triggers.refuse_changes(connection, TABLE)


def test_the_database_itself_refuses_to_change_or_remove_an_act() -> None:
    event = add(uuid.uuid4())
    for sql in (
        f"UPDATE {TABLE} SET decision = 'permit' WHERE sequence = {event.sequence}",
        f"DELETE FROM {TABLE} WHERE sequence = {event.sequence}",
        f"DELETE FROM {TABLE}",
        *([f"TRUNCATE {TABLE}"] if connection.vendor == "postgresql" else []),
    ):
        with pytest.raises(DatabaseError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert ConsentEvent.objects.count() == 1


def test_an_untouched_ledger_has_no_fault(django_capture_on_commit_callbacks, capsys) -> None:
    for subject in grow(django_capture_on_commit_callbacks):
        assert verify(subject) == []
    call_command("verify_ledger")
    assert capsys.readouterr().out == "10 acts, no fault.\n"


def tamper(intruder, kind: str, events: list[ConsentEvent], dice: random.Random) -> None:
    """One attack by somebody who owns the database but neither the key nor the anchors."""
    victim = dice.choice(events)
    last = max((event for event in events if event.subject == victim.subject), key=lambda event: event.position)
    match kind:
        case "change":
            name, value = dice.choice(
                [("decision", "counselled"), ("scope", "carrier"), ("template_hash", "f" * 64), ("locale", "es"),
                 ("signer", uuid.uuid4().hex), ("capacity", "attorney"), ("capacity_basis", "none"),
                 ("comprehension", json.dumps({"passed": False})), ("method", "paper"), ("at", "2020-01-01 00:00:00"),
                 ("expires_at", "2099-01-01 00:00:00"), ("seal", "a" * 64), ("previous", "b" * 64), ("position", 77)]
            )  # fmt: skip
            intruder(f"UPDATE {TABLE} SET {name} = %s WHERE sequence = %s", value, victim.sequence)
        case "remove":
            intruder(f"DELETE FROM {TABLE} WHERE sequence = %s", victim.sequence)
        case "cut the end":
            intruder(
                f"DELETE FROM {TABLE} WHERE subject = %s AND position >= %s",
                victim.subject.hex if connection.vendor == "sqlite" else victim.subject,
                victim.position,
            )
        case "move":
            # Between two people the database's counter says nothing about either of them.
            same = [event for event in events if event.subject == victim.subject]
            other = dice.choice([event for event in same if event.pk != victim.pk])
            intruder(f"UPDATE {TABLE} SET sequence = -1 WHERE sequence = %s", victim.sequence)
            intruder(f"UPDATE {TABLE} SET sequence = %s WHERE sequence = %s", victim.sequence, other.sequence)
            intruder(f"UPDATE {TABLE} SET sequence = %s WHERE sequence = -1", other.sequence)
        case "put in":
            forged = ConsentEvent.objects.get(pk=last.pk)
            forged.pk, forged.id, forged._state.adding = None, uuid.uuid4(), True
            forged.position, forged.previous, forged.decision = last.position + 1, last.seal, "permit"
            forged.at = timezone.now()
            forged.save()
        case "copy an old yes to the end":
            first = ConsentEvent.objects.get(subject=victim.subject, position=1)
            first.pk, first.id, first._state.adding = None, uuid.uuid4(), True
            first.position = last.position + 1
            first.save()


KINDS = ["change", "remove", "cut the end", "move", "put in", "copy an old yes to the end"]


def find_all(count: int, intruder, callbacks) -> None:
    """One ledger, attacked again and again; each attack is taken back before the next."""
    dice = random.Random(20260101)
    for acts in (2, 3, 5):
        grow(callbacks, people=1, acts=acts)
    events = list(ConsentEvent.objects.all())
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        with transaction.atomic():
            tamper(intruder, kind, events, dice)
            _, found = verify_all()
            assert found, f"{kind} was not found ({number})"
            transaction.set_rollback(True)
    assert verify_all()[1] == [], "and all of it was taken back"


def test_a_thousand_tampers_are_all_found(intruder, django_capture_on_commit_callbacks) -> None:
    find_all(1000, intruder, django_capture_on_commit_callbacks)


@pytest.mark.thorough
def test_ten_thousand_tampers_are_all_found(intruder, django_capture_on_commit_callbacks) -> None:
    find_all(10_000, intruder, django_capture_on_commit_callbacks)


def test_every_column_is_sealed() -> None:
    """A new column that says something must be sealed too."""
    columns = {field.attname for field in ConsentEvent._meta.fields}
    assert columns - set(SEALED) == {"sequence", "seal"}


def test_a_forged_yes_permits_nothing_even_before_anyone_verifies(intruder) -> None:
    patient = make_patient()
    add(patient.subject, Decision.PERMIT)
    add(patient.subject, Decision.WITHDRAW)
    tamper(intruder, "copy an old yes to the end", list(ConsentEvent.objects.all()), random.Random(1))
    with pytest.raises(LedgerBroken):
        standing(patient.subject, "pgx")
    assert permitted_subjects(Patient.objects.values("subject"), "pgx") == set()


def test_removing_a_withdrawal_in_the_middle_permits_nothing(intruder) -> None:
    patient = make_patient()
    add(patient.subject, Decision.PERMIT)
    event = add(patient.subject, Decision.WITHDRAW)
    add(patient.subject, Decision.DENY, "carrier")
    assert permitted_subjects(Patient.objects.values("subject"), "pgx") == set()
    intruder(f"DELETE FROM {TABLE} WHERE sequence = %s", event.sequence)
    with pytest.raises(LedgerBroken):
        standing(patient.subject, "pgx")
    assert permitted_subjects(Patient.objects.values("subject"), "pgx") == set()


def test_a_whole_person_removed_is_found(intruder, django_capture_on_commit_callbacks) -> None:
    grow(django_capture_on_commit_callbacks, people=1)
    intruder(f"DELETE FROM {TABLE}")
    assert [fault.code for fault in verify_all()[1]] == [FaultCode.TAIL_CUT]
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_ledger")


def test_a_changed_or_missing_anchor_is_found(django_capture_on_commit_callbacks) -> None:
    (subject,) = grow(django_capture_on_commit_callbacks, people=1)
    path = anchors.folder() / f"{subject}.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"position": 1}))
    assert [fault.code for fault in verify(subject)] == [FaultCode.ANCHOR_CHANGED]
    path.write_text("nonsense")
    assert [fault.code for fault in verify(subject)] == [FaultCode.ANCHOR_CHANGED]
    path.unlink()
    assert [fault.code for fault in verify(subject)] == [FaultCode.ANCHOR_MISSING]


def test_an_anchor_never_moves_backwards(django_capture_on_commit_callbacks) -> None:
    (subject,) = grow(django_capture_on_commit_callbacks, people=1, acts=3)
    anchors.set_anchor(subject, 2, "x" * 64)
    known = anchors.read(subject)
    assert known is not None and known.position == 3


def test_another_key_finds_every_act_foreign(settings, django_capture_on_commit_callbacks) -> None:
    (subject,) = grow(django_capture_on_commit_callbacks, people=1, acts=3)
    settings.CONSENT_LEDGER_KEY = "the key of somebody else"
    codes = [fault.code for fault in verify(subject)]
    assert codes == [FaultCode.CHANGED] * 3 + [FaultCode.ANCHOR_CHANGED]


def test_a_clock_set_back_does_not_hide_a_withdrawal(monkeypatch) -> None:
    """The order of the acts is that of the chain, not that of their clocks."""
    subject = uuid.uuid4()
    long_ago = timezone.now() - datetime.timedelta(days=9)
    with monkeypatch.context() as then:
        then.setattr("django.utils.timezone.now", lambda: long_ago)
        add(subject)
    add(subject, Decision.DENY, "carrier")
    earlier = timezone.now() - datetime.timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: earlier)
    assert standing(subject, "pgx").permitted
    add(subject, Decision.WITHDRAW)
    assert not standing(subject, "pgx").permitted
    assert not standing(subject, "pgx", earlier).permitted
