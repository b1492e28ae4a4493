"""Where one person stands on one scope, read fresh from the ledger every time it is asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
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
    held: Terms | None = None
    """What held for the scope besides the person's acts, when this was worked out."""

    @property
    def permitted(self) -> bool:
        return permits(self.state)

    @property
    def event_ids(self) -> list[str]:
        return [str(self.event.id)] if self.event else []


_ACTS_OF = """
    SELECT act.*, EXISTS (
        SELECT 1 FROM consent_ledger_consenttemplate WHERE material AND published_at IS NOT NULL
    ) AS texts_changed
    FROM consent_ledger_consentevent AS act WHERE act.subject = %s
"""
"""One person's acts. Whether any text was ever changed in what it allows is asked along with them, so that a clinic
that never did saves a question. Every decision asks this; written out, it takes a third of the time."""


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
    """The state and the event it rests on. Without a moment: now, and every act there is counts.

    May raise when the database does, and `LedgerBroken` when the person's chain was tampered with; callers treat
    both as no.
    """
    return standings(subject, [scope], at)[scope]


def standings(subject: uuid.UUID, scopes: Iterable[str], at: datetime | None = None) -> dict[str, Standing]:
    """Where one person stands on several scopes, from one reading of their chain."""
    events = _acts_of(subject)
    changed = any(event.texts_changed for event in events)
    require_unbroken(events)
    at = at or _now(events)
    return {scope: _stands(events, scope, at, terms(scope, changed=changed)) for scope in scopes}


def _stands(events: Iterable[ConsentEvent], scope: str, at: datetime, held: Terms) -> Standing:
    acts = [event for event in events if event.scope == scope]
    state, event = fold(acts, at, held), deciding_act(acts, at)
    why = suspension(event, at, held) if event is not None and state is State.SUSPENDED else None
    return Standing(state, event, why, held)


def standings_of(subjects: QuerySet[Any, Any], at: datetime | None = None) -> dict[uuid.UUID, dict[str, Standing]]:
    """Where many people stand on each scope they ever met, with one question for their acts and one for the texts of
    each kind of scope. `subjects` is a query of subject ids. A person whose chain is broken is left out."""
    held: dict[str, Terms] = {}
    found: dict[uuid.UUID, dict[str, Standing]] = {}
    for subject, events in _acts_of_many(subjects).items():
        try:
            require_unbroken(events)
        except LedgerBroken:
            continue
        now = at or _now(events)
        found[subject] = {
            scope: _stands(events, scope, now, _terms_once(scope, held))
            for scope in sorted({event.scope for event in events})
        }
    return found


def _terms_once(scope: str, held: dict[str, Terms]) -> Terms:
    """The terms of a scope, asked once for each kind: they are the same for whomever it names."""
    try:
        kind = scope_of(scope).kind
    except UnknownScope:
        return terms(scope)
    if kind not in held:
        held[kind] = terms(scope)
    return held[kind]


def _acts_of_many(subjects: QuerySet[Any, Any]) -> dict[uuid.UUID, list[ConsentEvent]]:
    acts: dict[uuid.UUID, list[ConsentEvent]] = {}
    for event in ConsentEvent.objects.filter(subject__in=subjects):
        acts.setdefault(event.subject, []).append(event)
    return acts


def _now(events: Iterable[ConsentEvent]) -> datetime:
    """This moment, and never before an act that is in the ledger already: clocks of two machines differ, and a no
    written by the one whose clock is ahead must count at once on the other."""
    return max([timezone.now(), *(event.at for event in events)])


def _acts_of(subject: uuid.UUID) -> list[Any]:
    column = ConsentEvent._meta.get_field("subject")
    return list(ConsentEvent.objects.raw(_ACTS_OF, [column.get_db_prep_value(subject, connection)]))


def permitted_subjects(subjects: QuerySet[Any, Any], scope: str, at: datetime | None = None) -> set[uuid.UUID]:
    """Those of many people whose yes to a scope holds, with one question to the database.

    `subjects` is a query of subject ids. An empty query permits nobody; a person whose chain is broken is left out.
    """
    held = terms(scope)
    acts = _acts_of_many(subjects)
    return {subject for subject, events in acts.items() if _holds(events, scope, at or _now(events), held)}


def _holds(events: list[ConsentEvent], scope: str, at: datetime, held: Terms) -> bool:
    try:
        require_unbroken(events)
    except LedgerBroken:
        return False
    return permits(fold([event for event in events if event.scope == scope], at, held))
