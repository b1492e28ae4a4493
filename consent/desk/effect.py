"""The statement of effect: what a refusal or withdrawal has stopped, and which copies cannot be called back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from consent.desk.hooks import Copy, copies, holds_copies
from consent.desk.preview import people_concerned, rows_of, rules_resting_on
from consent.ledger.models import ConsentEvent
from portal.access.decide import decide
from portal.access.matrix import RAW_DOWNLOAD, RESOURCE_NAMED
from portal.access.models import AccessEvent, NoticeOwed, Outcome
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
    resources = sorted({rule.action.partition(".")[2] for rule in rules_resting_on(event.scope)})
    known = [copy for copy in copies(patient, event.scope) if copy.at <= event.at]
    return Effect(
        event=event,
        at=at,
        closed=tuple(_closed(patient, event.scope, name) for name in resources),
        recalled=tuple(copy for copy in known if copy.recalled),
        outside=tuple(copy for copy in known if not copy.recalled),
    )


def _closed(patient: Patient, scope: str, name: str) -> Closed:
    rows = rows_of(patient, RESOURCE_NAMED[name], scope)
    actions = {rule.action for rule in rules_resting_on(scope) if rule.action.partition(".")[2] == name}
    people = people_concerned(patient, scope)
    still_open = sum(
        any(decide(one.person, action, row, on_behalf_of=one.behalf) for one in people for action in actions)
        for row in rows
    )
    return Closed(name, len(rows), still_open)


@holds_copies
def taken_home(patient: Patient, scope: str) -> Iterator[Copy]:
    """What left by a button or by another program, as the access log knows it."""
    rules = rules_resting_on(scope)
    resources = {rule.action.partition(".")[2] for rule in rules}
    taken = AccessEvent.objects.filter(patient=patient, outcome=Outcome.PERMIT, resource__in=resources)
    taken = taken.filter(Q(action__startswith="download.") | Q(reason__in=OTHER_WAYS))
    if scope.startswith("proxy."):
        taken = taken.filter(actor_id=UUID(scope.split(".")[1]))
    for event in taken.select_related("actor"):
        if event.action.startswith("download.") and event.action not in {rule.action for rule in rules}:
            continue
        yield Copy(
            event.reason if event.reason in OTHER_WAYS else event.action,
            _holder(event),
            event.at,
            holder_id=event.actor_id,
        )


def _holder(event: AccessEvent) -> str:
    return event.actor.name if event.actor else ""


OTHER_WAYS = ("api", "draft_pdf")
"""Why a reading is noted that left this portal another way than by a button."""


@holds_copies
def mails(patient: Patient, scope: str) -> Iterator[Copy]:
    """Mails this yes led to. They say that something happened, and nothing of what."""
    if scope == RAW_DOWNLOAD and patient.account is not None:
        sent = NoticeOwed.objects.filter(patient=patient, kind="raw_download", sent_at__isnull=False)
        for notice in sent:
            assert notice.sent_at is not None
            yield Copy("mail", patient.account.name, notice.sent_at, holder_id=patient.account_id)
