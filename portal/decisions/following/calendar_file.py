"""Reminders as a file for the calendar on a phone or computer (iCalendar, RFC 5545).

The events say what the caller gives as a summary, nothing else: calendars are shared and read over shoulders. Their
times are "floating" (RFC 5545, 3.3.5): eight in the morning wherever the person is, so neither a journey nor a
change of clocks moves them, and no table of zones is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm

LONGEST_LINE = 75  # octets, without the line break
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAKER = "-//Treatment portal//Reminders 1.0//EN"


@dataclass(frozen=True)
class Repeated:
    """A reminder: on chosen weekdays at a time."""

    id: UUID
    rhythm: Rhythm


@dataclass(frozen=True)
class OnDay:
    """Something on one day, the whole day."""

    id: UUID
    day: date


def calendar_file(events: Iterable[Repeated | OnDay], summary: str, made_at: datetime) -> bytes:
    """The file, in UTF-8. A reminder that falls on no day is left out."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{MAKER}", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _event(event, summary, made_at)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def _event(event: Repeated | OnDay, summary: str, made_at: datetime) -> Iterator[str]:
    match event:
        case OnDay(day=day):
            when = [f"DTSTART;VALUE=DATE:{day:%Y%m%d}"]
        case Repeated(rhythm=rhythm):
            first = first_day(rhythm)
            if first is None:
                return
            when = [f"DTSTART:{datetime.combine(first, rhythm.at):%Y%m%dT%H%M%S}", f"RRULE:{_rule(rhythm)}"]
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield from when
    yield f"SUMMARY:{escaped(summary)}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"  # nobody is shown as busy
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(summary)}", "TRIGGER:PT0S", "END:VALARM")
    yield "END:VEVENT"


def first_day(rhythm: Rhythm) -> date | None:
    """The first day it falls on: an event must begin on a day of its own rule."""
    days = (rhythm.first + timedelta(days=ahead) for ahead in range(7))
    return next((day for day in days if rhythm.falls_on(day)), None)


def _rule(rhythm: Rhythm) -> str:
    days = ",".join(WEEKDAYS[day] for day in sorted(rhythm.weekdays))
    rule = "FREQ=DAILY" if rhythm.weekdays == EVERY_DAY else f"FREQ=WEEKLY;BYDAY={days}"
    if rhythm.last is not None:
        rule += f";UNTIL={datetime.combine(rhythm.last, rhythm.at):%Y%m%dT%H%M%S}"
    return rule


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line break are marked (RFC 5545, 3.3.11)."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def folded(line: str) -> Iterator[bytes]:
    """A line in parts of at most 75 octets, the later ones begun with a space; no letter is cut (RFC 5545, 3.1)."""
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > LONGEST_LINE:
            yield part
            part = b" "
        part += octets
    yield part
