"""When a reminder is due: a time of day on chosen weekdays, where the person lives, also when clocks change.

Moments are kept in UTC; what a person chose is a time on their own wall. On the night when clocks go forward, a time
that does not exist comes as much later as the clocks jump (02:30 becomes 03:30). When they go back, a time that comes
twice counts the first time. Calendars do the same (RFC 5545, 3.3.5).

>>> from datetime import UTC
>>> daily = Rhythm(time(8), EVERY_DAY, "Europe/Madrid", first=date(2027, 3, 27))
>>> [f"{moment:%m-%d %H:%M}" for moment in moments(daily, datetime(2027, 3, 27, tzinfo=UTC), 2)]
['03-27 07:00', '03-28 06:00']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

EVERY_DAY = frozenset(range(7))
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """A time on the wall, on weekdays (0 is Monday), in a zone ("Europe/Madrid"), from a first to a last day."""

    at: time
    weekdays: frozenset[int]
    zone: str
    first: date
    last: date | None = None

    def falls_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and self.first <= day and (self.last is None or day <= self.last)


def moment_of(day: date, at: time, zone: str) -> datetime | None:
    """That time of that day there, in UTC. None for a day that a place left out when it crossed the date line."""
    here = ZoneInfo(zone)
    found = datetime.combine(day, at, tzinfo=here).astimezone(UTC)
    left_out = found == datetime.combine(day + A_DAY, at, tzinfo=here).astimezone(UTC)
    return None if left_out else found


def next_after(rhythm: Rhythm, moment: datetime) -> datetime | None:
    """The first time it is due after a moment; None when it is over or falls on no day at all."""
    if not rhythm.weekdays:
        return None
    day = max(rhythm.first, moment.astimezone(ZoneInfo(rhythm.zone)).date() - A_DAY)
    for _ in range(16):  # two weeks and a day on either side: also past a day that was left out
        found = moment_of(day, rhythm.at, rhythm.zone) if rhythm.falls_on(day) else None
        if found is not None and found > moment:
            return found
        day += A_DAY
    return None


def moments(rhythm: Rhythm, after: datetime, most: int) -> Iterator[datetime]:
    """The next times it is due, at most so many."""
    for _ in range(most):
        found = next_after(rhythm, after)
        if found is None:
            return
        yield found
        after = found


@cache
def zones() -> tuple[str, ...]:
    """The zones a person may choose: places on a map, no old or technical names."""
    areas = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(areas)))
