"""Laws of the release engine: it always answers, never opens early, and every hold ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.delivery.release_state import LONGEST_HOLD, Choice, Pause, WaitsFor, Wish, release_state

pytestmark = pytest.mark.pure

MOMENTS = st.integers(0, 14_000).map(lambda hours: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
WISHES = st.builds(Wish, st.sampled_from(Choice), st.none() | MOMENTS, st.none() | MOMENTS)
PAUSES = st.none() | st.builds(Pause, MOMENTS, st.none() | MOMENTS)
SIGNED = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@given(WISHES, PAUSES, st.none() | MOMENTS, MOMENTS)
def test_it_answers_for_everything_and_says_what_it_waits_for(wish, pause, signed_at, at) -> None:
    state = release_state(wish, pause, signed_at, at)
    assert state.is_open == (state.waits_for is None)
    assert state.is_open == (state.opens_at is not None and state.opens_at <= at)


@given(WISHES, PAUSES, st.none() | MOMENTS, MOMENTS)
def test_nothing_opens_before_its_time(wish, pause, signed_at, at) -> None:
    if not release_state(wish, pause, signed_at, at).is_open:
        return
    assert signed_at is not None and signed_at <= at
    assert pause is None or pause.ends_at(signed_at) <= at
    if wish.opened_at is not None:
        assert wish.opened_at <= at
    else:
        assert wish.choice is Choice.NOW or (wish.choice is Choice.ON_DATE and wish.on is not None and wish.on <= at)


@given(WISHES, PAUSES, MOMENTS)
def test_every_hold_ends(wish, pause, signed_at) -> None:
    """Past the longest hold the answer is the same as without any."""
    at = signed_at + LONGEST_HOLD
    assert release_state(wish, pause, signed_at, at).is_open == release_state(wish, None, signed_at, at).is_open


@given(WISHES, PAUSES, MOMENTS, MOMENTS, MOMENTS)
def test_what_is_open_stays_open_while_time_goes_on(wish, pause, signed_at, one, other) -> None:
    earlier, later = sorted((one, other))
    if release_state(wish, pause, signed_at, earlier).is_open:
        assert release_state(wish, pause, signed_at, later).is_open


@given(WISHES, PAUSES, MOMENTS, MOMENTS)
def test_a_hold_never_opens_anything_and_asking_never_opens_before_a_hold_ends(wish, pause, signed_at, at) -> None:
    if release_state(wish, pause, signed_at, at).is_open:
        assert release_state(wish, None, signed_at, at).is_open
    asked = Wish(wish.choice, wish.on, opened_at=signed_at)
    if pause is not None and pause.ends_at(signed_at) > at:
        assert not release_state(asked, pause, signed_at, at).is_open


@pytest.mark.parametrize(
    ("wish", "pause", "at", "waits_for"),
    [
        (Wish(), None, SIGNED, None),
        (Wish(Choice.ON_DATE, SIGNED + DAY), None, SIGNED, WaitsFor.DATE),
        (Wish(Choice.ON_DATE, SIGNED + DAY), None, SIGNED + DAY, None),
        (Wish(Choice.WITH_COUNSELLOR), None, SIGNED + 900 * DAY, WaitsFor.COUNSELLOR),
        (Wish(Choice.WHEN_I_ASK), None, SIGNED + 900 * DAY, WaitsFor.ASKING),
        (Wish(Choice.WHEN_I_ASK, opened_at=SIGNED + DAY), None, SIGNED + DAY, None),
        (Wish(), Pause(SIGNED + 2 * DAY), SIGNED + DAY, WaitsFor.HOLD),
        (Wish(), Pause(SIGNED + 2 * DAY, lifted_at=SIGNED + DAY), SIGNED + DAY, None),
        (Wish(), Pause(SIGNED + 900 * DAY), SIGNED + LONGEST_HOLD, None),
        (Wish(Choice.ON_DATE), None, SIGNED + 900 * DAY, WaitsFor.ASKING),
    ],
)
def test_what_it_waits_for(wish: Wish, pause: Pause | None, at: datetime, waits_for: WaitsFor | None) -> None:
    assert release_state(wish, pause, SIGNED, at).waits_for is waits_for
