"""When a signed report opens to its patient: one pure function over their wish, the clinic's pause and the signature.

    release_state(wish, pause, signed_at, at) -> State

It answers for every input, opens nothing before its time, and lets no pause outlast `LONGEST_HOLD` after the
signature, however often it is renewed. It keeps no state and asks nobody: what it is given decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_HOLD = timedelta(days=14)
"""How long after the signature a clinic can keep a report back at most."""


class Choice(StrEnum):
    """How a person wants a kind of result to come to them."""

    NOW = "now"
    ON_DATE = "on_date"
    WITH_COUNSELLOR = "with_counsellor"
    WHEN_I_ASK = "when_i_ask"


class WaitsFor(StrEnum):
    """What must happen before the report opens."""

    SIGNATURE = "signature"
    HOLD = "hold"
    DATE = "date"
    COUNSELLOR = "counsellor"
    ASKING = "asking"


@dataclass(frozen=True)
class Wish:
    """The person's own choice. `opened_at`: since when they asked for this report after all, or opened it."""

    choice: Choice = Choice.NOW
    on: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Pause:
    """The clinic keeps a report back until a moment, or until it was lifted, if that was sooner."""

    until: datetime
    lifted_at: datetime | None = None

    def ends_at(self, signed_at: datetime) -> datetime:
        """When it ends by itself at the latest."""
        ends = min(self.until, signed_at + LONGEST_HOLD)
        return ends if self.lifted_at is None else min(ends, self.lifted_at)


@dataclass(frozen=True)
class State:
    """Open from `opens_at` on; None: no moment is set, it waits for `waits_for`."""

    is_open: bool
    opens_at: datetime | None
    waits_for: WaitsFor | None


def release_state(wish: Wish, pause: Pause | None, signed_at: datetime | None, at: datetime) -> State:
    """Whether a report is open at a moment, when it will be, and what it waits for."""
    if signed_at is None:
        return State(False, None, WaitsFor.SIGNATURE)
    wished, reason = _wished(wish, signed_at)
    held_until = pause.ends_at(signed_at) if pause else signed_at
    if wished is None:
        return State(False, None, reason)
    opens_at = max(signed_at, wished, held_until)
    if opens_at <= at:
        return State(True, opens_at, None)
    # The hold is named while it lasts: the person is never left to think that the wait is their own choice.
    return State(False, opens_at, WaitsFor.HOLD if held_until > at else reason)


def _wished(wish: Wish, signed_at: datetime) -> tuple[datetime | None, WaitsFor]:
    """From when the person wants it, None as long as that is open, and what that waits for."""
    if wish.opened_at is not None:
        return wish.opened_at, WaitsFor.DATE
    match wish.choice:
        case Choice.NOW:
            return signed_at, WaitsFor.DATE
        case Choice.ON_DATE if wish.on is not None:
            return wish.on, WaitsFor.DATE
        case Choice.WITH_COUNSELLOR:
            return None, WaitsFor.COUNSELLOR
        case Choice.ON_DATE | Choice.WHEN_I_ASK:
            return None, WaitsFor.ASKING
