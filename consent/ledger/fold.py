"""What a person allows right now, worked out from their acts. Pure: no database, no clock of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from consent.ledger.models import Capacity, Decision

GRACE = timedelta(days=30)
"""How long a yes still holds after a new text that changes what is allowed."""


class State(StrEnum):
    NOT_ASKED = "not_asked"
    SHOWN = "shown"
    NEEDS_COUNSELLOR = "needs_counsellor"
    PERMITTED = "permitted"
    DENIED = "denied"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ENTERED_IN_ERROR = "entered_in_error"


class Suspension(StrEnum):
    """Why a yes that was given does not hold."""

    NEW_TEXT = "new_text"  # the text changed in what it allows, and the time of grace is over
    NEW_LIST = "new_list"  # the list of findings it refers to has a new version
    CAPACITY_ENDED = "capacity_ended"  # the signer may no longer decide, e.g. the child is of age
    CAPACITY_UNPROVEN = "capacity_unproven"  # nothing shows that the signer might decide


@dataclass(frozen=True)
class MaterialChange:
    """A published text that changes what is allowed."""

    version: str
    at: datetime


@dataclass(frozen=True)
class Terms:
    """What holds for a scope besides the acts: its list version, and the texts that changed what it allows."""

    list_version: str = ""
    changes: tuple[MaterialChange, ...] = ()


class Act(Protocol):
    """The part of a consent event the fold looks at."""

    sequence: int
    id: uuid.UUID
    decision: str
    corrects: uuid.UUID | None
    at: datetime
    expires_at: datetime | None
    capacity: str
    capacity_basis: str
    capacity_until: datetime | None
    template_version: str
    list_version: str


AnyAct = TypeVar("AnyAct", bound=Act)


def deciding_act(acts: Iterable[AnyAct], at: datetime) -> AnyAct | None:
    """The act the state rests on at a moment; acts after that moment do not count."""
    deciding: AnyAct | None = None
    seen: set[uuid.UUID] = set()
    for act in sorted((act for act in acts if act.at <= at), key=_place):
        match act.decision:
            case Decision.SHOWN:
                bears = deciding is None
            case Decision.COUNSELLED:
                bears = deciding is not None and deciding.decision == Decision.UNCLEAR
            case Decision.LAPSED:
                # Ends the yes it names, and nothing that was answered since.
                bears = deciding is not None and deciding.decision == Decision.PERMIT and act.corrects == deciding.id
            case Decision.IN_ERROR:
                # Striking out an act never brings an older yes back: the person is asked again. Striking out one
                # that no longer decides changes nothing; one nobody knows is a doubt, and closes.
                bears = deciding is None or act.corrects == deciding.id or act.corrects not in seen
            case _:
                bears = True
        seen.add(act.id)
        if bears:
            deciding = act
    return deciding


_LAST = (Decision.IN_ERROR, Decision.LAPSED)


def _place(act: Act) -> tuple[object, ...]:
    """Later acts come last; of two that claim the same place, the one that allows less.

    What says nothing about that still has a fixed place, so that the order of reading never decides.
    """
    ends = act.expires_at.timestamp() if act.expires_at else float("inf")
    footing_ends = act.capacity_until.timestamp() if act.capacity_until else float("inf")
    rest = (act.id, act.corrects, act.decision, act.at, act.capacity, act.capacity_basis)
    kind = (act.template_version, act.list_version)
    return (act.sequence, act.decision != Decision.PERMIT, act.decision in _LAST, -ends, -footing_ends,
            *map(str, (*rest, *kind)))  # fmt: skip


def fold(acts: Iterable[Act], at: datetime, terms: Terms = Terms()) -> State:
    """The state at a moment, whatever order the acts are given in.

    The last act that bears on the matter counts. If two claim the same place, refusing wins. An act nobody knows
    counts as a refusal.
    """
    act = deciding_act(acts, at)
    if act is None:
        return State.NOT_ASKED
    match act.decision:
        case Decision.SHOWN | Decision.COUNSELLED:
            return State.SHOWN
        case Decision.UNCLEAR:
            return State.NEEDS_COUNSELLOR
        case Decision.WITHDRAW:
            return State.WITHDRAWN
        case Decision.LAPSED:
            return State.SUSPENDED
        case Decision.IN_ERROR:
            return State.ENTERED_IN_ERROR
        case Decision.PERMIT:
            if act.expires_at is not None and act.expires_at <= at:
                return State.EXPIRED
            return State.SUSPENDED if suspension(act, at, terms) else State.PERMITTED
        case _:
            return State.DENIED


def suspension(act: Act, at: datetime, terms: Terms) -> Suspension | None:
    """Why this yes does not hold at a moment, or None."""
    if act.decision == Decision.LAPSED:
        return Suspension.CAPACITY_ENDED
    if act.capacity != Capacity.SELF:
        if act.capacity not in Capacity.values or not act.capacity_basis:
            return Suspension.CAPACITY_UNPROVEN
        # A parent's or guardian's footing always has an end: the child comes of age.
        if act.capacity_until is None and act.capacity != Capacity.ATTORNEY:
            return Suspension.CAPACITY_UNPROVEN
    if act.capacity_until is not None and act.capacity_until <= at:
        return Suspension.CAPACITY_ENDED
    if act.list_version != terms.list_version:
        return Suspension.NEW_LIST
    return Suspension.NEW_TEXT if any(change.at + GRACE <= at for change in later_texts(act, terms)) else None


def later_texts(act: Act, terms: Terms) -> tuple[MaterialChange, ...]:
    """The texts published since this act that changed what is allowed."""
    return tuple(change for change in terms.changes if change.at > act.at and change.version != act.template_version)


def permits(state: State) -> bool:
    """Only a clear, unexpired yes of someone who may decide lets data move."""
    return state is State.PERMITTED
