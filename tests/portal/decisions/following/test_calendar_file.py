"""The calendar file is what RFC 5545 says, and says "Reminder" and nothing else about anybody."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.decisions.following.calendar_file import LONGEST_LINE, OnDay, Repeated, calendar_file, escaped, folded
from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm
from tests.portal.decisions.following.test_reminder_times import rhythms

MADE = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
DAILY = Rhythm(time(8), EVERY_DAY, "Europe/Madrid", date(2027, 1, 4), date(2027, 2, 1))
NAMES = {
    "BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "UID", "DTSTAMP", "DTSTART", "DTSTART;VALUE=DATE", "RRULE",
    "SUMMARY",     "CLASS", "TRANSP", "ACTION", "DESCRIPTION", "TRIGGER",
}  # fmt: skip


def unfolded(content: bytes) -> list[str]:
    """Read it back as a calendar does: join folded lines, split at CRLF."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_daily_reminder_reads_as_one() -> None:
    key = uuid.uuid4()
    lines = unfolded(calendar_file([Repeated(key, DAILY)], "Reminder", MADE))
    assert (
        lines[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", lines[2], "CALSCALE:GREGORIAN"]
        and lines[-1] == "END:VCALENDAR"
    )
    for line in (
        f"UID:{key}",
        "DTSTAMP:20270102T030405Z",
        "DTSTART:20270104T080000",
        "RRULE:FREQ=DAILY;UNTIL=20270201T080000",
        "SUMMARY:Reminder",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
    ):
        assert line in lines
    assert "TZID" not in "".join(lines), "floating: the wall where the person is"


def test_weekdays_begin_on_a_day_of_their_own_rule() -> None:
    rhythm = Rhythm(time(21, 15), frozenset({2, 4}), "UTC", date(2027, 1, 4))  # Monday; Wednesday and Friday
    lines = unfolded(calendar_file([Repeated(uuid.uuid4(), rhythm)], "R", MADE))
    assert "DTSTART:20270106T211500" in lines and "RRULE:FREQ=WEEKLY;BYDAY=WE,FR" in lines


def test_a_day_to_look_back_is_a_whole_day_and_what_falls_on_no_day_is_left_out() -> None:
    never = Rhythm(time(8), frozenset({0}), "UTC", date(2027, 1, 5), date(2027, 1, 6))
    lines = unfolded(calendar_file([OnDay(uuid.uuid4(), date(2027, 3, 1)), Repeated(uuid.uuid4(), never)], "R", MADE))
    assert "DTSTART;VALUE=DATE:20270301" in lines and lines.count("BEGIN:VEVENT") == 1


@given(st.lists(rhythms().map(lambda rhythm: Repeated(uuid.uuid4(), rhythm)), max_size=4), st.text(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_summary_it_stays_one_file_of_short_lines_that_reads_back(events: list, summary: str) -> None:
    content = calendar_file(events, summary, MADE)
    assert all(len(line) <= LONGEST_LINE for line in content.split(b"\r\n"))
    lines = unfolded(content)
    assert all(line.partition(":")[0] in NAMES for line in lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == lines.count("BEGIN:VALARM") == len(events)
    told = re.sub("\r\n?", "\n", summary)
    assert all(unescaped(line[8:]) == told for line in lines if line.startswith("SUMMARY:"))


@given(st.text(alphabet=st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=400))
def test_folding_cuts_no_letter(line: str) -> None:
    parts = list(folded(line))
    assert all(part.decode() is not None and len(part) <= LONGEST_LINE for part in parts)
    assert parts[0].decode() + "".join(part.decode()[1:] for part in parts[1:]) == line


def test_marks_are_escaped() -> None:
    assert escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"


def test_dst_does_not_move_it() -> None:
    """In winter and in summer the same words stand in the file: no offset that could be wrong later."""
    winter = Rhythm(time(8), EVERY_DAY, "Europe/Madrid", date(2027, 1, 4))
    summer = Rhythm(time(8), EVERY_DAY, "Europe/Madrid", date(2027, 1, 4) + timedelta(days=182))
    starts = [
        line[-6:]
        for rhythm in (winter, summer)
        for line in unfolded(calendar_file([Repeated(uuid.uuid4(), rhythm)], "R", MADE))
        if line.startswith("DTSTART")
    ]
    assert starts == ["080000", "080000"]
