"""The four ways in which a yes can be missing, for real: a no, an act nobody knows, a broken chain, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from consent.ledger import triggers
from consent.ledger.chain import seal
from consent.ledger.models import ConsentEvent, Decision
from portal.people.models import Patient
from tests.people import allow

TABLE = ConsentEvent._meta.db_table
Fault = Callable[[Patient], AbstractContextManager[None]]


@contextmanager
def deny(patient: Patient, scope: str = "pgx") -> Iterator[None]:
    """The person takes their yes back."""
    allow(patient, scope, Decision.DENY)
    yield


@contextmanager
def unknown(patient: Patient, scope: str = "pgx") -> Iterator[None]:
    """The ledger holds a genuine act that this version of the portal does not know."""
    last = ConsentEvent.objects.filter(subject=patient.subject).order_by("-position").first()
    act = allow(patient, scope) if last is None else last
    new = ConsentEvent.objects.get(pk=act.pk)
    new.pk, new._state.adding = None, True
    new.id = type(act.id)(int=act.id.int ^ 1)
    new.position, new.previous = act.position + 1, act.seal
    new.scope, new.decision, new.at = scope, "perhaps", timezone.now()
    new.seal = seal(new)
    new.save()
    yield


@contextmanager
def exception(patient: Patient, scope: str = "pgx") -> Iterator[None]:
    """Somebody changed a line of the ledger, so that reading it raises."""
    triggers.allow_changes(connection, TABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET capacity_basis = 'changed' WHERE subject = %s", [_key(patient)])
        assert cursor.rowcount
    triggers.refuse_changes(connection, TABLE)
    yield


def _key(patient: Patient) -> Any:
    return patient.subject.hex if connection.vendor == "sqlite" else patient.subject


class DatabaseDown(OperationalError):
    """What a driver says when the server has gone."""


@contextmanager
def _answers_nothing(about: str = "") -> Iterator[None]:
    """Every question to the database (or only those about some tables) fails as when the server has gone."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # The test's own transaction is kept, so that what was left behind can be looked at afterwards.
        if about in sql and not sql.startswith(("SAVEPOINT", "ROLLBACK TO", "RELEASE")):
            raise DatabaseDown("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


def ledger_down(_patient: Patient) -> AbstractContextManager[None]:
    """The tables of the ledger cannot be read; everything else can."""
    return _answers_nothing("consent_ledger_")


def database_down(_patient: Patient) -> AbstractContextManager[None]:
    return _answers_nothing()


FAULTS: dict[str, tuple[Fault, ...]] = {
    "deny": (deny,),
    "unknown": (unknown,),
    "exception": (exception,),
    "database_down": (ledger_down, database_down),
}
