"""Why an act about a decision was refused, as a code. The sentence for each code stands with the forms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Refusal(StrEnum):
    CHANGED = "changed"  # somebody else changed the same place meanwhile
    BELOW_QUALIFYING = "below_qualifying"  # it lacks what every decision must have
    ALREADY_RELEASED = "already_released"
    WITHDRAWN = "withdrawn"  # the report behind it was taken back, or it was put aside
    UNKNOWN_OPTION = "unknown_option"
    NO_REASON = "no_reason"
    DECIDED_MEANWHILE = "decided_meanwhile"  # somebody else wrote down a decision meanwhile
    NOT_ANSWERED = "not_answered"
    UNKNOWN_MEDICINE = "unknown_medicine"
    NOT_ACCEPTED = "not_accepted"  # numbers that cannot be
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Clash:
    """One place that two people changed: where, who did it, and what it says now."""

    place: tuple[str, ...]
    who: str
    now: str


class DecisionRefused(Exception):
    """The act was not done and nothing was changed."""

    def __init__(self, refusal: Refusal, clashes: tuple[Clash, ...] = ()) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.clashes = clashes
