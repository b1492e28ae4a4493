"""Dates of facts, as exact as the source gives them, in the words of the report's language.

`2024-02` becomes `February 2024`, `2026` stays, `2024-02/2026` becomes `February 2024 to 2026`.
"""

from __future__ import annotations

import re

from portal.reports.words import Words

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def spelled_date(when: str, words: Words) -> str:
    """A date, or two of them with a slash between, written out; anything else stays as it is."""
    if "/" in when:
        first, last = when.split("/", 1)
        return words.say("report", "date_range", name=spelled_date(first, words), other=spelled_date(last, words))
    found = _ISO.fullmatch(when)
    if found is None:
        return when
    year, month, day = found.groups()
    if month is None:
        return year
    name = words.say("report", f"month_{month}")
    if day is None:
        return words.say("report", "date_month", month=name, year=year)
    return words.say("report", "date_day", day=str(int(day)), month=name, year=year)
