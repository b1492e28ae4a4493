"""What a person allows right now, worked out from their acts. Pure: no database, no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from consent.ledger.models import Decision


class State(StrEnum):
    NOT_ASKED = "not_asked"
    PERMITTED = "permitted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Act(Protocol):
    """The part of a consent event the fold looks at."""

    sequence: int
    decision: str
    at: datetime
    expires_at: datetime | None


AnyAct = TypeVar("AnyAct", bound=Act)


def deciding_act(acts: Iterable[AnyAct], at: datetime) -> AnyAct | None:
    """The act the state rests on at a moment; acts after that moment do not count."""
    known = [act for act in acts if act.at <= at]
    return max(known, key=_place, default=None)


def _place(act: Act) -> tuple[int, bool, float]:
    """Later acts come last; of two that claim the same place, the one that allows less."""
    ends = act.expires_at.timestamp() if act.expires_at else float("inf")
    return (act.sequence, act.decision != Decision.PERMIT, -ends)


def fold(acts: Iterable[Act], at: datetime) -> State:
    """The state at a moment, whatever order the acts are given in.

    The last act counts. If two acts claim the same place, refusing wins. An act nobody knows counts as a refusal.
    """
    act = deciding_act(acts, at)
    if act is None:
        return State.NOT_ASKED
    if act.decision == Decision.WITHDRAW:
        return State.WITHDRAWN
    if act.decision != Decision.PERMIT:
        return State.DENIED
    if act.expires_at is not None and act.expires_at <= at:
        return State.EXPIRED
    return State.PERMITTED


def permits(state: State) -> bool:
    """Only a clear, unexpired yes lets data move."""
    return state is State.PERMITTED
