"""How it goes, ready for a page: pictures with the words of their levels, and the same as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from portal.decisions.following.actions import OWN_QUESTIONS
from portal.decisions.following.charts import Chart, chart
from portal.decisions.following.diary_rules import Severity
from portal.decisions.following.forms import REASONS, YES_NOT_SURE_NO
from portal.decisions.following.models import SEVERITIES, AdherenceCheck, DiaryEntry, LookBack, Symptom
from portal.decisions.following.queries import Followed

DAYS = 7


@dataclass(frozen=True)
class Week:
    """One answer about seven days: how many went as planned, and why others did not."""

    row: AdherenceCheck
    as_planned: int
    reasons: str
    words: str
    new_problem: bool


@dataclass(frozen=True)
class Felt:
    """One thing a person feels: its picture, its entries with their words, newest first."""

    symptom: Symptom
    picture: Chart | None
    entries: tuple[tuple[DiaryEntry, str], ...]

    @property
    def counted(self) -> tuple[tuple[DiaryEntry, str], ...]:
        return tuple(told for told in self.entries if told[0].wrong_at is None)


@dataclass(frozen=True)
class LookedBack:
    row: LookBack
    still_right: str
    same_again: str
    words: str
    talk: bool


def weeks(checks: Iterable[AdherenceCheck]) -> list[Week]:
    """Answers to our own questions, newest first."""
    reason = dict(REASONS)
    found = []
    for row in checks:
        if row.instrument != OWN_QUESTIONS or not isinstance(row.answers, dict) or "missed_days" not in row.answers:
            continue
        said = row.answers
        why = ", ".join(str(reason[code]) for code in said["reasons"] if code in reason)
        found.append(Week(row, DAYS - said["missed_days"], why, said["words"], said["new_problem"]))
    return sorted(found, key=lambda week: week.row.at, reverse=True)


def weeks_picture(found: list[Week]) -> Chart | None:
    said = [(week.row.at, week.as_planned) for week in found if week.row.wrong_at is None]
    return chart(said, [(0, _("0 days")), (DAYS, _("7 days"))])


def felt(symptom: Symptom) -> Felt:
    words = dict(SEVERITIES)
    rows = sorted(symptom.entries.all(), key=lambda row: row.at)
    said: list[tuple[datetime, int]] = [
        (row.at, Severity(row.severity).height) for row in rows if row.wrong_at is None
    ]
    levels = [(Severity(code).height, str(word)) for code, word in SEVERITIES]
    entries = tuple((row, str(words[row.severity])) for row in reversed(rows))
    return Felt(symptom, chart(said, levels), entries)


def causes(found: Iterable[Felt], choices: Iterable[Followed]) -> dict[UUID, str]:
    """What each row says in a line, by its id: what a task rests on. A row that was deleted is not in it."""
    told = {row.pk: f"{one.symptom.what}: {word}" for one in found for row, word in one.entries}
    for choice in choices:
        for week in weeks(choice.checks):
            count = _("%(n)s of 7") % {"n": week.as_planned}
            told[week.row.pk] = " · ".join(filter(None, (count, week.reasons, week.words)))
        for row in choice.look_backs:
            answer = looked_back(row)
            parts = (row.get_kind_display(), answer.still_right, answer.same_again, answer.words)
            told[row.pk] = " · ".join(filter(None, parts))
    return told


def looked_back(row: LookBack) -> LookedBack:
    words = dict(YES_NOT_SURE_NO)
    said = row.answers if isinstance(row.answers, dict) else {}
    again = said.get("same_again", "")
    return LookedBack(
        row,
        str(words.get(said.get("still_right", ""), "")),
        str(words[again]) if again in words else "",
        said.get("words", ""),
        bool(said.get("talk")),
    )
