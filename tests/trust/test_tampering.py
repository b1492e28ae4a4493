"""A log that cannot lie: whoever owns the database can change it, and verification says so every time."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.access import log, triggers
from portal.access.anchors import where
from portal.access.models import AccessEvent, Seal
from portal.access.seals import seal
from portal.access.verify import verify
from portal.people.models import Role
from tests.people import make_patient, make_user

pytestmark = pytest.mark.django_db

BATCHES, EACH = 6, 9
Cursor = Any


@pytest.fixture
def sealed() -> list[int]:
    """A log of six sealed batches by several people; gives its sequences in order."""
    patients = [make_patient("Ada"), make_patient("Ben")]
    clinician = make_user(Role.CLINICIAN)
    for number in range(BATCHES * EACH):
        actor = None if number % 5 == 0 else clinician
        log.record(actor, "read.patient", patients[number % 2], consent_events=[str(number)])
        if number % EACH == EACH - 1:
            assert seal() is not None
    assert seal() is None
    assert verify() == []
    return list(AccessEvent.objects.order_by("sequence").values_list("sequence", flat=True))


@pytest.mark.parametrize("check", ["an earlier check", "a later one"])
def test_no_check_meets_the_anchors_of_another(check: str) -> None:
    log.record(None, "read.patient", reason=check)
    assert seal() is not None
    assert verify() == []


def run(cursor: Cursor, statement: str, *values: object) -> None:
    cursor.execute(statement, values)


def edit(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    column, value = chance.choice(
        [
            ("reason", "nothing"),
            ("action", "read.job"),
            ("outcome", "deny"),
            ("actor_role", "patient"),
            ("actor_id", None),
            ("patient_id", None),
            ("resource_id", "x"),
            ("consent_events", "[]"),
            ("mac", "0" * 64),
            ("at", "2020-01-01 00:00:00+00:00"),
        ]
    )
    row = chance.choice(rows) if column != "actor_id" else chance.choice(rows[1:5])
    run(cursor, f"UPDATE access_accessevent SET {column} = %s WHERE sequence = %s", value, row)


def delete(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    run(cursor, "DELETE FROM access_accessevent WHERE sequence = %s", chance.choice(rows))


def delete_many(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    first, last = sorted(chance.sample(rows, 2))
    run(cursor, "DELETE FROM access_accessevent WHERE sequence BETWEEN %s AND %s", first, last)


def reorder(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    one, other = chance.sample(rows, 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        run(cursor, "UPDATE access_accessevent SET sequence = %s WHERE sequence = %s", new, old)


_COPY = (
    "INSERT INTO access_accessevent (sequence, id, at, actor_role, action, resource, resource_id, outcome, reason, "
    "consent_events, mac, purpose) SELECT %s, %s, at, actor_role, action, resource, resource_id, outcome, reason, "
    "consent_events, mac, purpose FROM access_accessevent WHERE sequence = %s"
)


def insert(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    """A copy of a genuine row, at the end, before the beginning, or in the place of one taken out."""
    place = chance.choice([max(rows) + 1, max(rows) + 5, min(rows) - 1, chance.choice(rows)])
    source = chance.choice([row for row in rows if row != place])
    run(cursor, "DELETE FROM access_accessevent WHERE sequence = %s", place)
    run(cursor, _COPY, place, f"{chance.getrandbits(128):032x}", source)


def cut_tail(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    """The newest batches go, rows and seals alike: the chain that is left is whole."""
    keep = chance.randrange(BATCHES)
    run(cursor, "DELETE FROM access_seal WHERE number > %s", keep)
    if keep:
        run(cursor, "DELETE FROM access_accessevent WHERE sequence > %s", rows[keep * EACH - 1])
    else:
        run(cursor, "DELETE FROM access_accessevent")


def cut_seals(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    run(cursor, "DELETE FROM access_seal WHERE number = %s", chance.randrange(1, BATCHES + 1))


def edit_seal(cursor: Cursor, rows: list[int], chance: random.Random) -> None:
    column, value = chance.choice(
        [
            ("digest", "0" * 64),
            ("mac", "0" * 64),
            ("previous", "0" * 64),
            ("ranges", "[[1, 2]]"),
            ("ranges", "[[1, 900000000000]]"),
            ("gaps", "[[1, 1]]"),
            ("count", 3),
            ("at", "2020-01-01 00:00:00+00:00"),
        ]
    )
    number = chance.randrange(1, BATCHES + 1)
    run(cursor, f"UPDATE access_seal SET {column} = %s WHERE number = %s", value, number)


TAMPERS: list[Callable[[Cursor, list[int], random.Random], None]] = [
    edit, delete, delete_many, reorder, insert, cut_tail, cut_seals, edit_seal,
]  # fmt: skip


def found(rows: list[int], count: int) -> None:
    """The guards are lifted once, and each change is taken back before the next."""
    chance = random.Random(20261122)
    with transaction.atomic():
        triggers.remove(connection)
        for number in range(count):
            tamper = TAMPERS[number % len(TAMPERS)]
            with transaction.atomic():
                with connection.cursor() as cursor:
                    if connection.vendor == "sqlite":
                        cursor.execute("PRAGMA defer_foreign_keys = ON")
                    tamper(cursor, rows, chance)
                faults = [fault for fault in verify() if fault.kind != "unguarded"]
                transaction.set_rollback(True)
            assert faults, f"tamper {number} ({tamper.__name__}) was not found"
        transaction.set_rollback(True)
    assert verify() == [], "and all of it was undone"


def test_a_thousand_tampers_are_all_found(sealed: list[int]) -> None:
    found(sealed, 1000)


@pytest.mark.thorough
def test_ten_thousand_tampers_are_all_found(sealed: list[int]) -> None:
    found(sealed, 10_000)


def test_a_lifted_guard_is_found(sealed: list[int]) -> None:
    with transaction.atomic():
        triggers.remove(connection)
        assert {fault.kind for fault in verify()} == {"unguarded"}
        transaction.set_rollback(True)


def test_a_row_that_is_not_sealed_yet_cannot_be_forged_without_the_key(sealed: list[int]) -> None:
    with connection.cursor() as cursor:
        run(cursor, _COPY, max(sealed) + 1, "0" * 32, sealed[0])
    assert [fault.kind for fault in verify()] == ["edited"]


def test_sealing_what_was_forged_does_not_make_it_genuine(sealed: list[int]) -> None:
    with connection.cursor() as cursor:
        run(cursor, _COPY, max(sealed) + 1, "0" * 32, sealed[0])
    assert seal() is not None
    assert "edited" in {fault.kind for fault in verify()}


@pytest.mark.parametrize("lines", [0, 3])
def test_an_anchor_file_that_lost_lines_is_found(sealed: list[int], lines: int) -> None:
    kept = where().read_text().splitlines(keepends=True)[lines:] if lines else []
    where().write_text("".join(kept))
    assert {fault.kind for fault in verify()} == {"anchor missing"}
    log.record(None, "read.patient", None)
    seal()
    assert "anchor missing" in {fault.kind for fault in verify()}, "and the next seal does not hide it"


def test_an_anchor_line_that_is_not_ours_is_found(sealed: list[int]) -> None:
    lines = where().read_text().splitlines()
    where().write_text("\n".join([*lines[:-1], lines[-1].replace('"count": 9', '"count": 8')]) + "\n")
    assert "anchor not ours" in {fault.kind for fault in verify()}


def test_a_copy_kept_elsewhere_finds_a_cut_that_reached_both(sealed: list[int], tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.log"
    copy.write_text(where().read_text())
    with transaction.atomic():
        triggers.remove(connection)
        with connection.cursor() as cursor:
            run(cursor, "DELETE FROM access_seal WHERE number = %s", BATCHES)
            run(cursor, "DELETE FROM access_accessevent WHERE sequence > %s", sealed[-EACH - 1])
        triggers.install(connection)
        where().write_text("".join(where().read_text().splitlines(keepends=True)[:-1]))
        assert verify() == [], "this machine alone cannot tell"
        assert [fault.kind for fault in verify(copy)] == ["end cut off"]
        transaction.set_rollback(True)


def test_the_command_says_that_the_log_holds_and_when_it_does_not(sealed: list[int]) -> None:
    log.record(None, "read.patient", None)
    said = StringIO()
    call_command("verify_log", stdout=said)
    assert "The access log holds: 55 events under 7 seals." in said.getvalue()
    with transaction.atomic():
        triggers.remove(connection)
        with connection.cursor() as cursor:
            run(cursor, "DELETE FROM access_accessevent WHERE sequence = %s", sealed[4])
        with pytest.raises(CommandError, match="does not hold"):
            call_command("verify_log", stdout=said)
        transaction.set_rollback(True)
    assert f"deleted: event {sealed[4]}" in said.getvalue()


def test_an_earlier_secret_still_opens_what_was_written_with_it(sealed: list[int], settings: Any) -> None:
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another secret"
    assert verify()
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert verify() == []
    log.record(None, "read.patient", None)
    assert seal() is not None
    assert verify() == []


def test_a_commit_that_comes_late_is_sealed_next_time_and_is_no_fault(sealed: list[int]) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time: nothing commits late")
    late = max(sealed) + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('access_accessevent', 'sequence'))")
        (late,) = cursor.fetchone()
    log.record(None, "read.patient", None)
    first = seal()
    assert first is not None and late in [gap for gap, _missed in first.gaps]
    AccessEvent(sequence=late, action="read.patient", actor_role="system", outcome="system").save()
    second = seal()
    assert second is not None and second.ranges == [[late, late]]
    assert verify() == []


def test_the_database_itself_refuses_to_change_the_log(sealed: list[int]) -> None:
    statements = [
        "UPDATE access_accessevent SET reason = 'x'",
        "DELETE FROM access_accessevent",
        "UPDATE access_seal SET count = 0",
        "DELETE FROM access_seal",
        "UPDATE access_rowhistory SET model = 'x'",
        "DELETE FROM access_rowhistory",
    ]
    if connection.vendor == "postgresql":
        statements += ["TRUNCATE access_accessevent CASCADE", "TRUNCATE access_seal", "TRUNCATE access_rowhistory"]
    else:
        statements.append("INSERT OR REPLACE INTO access_accessevent SELECT * FROM access_accessevent LIMIT 1")
    for statement in statements:
        with pytest.raises(Exception, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            connection.check_constraints()  # PostgreSQL truncates no table that has work pending
            cursor.execute(statement)
    assert AccessEvent.objects.count() == BATCHES * EACH
    assert Seal.objects.count() == BATCHES
