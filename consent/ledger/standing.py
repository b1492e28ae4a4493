"""Where one person stands on one scope, read fresh from the ledger every time it is asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils import timezone

from consent.ledger.chain import LedgerBroken, require_unbroken
from consent.ledger.fold import MaterialChange, State, Suspension, Terms, deciding_act, fold, permits, suspension
from consent.ledger.models import ConsentEvent, ConsentTemplate
from consent.ledger.scopes import UnknownScope
from consent.ledger.scopes import scope as scope_of


@dataclass(frozen=True)
class Standing:
    state: State
    event: ConsentEvent | None
    suspended: Suspension | None = None

    @property
    def permitted(self) -> bool:
        return permits(self.state)

    @property
    def event_ids(self) -> list[str]:
        return [str(self.event.id)] if self.event else []


_CHANGES = Exists(ConsentTemplate.objects.filter(material=True, published_at__isnull=False))
"""Asked along with the acts, so that a clinic that never changed a text in what it allows saves a question."""


def terms(scope: str, *, changed: bool = True) -> Terms:
    """What holds for a scope now besides a person's acts. A scope nobody knows has no terms that could be met.

    `changed=False` says that no text has ever been changed in what it allows.
    """
    try:
        kind = scope_of(scope)
    except UnknownScope:
        return Terms(list_version="unknown")
    if not changed:
        return Terms(kind.list_version)
    changes = ConsentTemplate.objects.filter(scope=kind.kind, material=True, published_at__isnull=False)
    return Terms(
        kind.list_version,
        tuple(MaterialChange(text.version, text.published_at) for text in changes if text.published_at),
    )


def standing(subject: uuid.UUID, scope: str, at: datetime | None = None) -> Standing:
    """The state and the event it rests on.

    May raise when the database does, and `LedgerBroken` when the person's chain was tampered with; callers treat
    both as no.
    """
    return standings(subject, [scope], at)[scope]


def standings(subject: uuid.UUID, scopes: Iterable[str], at: datetime | None = None) -> dict[str, Standing]:
    """Where one person stands on several scopes, from one reading of their chain."""
    events = list(ConsentEvent.objects.filter(subject=subject).annotate(texts_changed=_CHANGES))
    changed = any(event.texts_changed for event in events)
    require_unbroken(events)
    at = at or timezone.now()
    found = {}
    for scope in scopes:
        acts, held = [event for event in events if event.scope == scope], terms(scope, changed=changed)
        state, event = fold(acts, at, held), deciding_act(acts, at)
        why = suspension(event, at, held) if event is not None and state is State.SUSPENDED else None
        found[scope] = Standing(state, event, why)
    return found


def permitted_subjects(subjects: QuerySet[Any, Any], scope: str, at: datetime | None = None) -> set[uuid.UUID]:
    """Those of many people whose yes to a scope holds, with one question to the database.

    `subjects` is a query of subject ids. An empty query permits nobody; a person whose chain is broken is left out.
    """
    held = terms(scope)
    acts: dict[uuid.UUID, list[ConsentEvent]] = {}
    for event in ConsentEvent.objects.filter(subject__in=subjects):
        acts.setdefault(event.subject, []).append(event)
    return {subject for subject, events in acts.items() if _holds(events, scope, at or timezone.now(), held)}


def _holds(events: list[ConsentEvent], scope: str, at: datetime, held: Terms) -> bool:
    try:
        require_unbroken(events)
    except LedgerBroken:
        return False
    return permits(fold([event for event in events if event.scope == scope], at, held))
