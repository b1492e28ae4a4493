"""The IPDAS criteria (IPDASi v4.0, treatment aids) of a decision: 27 a machine can check, 8 a person must attest.

Which criteria there are, in whose order: Joseph-Williams et al. 2014 (PMID 23963501). The sentences are ours. A check
that is not met names its gap; below the qualifying criteria a decision is not released.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.decisions.content import NO_CHANGE, Aid, is_date
from portal.decisions.facts import VIEWS
from portal.reports.readability import SYLLABLES, Reading, measure

WORDS_RATIO = 1.5
"""How much more may be said about one option than about another."""
STEPS = ("what", "facts", "matters", "ready", "end")
"""The way through a decision, step by step."""


class Group(StrEnum):
    QUALIFYING = "qualifying"
    CERTIFYING = "certifying"
    QUALITY = "quality"


@dataclass(frozen=True)
class Tool:
    """What the portal puts around every decision."""

    views: tuple[str, ...] = (*VIEWS, "paper")
    steps: tuple[str, ...] = STEPS
    question_list: bool = True
    prints_reading: bool = True


THE_PORTAL = Tool()


@dataclass(frozen=True)
class Criterion:
    """`check` is None where only a person can say."""

    code: str
    group: Group
    gap: str | Promise
    check: Callable[[Aid, Tool], bool] | None = None


@dataclass(frozen=True)
class Answer:
    criterion: Criterion
    met: bool
    by: str = ""
    on: str = ""


@dataclass(frozen=True)
class Score:
    answers: tuple[Answer, ...]

    def of(self, *groups: Group) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.criterion.group in groups)

    @property
    def checked(self) -> tuple[Answer, ...]:
        """By the machine."""
        return tuple(answer for answer in self.answers if answer.criterion.check is not None)

    @property
    def attested(self) -> tuple[Answer, ...]:
        """By people, or not at all."""
        return tuple(answer for answer in self.answers if answer.criterion.check is None)

    @property
    def met(self) -> int:
        return sum(answer.met for answer in self.checked)

    @property
    def gaps(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.checked if not answer.met)

    @property
    def qualifies(self) -> bool:
        return all(answer.met for answer in self.of(Group.QUALIFYING))


def score(aid: Aid, tool: Tool = THE_PORTAL) -> Score:
    return Score(tuple(_answer(criterion, aid, tool) for criterion in CRITERIA))


def _answer(criterion: Criterion, aid: Aid, tool: Tool) -> Answer:
    if criterion.check is not None:
        return Answer(criterion, criterion.check(aid, tool))
    said = aid.attestations.get(criterion.code)
    met = said is not None and bool(said.by.strip()) and is_date(said.on)
    return Answer(criterion, met, said.by if said and met else "", said.on if said and met else "")


def reading_of(aid: Aid) -> Reading | None:
    """How hard it is to read; None in a language without a measure of its own."""
    return measure(aid.passages(), aid.listed_names(), aid.language) if aid.language in SYLLABLES else None


def _every(aid: Aid, *lists: str) -> bool:
    """Whether every option has a point in each of these lists."""
    return bool(aid.options) and all(option.points(what) for option in aid.options.values() for what in lists)


def _no_change(aid: Aid) -> str | None:
    return next((key for key, option in aid.options.items() if option.kind == NO_CHANGE), None)


def _same_rows(aid: Aid) -> bool:
    return bool(aid.outcomes) and all(set(row.figures) >= set(aid.options) for row in aid.outcomes.values())


def _equal_detail(aid: Aid) -> bool:
    counts = [option.words for option in aid.options.values()]
    return _same_rows(aid) and bool(counts) and min(counts) > 0 and max(counts) <= WORDS_RATIO * min(counts)


def _natural_course(aid: Aid) -> bool:
    key = _no_change(aid)
    return key is not None and bool(aid.outcomes) and all(key in row.figures for row in aid.outcomes.values())


def _with_range(aid: Aid) -> bool:
    return all(figure.low is not None or figure.certainty for figure in aid.known_figures())


def _rates(aid: Aid) -> bool:
    return all(
        figure.numerator is not None and figure.denominator and 0 <= figure.numerator <= figure.denominator
        for figure in aid.known_figures()
    )


def _same_period(aid: Aid) -> bool:
    return all(
        len({figure.months for figure in row.figures.values() if figure.known}) <= 1
        and all(figure.months for figure in row.figures.values() if figure.known)
        for row in aid.outcomes.values()
    )


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "Q1",
        Group.QUALIFYING,
        _("The condition is not described."),
        lambda aid, tool: bool(aid.condition.strip()),
    ),
    Criterion(
        "Q2",
        Group.QUALIFYING,
        _("What is to be decided is not stated."),
        lambda aid, tool: bool(aid.statement.strip()),
    ),
    Criterion(
        "Q3",
        Group.QUALIFYING,
        _("There are not at least two options with names, one of them “no change”."),
        lambda aid, tool: (
            len(aid.options) >= 2
            and _no_change(aid) is not None
            and all(option.name.strip() for option in aid.options.values())
        ),
    ),
    Criterion("Q4", Group.QUALIFYING, _("An option has no benefit."), lambda aid, tool: _every(aid, "benefits")),
    Criterion("Q5", Group.QUALIFYING, _("An option has no harm."), lambda aid, tool: _every(aid, "harms")),
    Criterion(
        "Q6",
        Group.QUALIFYING,
        _("What it is like to live with an option is missing."),
        lambda aid, tool: _every(aid, "living"),
    ),
    Criterion(
        "C1",
        Group.CERTIFYING,
        _("The options are not told in equal detail: the same rows, and at most half as many words again."),
        lambda aid, tool: _equal_detail(aid),
    ),
    Criterion(
        "C2",
        Group.CERTIFYING,
        _("A number has no source, or no source is listed."),
        lambda aid, tool: bool(aid.sources) and all(figure.source in aid.sources for figure in aid.known_figures()),
    ),
    Criterion("C3", Group.CERTIFYING, _("It has no date."), lambda aid, tool: is_date(aid.published_on)),
    Criterion(
        "C4",
        Group.CERTIFYING,
        _("It does not say when and how it is looked at again."),
        lambda aid, tool: is_date(aid.review_due_on) and bool(aid.update_policy.strip()),
    ),
    Criterion(
        "C5",
        Group.CERTIFYING,
        _("A number has neither a range nor a word on how sure it is."),
        lambda aid, tool: _with_range(aid),
    ),
    Criterion(
        "C6", Group.CERTIFYING, _("It does not say who paid for it."), lambda aid, tool: bool(aid.funding.strip())
    ),
    Criterion(
        "B1",
        Group.QUALITY,
        _("What happens with no change is not in every row."),
        lambda aid, tool: _natural_course(aid),
    ),
    Criterion(
        "B2",
        Group.QUALITY,
        _("Benefits and harms cannot be compared: a row or a list lacks an option."),
        lambda aid, tool: _same_rows(aid) and _every(aid, "benefits", "harms"),
    ),
    Criterion(
        "B3",
        Group.QUALITY,
        _("No row tells how often something happens, or that it is not known."),
        lambda aid, tool: any(row.figures for row in aid.outcomes.values()),
    ),
    Criterion(
        "B4",
        Group.QUALITY,
        _("It does not say which people the numbers are about."),
        lambda aid, tool: bool(aid.population.strip()),
    ),
    Criterion(
        "B5",
        Group.QUALITY,
        _("A number does not say how many of how many."),
        lambda aid, tool: _rates(aid),
    ),
    Criterion(
        "B6",
        Group.QUALITY,
        _("The numbers of one row are about different times."),
        lambda aid, tool: _same_period(aid),
    ),
    Criterion(
        "B7",
        Group.QUALITY,
        _("The numbers are not all out of the same number of people."),
        lambda aid, tool: len({figure.denominator for figure in aid.known_figures()}) <= 1,
    ),
    Criterion(
        "B8",
        Group.QUALITY,
        _("There are fewer than three ways to look at the numbers."),
        lambda aid, tool: len(set(tool.views)) >= 3,
    ),
    Criterion(
        "B9",
        Group.QUALITY,
        _("Nothing asks what matters to the person."),
        lambda aid, tool: any(item.label.strip() for item in aid.items.values()) and "matters" in tool.steps,
    ),
    Criterion(
        "B10",
        Group.QUALITY,
        _("There is no way through it step by step."),
        lambda aid, tool: len(tool.steps) >= len(STEPS),
    ),
    Criterion(
        "B11",
        Group.QUALITY,
        _("There is no list of questions to take to the talk."),
        lambda aid, tool: tool.question_list,
    ),
    *(
        Criterion(code, Group.QUALITY, said)
        for code, said in (
            ("B12", _("What patients need to decide was asked of patients.")),
            ("B13", _("What patients need to decide was asked of health professionals.")),
            ("B14", _("Patients who did not help to make it have read it.")),
            ("B15", _("Health professionals who did not help to make it have read it.")),
            ("B16", _("Patients who face the decision have tried it.")),
            ("B17", _("Those who counsel them have tried it.")),
        )
    ),
    Criterion(
        "B18",
        Group.QUALITY,
        _("It does not say how the evidence was chosen."),
        lambda aid, tool: bool(aid.evidence_selection.strip()),
    ),
    Criterion(
        "B19",
        Group.QUALITY,
        _("It does not say how good the evidence is."),
        lambda aid, tool: (
            bool(aid.evidence_quality.strip())
            and bool(aid.sources)
            and all(source.level.strip() for source in aid.sources.values())
        ),
    ),
    Criterion(
        "B20",
        Group.QUALITY,
        _("It does not say who wrote it and what makes them fit to."),
        lambda aid, tool: (
            bool(aid.authors)
            and all(author.name.strip() and author.credential.strip() for author in aid.authors.values())
        ),
    ),
    Criterion(
        "B21",
        Group.QUALITY,
        _("How hard it is to read cannot be told."),
        lambda aid, tool: tool.prints_reading and bool(aid.passages()) and reading_of(aid) is not None,
    ),
    Criterion("B22", Group.QUALITY, _("A study shows that it helps people choose what fits them.")),
    Criterion("B23", Group.QUALITY, _("A study shows that people know more after it.")),
)
