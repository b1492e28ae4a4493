"""Whether a person allows something, and what they were last told and answered."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent
from consent.ledger.standing import standing
from portal.people.models import Patient

logger = logging.getLogger("consent")


@dataclass(frozen=True)
class Permission:
    """The answer to "may this move?". `state` is None when the ledger could not be read; that is a no."""

    permitted: bool
    state: State | None
    event_ids: list[str] = field(default_factory=list)
    event: ConsentEvent | None = None


def permission(patient: Patient, scope: str, *, at: datetime | None = None) -> Permission:
    """Read the ledger now. Never raises: an error is not a permit."""
    try:
        where = standing(patient.subject, scope, at)
    except Exception:
        logger.exception("ledger_unreadable")
        return Permission(permitted=False, state=None)
    return Permission(where.permitted, where.state, where.event_ids, where.event)
