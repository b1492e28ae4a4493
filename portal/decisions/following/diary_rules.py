"""Which entries ask for somebody of the team, and how soon. Our own rules, on a person's own words: no diagnosis.

Nothing here reads a database. A rule is a fixed answer to what was written; the act that keeps the entry opens the
task in the same transaction.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

SIGNS = Path(__file__).with_name("urgent_signs.toml")
MOST_BETWEEN = 2
LASTS = timedelta(days=14)
MISSED_DAYS = 3


class Severity(StrEnum):
    """How bad something is, in a person's own measure, mildest first."""

    NONE = "none"
    A_BIT = "a_bit"
    A_LOT = "a_lot"
    STOPS_MY_DAY = "stops_my_day"

    @property
    def height(self) -> int:
        return list(Severity).index(self)


class Rule(StrEnum):
    """Why somebody of the team is asked to look, most urgent first."""

    CALL_NOW = "call_now"
    STOPS_MY_DAY = "stops_my_day"
    UNWELL_SO_MISSED = "unwell_so_missed"
    A_LOT = "a_lot"
    NOT_RIGHT = "not_right"
    MISSED = "missed"
    LASTS = "lasts"
    NOT_ANSWERED = "not_answered"


DUE_WITHIN: dict[Rule, timedelta] = {
    Rule.CALL_NOW: timedelta(hours=1),
    Rule.STOPS_MY_DAY: timedelta(days=1),
    Rule.UNWELL_SO_MISSED: timedelta(days=2),
    Rule.A_LOT: timedelta(days=2),
    Rule.NOT_RIGHT: timedelta(days=2),
    Rule.MISSED: timedelta(days=4),
    Rule.LASTS: timedelta(days=4),
    Rule.NOT_ANSWERED: timedelta(days=7),
}


def calls_for_help(*texts: str) -> bool:
    """Whether what somebody wrote holds a sign that cannot wait. In any of the languages: people mix them.

    >>> calls_for_help("My chest really hurts"), calls_for_help("No puedo respirar"), calls_for_help("A dry mouth")
    (True, True, False)
    """
    return any(phrase.search(_plain(text)) for text in texts for phrase in _phrases())


def _plain(text: str) -> str:
    """Small letters without accents or apostrophes, words apart by one space, a space at both ends."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in "'’‘`´")
    return f" {' '.join(re.findall(r'[a-z0-9]+', kept))} "


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    signs = tomllib.loads(SIGNS.read_text(encoding="utf-8"))
    return tuple(_pattern(phrase) for sign in signs.values() for listed in sign.values() for phrase in listed)


def _pattern(phrase: str) -> re.Pattern[str]:
    words = [re.escape(word).replace(r"\*", "[a-z0-9]*") for word in phrase.split()]
    between = rf" (?:[a-z0-9]+ ){{0,{MOST_BETWEEN}}}"
    return re.compile(" " + between.join(words) + " ")


def of_entry(severity: Severity, since: date, on: date, *texts: str) -> Rule | None:
    """The one rule an entry of the diary meets, the most urgent; None when nobody needs to be asked."""
    if calls_for_help(*texts):
        return Rule.CALL_NOW
    match severity:
        case Severity.STOPS_MY_DAY:
            return Rule.STOPS_MY_DAY
        case Severity.A_LOT:
            return Rule.A_LOT
        case Severity.A_BIT:
            return Rule.LASTS if on - since >= LASTS else None
        case Severity.NONE:
            return None


def of_check(missed_days: int, felt_unwell: bool, *texts: str) -> Rule | None:
    """The one rule an answer to "how did it go?" meets."""
    if calls_for_help(*texts):
        return Rule.CALL_NOW
    if missed_days and felt_unwell:
        return Rule.UNWELL_SO_MISSED
    return Rule.MISSED if missed_days >= MISSED_DAYS else None


def of_look_back(still_right: bool, wants_to_talk: bool, *texts: str) -> Rule | None:
    """The one rule an answer to "is it still right for you?" meets. Not being sure counts as no."""
    if calls_for_help(*texts):
        return Rule.CALL_NOW
    return Rule.NOT_RIGHT if wants_to_talk or not still_right else None
