"""The state of a consent is worked out from the acts, and every doubt is a no."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.fold import State, fold, permits

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Act:
    sequence: int
    decision: str
    at: datetime.datetime = NOW - HOUR
    expires_at: datetime.datetime | None = None


def test_nobody_asked_is_not_a_yes() -> None:
    assert fold([], NOW) is State.NOT_ASKED
    assert not permits(fold([], NOW))


def test_the_last_act_counts() -> None:
    yes, no, back = Act(1, "permit"), Act(2, "deny"), Act(3, "withdraw")
    assert fold([yes], NOW) is State.PERMITTED
    assert fold([yes, no], NOW) is State.DENIED
    assert fold([yes, no, back], NOW) is State.WITHDRAWN
    assert fold([yes, no, back, Act(4, "permit")], NOW) is State.PERMITTED


def test_a_yes_ends_at_the_moment_it_expires() -> None:
    assert fold([Act(1, "permit", expires_at=NOW)], NOW) is State.EXPIRED
    assert fold([Act(1, "permit", expires_at=NOW + HOUR)], NOW) is State.PERMITTED


def test_an_expired_yes_does_not_bring_an_older_yes_back() -> None:
    assert fold([Act(1, "permit"), Act(2, "permit", expires_at=NOW - HOUR)], NOW) is State.EXPIRED


def test_an_act_after_the_moment_does_not_count() -> None:
    assert fold([Act(1, "permit", at=NOW + HOUR)], NOW) is State.NOT_ASKED
    assert fold([Act(1, "permit"), Act(2, "withdraw", at=NOW + HOUR)], NOW) is State.PERMITTED


def test_an_act_nobody_knows_is_a_no() -> None:
    assert fold([Act(1, "permit"), Act(2, "perhaps")], NOW) is State.DENIED


def test_only_permitted_permits() -> None:
    assert [state for state in State if permits(state)] == [State.PERMITTED]
    assert not permits("permitted-ish")  # type: ignore[arg-type]


def test_two_acts_in_the_same_place_are_a_no() -> None:
    for acts in itertools.permutations([Act(1, "permit"), Act(1, "deny")]):
        assert not permits(fold(acts, NOW))


ACTS = st.lists(
    st.builds(
        Act,
        sequence=st.integers(1, 6),
        decision=st.sampled_from(["permit", "deny", "withdraw", "unheard-of"]),
        at=st.integers(-5, 3).map(lambda hours: NOW + hours * HOUR),
        expires_at=st.none() | st.integers(-4, 4).map(lambda hours: NOW + hours * HOUR),
    ),
    max_size=6,
)


@given(ACTS, st.randoms(use_true_random=False))
def test_the_order_they_are_read_in_does_not_matter(acts: list[Act], random) -> None:
    shuffled = random.sample(acts, len(acts))
    assert permits(fold(acts, NOW)) == permits(fold(shuffled, NOW))


@given(ACTS, st.sampled_from(["deny", "withdraw", "unheard-of"]))
def test_a_later_refusal_always_closes(acts: list[Act], decision: str) -> None:
    assert not permits(fold([*acts, Act(99, decision)], NOW))
