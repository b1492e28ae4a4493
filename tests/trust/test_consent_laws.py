"""The laws of consent, ten thousand histories each, and two thousand lives: in every run, within seconds.

The laws themselves stand in `tests/consent/test_fold.py`, where each is tried with examples that shrink to the point.
Here each history is read from a handful of bytes, which is quick, and every law is put to every history.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from consent.ledger.fold import GRACE, MaterialChange, State, Terms, fold, permits
from tests.consent.test_fold import DAY, HOUR, LAWS, NOW, Act

pytestmark = pytest.mark.pure
HISTORIES, LIVES, STEPS = 10_000, 2_000, 50
QUICK = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
}
DECISIONS = (
    *("permit",) * 6,
    *("deny", "withdraw", "shown", "unclear", "counselled", "in_error", "lapsed", "unheard-of"),
    *("permit", "deny"),
)
CAPACITIES = ("self", "self", "self", "self", "self", "parent", "attorney", "unheard-of")
IDS = [uuid.UUID(int=number) for number in range(1, 17)]
DAYS = (-60, -40, -31, -30, -29, -2, -1, 0, 0, 0, 1, 2, 5, 10, 29, 31)
A_HISTORY = st.binary(min_size=8, max_size=64)


class Bytes:
    """Choices read off a string of bytes; when it is used up, always the first choice."""

    def __init__(self, content: bytes) -> None:
        self._left = iter(content)

    def number(self, below: int) -> int:
        return next(self._left, 0) % below

    def pick(self, choices: tuple) -> object:
        return choices[self.number(len(choices))]

    def moment(self) -> datetime.datetime:
        return NOW + self.pick(DAYS) * DAY  # type: ignore[operator]

    def perhaps(self, value: datetime.datetime) -> datetime.datetime | None:
        return value if self.number(4) == 1 else None


def an_act(content: bytes) -> Act:
    """Seven bytes are one act."""
    read = Bytes(content)
    place, decision, capacity = 1 + read.number(8), read.pick(DECISIONS), read.pick(CAPACITIES)
    flags = content[3] if len(content) > 3 else 0
    read.number(2)
    ends, begins = read.moment(), read.moment()
    return Act(
        sequence=place,
        decision=str(decision),
        at=begins - HOUR if flags & 1 else NOW - 50 * DAY,
        expires_at=read.perhaps(ends),
        id=IDS[flags >> 4],
        corrects=IDS[flags & 15] if flags & 2 else None,
        capacity=str(capacity),
        capacity_basis="seen" if flags & 4 else "",
        capacity_until=ends if flags & 8 and capacity != "self" else None,
        template_version="2.0" if flags & 32 else "1.0",
        list_version="v1" if flags & 192 == 192 else "",
    )


def a_history(content: bytes) -> tuple[list[Act], Terms, datetime.datetime, Act]:
    """Up to seven acts, the terms, a moment, and one more act for the laws that add one."""
    read = Bytes(content[:5])
    at, list_version = read.moment(), "v1" if read.number(8) == 7 else ""
    changed = read.moment()
    versions = [("1.0",), ("2.0",), ("3.0",), (), (), (), (), ()][read.number(8)]
    terms = Terms(list_version, tuple(MaterialChange(version, changed) for version in versions))
    acts = [an_act(content[start : start + 7]) for start in range(5, len(content), 7)] or [an_act(b"")]
    return acts[:-1], terms, at, acts[-1]


def test_every_law_holds_for_ten_thousand_histories(request: pytest.FixtureRequest) -> None:
    count = HISTORIES * (10 if request.config.getoption("--thorough") else 1)
    seen: dict[State, int] = {}

    @settings(max_examples=count, **QUICK)  # type: ignore[arg-type]
    @given(A_HISTORY)
    def holds(content: bytes) -> None:
        acts, terms, at, other = a_history(content)
        state = fold(acts, at, terms)
        seen[state] = seen.get(state, 0) + 1
        for law in LAWS:
            law(acts, terms, at, other)  # type: ignore[operator]

    holds()
    assert len(LAWS) >= 8
    assert sum(seen.values()) >= HISTORIES
    missing = set(State) - seen.keys()
    assert not missing, f"the histories never reached {missing}"
    assert seen[State.PERMITTED] > count // 50, "laws about a yes are tried on histories with a yes"


@dataclass
class Life:
    """One person, one scope, and what a plain clerk would have written down about them.

    The ledger is a list of acts read by `fold`. The clerk keeps only: what was last said, and until when it holds.
    """

    now: datetime.datetime = NOW
    acts: list[Act] = field(default_factory=list)
    changes: tuple[MaterialChange, ...] = ()
    list_version: str = ""
    said: str = "not_asked"
    expires: datetime.datetime | None = None
    footing_ends: datetime.datetime | None = None
    text_ends: datetime.datetime | None = None
    list_then: str = ""
    answer: uuid.UUID | None = None

    def act(self, decision: str, **facts: object) -> Act:
        made = Act(len(self.acts) + 1, decision, at=self.now, id=uuid.UUID(int=len(self.acts) + 1), **facts)  # type: ignore[arg-type]
        self.acts.append(made)
        return made

    def text(self) -> str:
        return self.changes[-1].version if self.changes else "1.0"

    def step(self, code: int, more: int) -> None:
        match code:
            case 0 | 1 | 2:
                self.says_yes(more)
            case 3:
                self.said, self.answer = "denied", self.act("deny").id
            case 4:
                self.said, self.answer = "withdrawn", self.act("withdraw").id
            case 5:
                self.act("shown")
                if self.said == "not_asked":
                    self.said = "shown"
            case 6:
                self.said, self.answer = "needs_counsellor", self.act("unclear").id
            case 7:
                self.act("counselled")
                if self.said == "needs_counsellor":
                    self.said = "shown"
            case 8:
                self.strikes_out(more)
            case 9:
                self.footing_lapses(more)
            case 10:
                self.publishes_a_text(bool(more & 1))
            case 11:
                self.list_version = f"v{more % 3}"
            case _:
                self.now += (1 + more % 40) * DAY
        self.now += HOUR

    def says_yes(self, more: int) -> None:
        self.expires = self.now + (1 + more % 60) * DAY if more & 1 else None
        self.footing_ends = self.now + (1 + more // 4 % 60) * DAY if more & 2 else None
        footing = {"capacity": "parent", "capacity_basis": "certificate seen"} if self.footing_ends else {}
        made = self.act(
            "permit",
            expires_at=self.expires,
            capacity_until=self.footing_ends,
            template_version=self.text(),
            list_version=self.list_version,
            **footing,
        )
        self.said, self.answer, self.text_ends, self.list_then = "permitted", made.id, None, self.list_version

    def strikes_out(self, more: int) -> None:
        """The privacy officer strikes out the last answer, or an older one that decides nothing any more."""
        if self.answer is None or self.said == "shown":
            return
        if more & 1:
            self.said, self.answer = "entered_in_error", self.act("in_error", corrects=self.answer).id
        elif older := [act.id for act in self.acts if act.id != self.answer]:
            self.act("in_error", corrects=older[more % len(older)])

    def footing_lapses(self, more: int) -> None:
        """Whoever decided may no longer: their yes ends, and nobody else's."""
        if self.answer is None:
            return
        lapsed = self.act("lapsed", corrects=self.answer if more & 1 else uuid.UUID(int=0))
        if more & 1 and self.said == "permitted":
            self.said, self.answer = "lapsed", lapsed.id

    def publishes_a_text(self, material: bool) -> None:
        if material:
            self.changes = (*self.changes, MaterialChange(f"{len(self.changes) + 2}.0", self.now))
            self.text_ends = self.text_ends or self.now + GRACE

    def expected(self) -> State:
        if self.said == "lapsed":
            return State.SUSPENDED
        if self.said != "permitted":
            return State(self.said)
        if self.expires and self.expires <= self.now:
            return State.EXPIRED
        ended = self.footing_ends and self.footing_ends <= self.now
        changed = self.list_then != self.list_version or (self.text_ends and self.text_ends <= self.now)
        return State.SUSPENDED if ended or changed else State.PERMITTED


def lives(content: bytes) -> Iterator[Life]:
    """A life is a string of bytes: two for each step. Given after every step."""
    life = Life()
    for place in range(0, len(content) - 1, 2):
        life.step(content[place] % 16, content[place + 1])
        yield life


def test_two_thousand_lives_of_fifty_steps_say_what_a_plain_clerk_says(request: pytest.FixtureRequest) -> None:
    count = LIVES * (10 if request.config.getoption("--thorough") else 1)
    lived, reached = 0, set()

    @settings(max_examples=count, **QUICK)  # type: ignore[arg-type]
    @given(st.binary(min_size=2 * STEPS, max_size=2 * STEPS))
    def the_ledger_and_the_clerk_agree(content: bytes) -> None:
        nonlocal lived
        lived += 1
        for life in lives(content):
            state = fold(life.acts, life.now, Terms(life.list_version, life.changes))
            reached.add(state)
            assert state is life.expected(), [act.decision for act in life.acts]
            assert permits(state) is (life.expected() is State.PERMITTED)

    the_ledger_and_the_clerk_agree()
    assert lived >= LIVES
    assert reached == set(State)
