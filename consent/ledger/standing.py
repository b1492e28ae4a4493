"""Where one person stands on one scope, read fresh from the ledger every time it is asked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from consent.ledger.fold import State, deciding_act, fold, permits
from consent.ledger.models import ConsentEvent


@dataclass(frozen=True)
class Standing:
    state: State
    event: ConsentEvent | None

    @property
    def permitted(self) -> bool:
        return permits(self.state)

    @property
    def event_ids(self) -> list[str]:
        return [str(self.event.id)] if self.event else []


def standing(subject: uuid.UUID, scope: str, at: datetime | None = None) -> Standing:
    """The state and the event it rests on. May raise when the database does; callers treat that as no."""
    at = at or timezone.now()
    events = list(ConsentEvent.objects.filter(subject=subject, scope=scope))
    return Standing(state=fold(events, at), event=deciding_act(events, at))


def permitted_subjects(subjects: QuerySet[Any, Any], scope: str, at: datetime | None = None) -> set[uuid.UUID]:
    """Those of many people whose yes to a scope holds, with one question to the database.

    `subjects` is a query of subject ids. An empty query permits nobody.
    """
    at = at or timezone.now()
    acts: dict[uuid.UUID, list[ConsentEvent]] = {}
    for event in ConsentEvent.objects.filter(scope=scope, subject__in=subjects):
        acts.setdefault(event.subject, []).append(event)
    return {subject for subject, events in acts.items() if permits(fold(events, at))}
