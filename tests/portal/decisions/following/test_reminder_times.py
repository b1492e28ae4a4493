"""A reminder comes at the time on the person's own wall, once a day, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm, moment_of, moments, next_after, zones

PLACES = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC"]
times = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0))
days = st.dates(date(2026, 1, 1), date(2037, 12, 31))
at_some_moment = st.builds(datetime.combine, days, st.times(), st.just(UTC))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


def rhythms(**fixed: object) -> st.SearchStrategy[Rhythm]:
    parts = {"at": times, "weekdays": weekdays, "zone": st.sampled_from(PLACES), "first": days, "last": st.none()}
    return st.builds(Rhythm, **(parts | {name: st.just(value) for name, value in fixed.items()}))


@given(rhythms(), at_some_moment)
@settings(max_examples=300, deadline=None)
def test_it_comes_once_on_each_chosen_day_and_on_no_other(rhythm: Rhythm, after: datetime) -> None:
    found = list(moments(rhythm, after, 20))
    assert len(found) == 20 and found[0] > after
    assert all(one < two for one, two in pairwise(found))
    begin = max(rhythm.first, found[0].date() - timedelta(days=2))
    chosen = [day for day in (begin + timedelta(days=ahead) for ahead in range(200)) if rhythm.falls_on(day)]
    due = [moment_of(day, rhythm.at, rhythm.zone) for day in chosen]
    assert found == [moment for moment in due if moment is not None and moment > after][:20]


@given(rhythms(weekdays=EVERY_DAY), days)
@settings(max_examples=300, deadline=None)
def test_the_wall_shows_the_chosen_time_unless_the_clocks_skip_it(rhythm: Rhythm, day: date) -> None:
    there = ZoneInfo(rhythm.zone)
    found = moment_of(day, rhythm.at, rhythm.zone)
    assert found is not None
    seen = found.astimezone(there)
    asked = datetime.combine(day, rhythm.at)
    if seen.replace(tzinfo=None) != asked:
        before, after = (found - timedelta(hours=3)).astimezone(there), (found + timedelta(hours=3)).astimezone(there)
        jump = after.utcoffset() - before.utcoffset()  # type: ignore[operator]
        assert jump > timedelta(0) and seen.replace(tzinfo=None) - asked == jump


@given(rhythms(), days, st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_nothing_comes_after_the_last_day(rhythm: Rhythm, start: date, length: int) -> None:
    last = rhythm.first + timedelta(days=length)
    bounded = Rhythm(rhythm.at, rhythm.weekdays, rhythm.zone, rhythm.first, last)
    found = list(moments(bounded, datetime.combine(rhythm.first - timedelta(days=2), time(), UTC), 60))
    wanted = [day for day in (rhythm.first + timedelta(days=n) for n in range(length + 1)) if bounded.falls_on(day)]
    assert len(found) == len(wanted)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Madrid", date(2027, 3, 28), time(2, 30), "2027-03-28T01:30"),  # skipped: shows 03:30
        ("Europe/Madrid", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30"),  # twice: the first
        ("Europe/Madrid", date(2027, 7, 1), time(8), "2027-07-01T06:00"),
        ("America/New_York", date(2027, 3, 14), time(2, 15), "2027-03-14T07:15"),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-02T15:45"),  # half an hour is skipped
        ("Asia/Kathmandu", date(2027, 1, 1), time(8), "2027-01-01T02:15"),
    ],
)
def test_known_nights(zone: str, day: date, at: time, expected: str) -> None:
    found = moment_of(day, at, zone)
    assert found is not None and found.isoformat().startswith(expected)


def test_a_day_that_a_place_left_out_has_no_reminder() -> None:
    samoa = Rhythm(time(8), EVERY_DAY, "Pacific/Apia", first=date(2011, 12, 28))
    assert moment_of(date(2011, 12, 30), time(8), "Pacific/Apia") is None
    found = list(moments(samoa, datetime(2011, 12, 28, tzinfo=UTC), 4))
    assert [moment.astimezone(ZoneInfo("Pacific/Apia")).day for moment in found] == [28, 29, 31, 1]


def test_no_day_chosen_or_none_left_is_never() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert next_after(Rhythm(time(8), frozenset(), "UTC", date(2027, 1, 1)), now) is None
    assert next_after(Rhythm(time(8), EVERY_DAY, "UTC", date(2026, 1, 1), date(2026, 2, 1)), now) is None


def test_every_zone_offered_can_be_reckoned_with() -> None:
    assert {"UTC", "Europe/Madrid", "America/Lima"} <= set(zones())
    assert all(moment_of(date(2027, 3, 28), time(2, 30), zone) is not None for zone in zones())
