"""The statement of effect: what a refusal or withdrawal has stopped, and which copies cannot be called back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consent.desk.hooks import Copy, copies, holds_copies
from consent.desk.preview import people_concerned, rows_of
from consent.ledger.models import ConsentEvent
from portal.access.decide import decide
from portal.access.matrix import RESOURCE_NAMED, RULES
from portal.access.models import AccessEvent, Outcome
from portal.people.models import Patient


@dataclass(frozen=True)
class Closed:
    """One kind of thing: how many there are, and how many still open for somebody (must be none)."""

    resource: str
    count: int
    still_open: int


@dataclass(frozen=True)
class Effect:
    event: ConsentEvent
    at: datetime
    closed: tuple[Closed, ...]
    recalled: tuple[Copy, ...]
    outside: tuple[Copy, ...]


def effect_of(patient: Patient, event: ConsentEvent, at: datetime) -> Effect:
    """What has come of a no, checked now and not assumed: everybody is tried against every row."""
    resources = sorted({rule.action.partition(".")[2] for rule in RULES if rule.consent == event.scope})
    known = [copy for copy in copies(patient, event.scope) if copy.at <= event.at]
    return Effect(
        event=event,
        at=at,
        closed=tuple(_closed(patient, event.scope, name) for name in resources),
        recalled=tuple(copy for copy in known if copy.recalled),
        outside=tuple(copy for copy in known if not copy.recalled),
    )


def _closed(patient: Patient, scope: str, name: str) -> Closed:
    rows = rows_of(patient, RESOURCE_NAMED[name])
    actions = {rule.action for rule in RULES if rule.consent == scope and rule.action.partition(".")[2] == name}
    still_open = sum(
        any(decide(person, action, row) for person in people_concerned(patient) for action in actions) for row in rows
    )
    return Closed(name, len(rows), still_open)


@holds_copies
def downloads(patient: Patient, scope: str) -> Iterator[Copy]:
    """Copies people took home, as the access log knows them."""
    actions = {rule.action for rule in RULES if rule.consent == scope and rule.action.startswith("download.")}
    taken = AccessEvent.objects.filter(patient=patient, action__in=actions, outcome=Outcome.PERMIT)
    for event in taken.select_related("actor"):
        yield Copy(event.action, event.actor.name if event.actor else "", event.at)
