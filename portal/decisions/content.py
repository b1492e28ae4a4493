"""What a decision says: its options, the outcome rows that are the same for all of them, and where it comes from.

A value of its own: no database, no page. `to_json` is what an edition keeps. Everything that has a key is kept in a
mapping by that key, so that two people's changes can be laid over each other (`merging.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

NO_CHANGE = "no_change"
DENOMINATORS = (100, 1000)
"""What numbers may be "out of": one of them, the same in the whole decision."""
MOST_ITEMS = 7
LISTS = ("benefits", "harms", "living", "practical", "cost")
"""What is said about every option, one point to a line."""


class Certainty(StrEnum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very_low"


class Bearing(StrEnum):
    """How an option bears on something that may matter to a person. Never a number, so it cannot be summed."""

    GOES_WITH = "goes_with"
    GOES_AGAINST = "goes_against"
    NO_DIFFERENCE = "no_difference"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Figure:
    """How many of how many, within how many months, how sure, from where; or that it is not known."""

    known: bool = False
    numerator: int | None = None
    denominator: int | None = None
    months: int | None = None
    low: int | None = None
    high: int | None = None
    certainty: str = ""
    source: str = ""

    @property
    def others(self) -> int:
        """How many do not have it: the second frame."""
        return (self.denominator or 0) - (self.numerator or 0)


NOT_KNOWN = Figure()


@dataclass(frozen=True)
class Option:
    kind: str = ""
    name: str = ""
    benefits: str = ""
    harms: str = ""
    living: str = ""
    practical: str = ""
    cost: str = ""
    annotation: str = ""

    def points(self, what: str) -> list[str]:
        return [line.strip() for line in getattr(self, what).split("\n") if line.strip()]

    @property
    def words(self) -> int:
        return sum(len(getattr(self, what).split()) for what in LISTS)


@dataclass(frozen=True)
class Outcome:
    """One row: the same outcome for every option."""

    name: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def figure(self, option: str) -> Figure | None:
        return self.figures.get(option)


@dataclass(frozen=True)
class Item:
    """Something that may matter, and how each option bears on it."""

    label: str = ""
    bearings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A short question about the facts; `again` says the same in other words."""

    text: str = ""
    right: str = ""
    wrong: str = ""
    again: str = ""

    def choices(self) -> list[str]:
        """Right and wrong answers in an order that says nothing."""
        return sorted({self.right, *(line.strip() for line in self.wrong.split("\n") if line.strip())})


@dataclass(frozen=True)
class Source:
    title: str = ""
    identifier: str = ""
    date: str = ""
    level: str = ""


@dataclass(frozen=True)
class Author:
    name: str = ""
    credential: str = ""


@dataclass(frozen=True)
class Attestation:
    """Somebody says that a thing no machine can see was done."""

    by: str = ""
    on: str = ""
    note: str = ""


@dataclass(frozen=True)
class Aid:
    """The whole of a decision."""

    language: str = "en"
    statement: str = ""
    condition: str = ""
    population: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    authors: Mapping[str, Author] = field(default_factory=dict)
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    evidence_selection: str = ""
    evidence_quality: str = ""
    funding: str = ""
    update_policy: str = ""
    published_on: str = ""
    review_due_on: str = ""
    names: str = ""
    """Names of medicines and genes in it: no measure of reading counts them as hard words."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Aid:
        known = {each.name for each in fields(cls)}
        plain = {name: value for name, value in kept.items() if name in known}
        for name, kind in _KEYED.items():
            plain[name] = {key: kind(**value) for key, value in plain.get(name, {}).items()}
        plain["outcomes"] = {
            key: Outcome(row.name, {option: Figure(**figure) for option, figure in row.figures.items()})
            for key, row in plain["outcomes"].items()
        }
        return cls(**plain)

    def known_figures(self) -> Iterator[Figure]:
        for row in self.outcomes.values():
            yield from (figure for figure in row.figures.values() if figure.known)

    def passages(self) -> list[str]:
        """Everything of it that a person reads."""
        told = [self.statement, self.condition, self.population]
        for option in self.options.values():
            told += [option.name, *(point for what in LISTS for point in option.points(what))]
        told += [row.name for row in self.outcomes.values()]
        told += [item.label for item in self.items.values()]
        for question in self.questions.values():
            told += [question.text, *question.choices(), question.again]
        return [passage for passage in told if passage]

    def listed_names(self) -> list[str]:
        return [name.strip() for name in self.names.split(",") if name.strip()]


_KEYED: dict[str, Any] = {
    "options": Option,
    "outcomes": Outcome,
    "items": Item,
    "questions": Question,
    "sources": Source,
    "authors": Author,
    "attestations": Attestation,
}


class Problem(StrEnum):
    """Why something is not taken. The sentence for each stands with the forms."""

    NO_NAME = "no_name"
    NO_HARMS = "no_harms"
    NO_BENEFITS = "no_benefits"
    NO_DENOMINATOR = "no_denominator"
    NO_NUMERATOR = "no_numerator"
    NO_MONTHS = "no_months"
    NO_SOURCE = "no_source"
    NO_RANGE = "no_range"
    WRONG_DENOMINATOR = "wrong_denominator"
    OTHER_DENOMINATOR = "other_denominator"
    OTHER_MONTHS = "other_months"
    IMPOSSIBLE = "impossible"
    IMPOSSIBLE_RANGE = "impossible_range"
    OPTION_MISSING = "option_missing"
    TOO_MANY = "too_many"
    RELATIVE = "relative"
    NOT_A_DATE = "not_a_date"


def problems_of_option(option: Option) -> list[tuple[str, Problem]]:
    """(field, problem) of one option."""
    found = []
    if not option.name.strip():
        found.append(("name", Problem.NO_NAME))
    if not option.points("harms"):
        found.append(("harms", Problem.NO_HARMS))
    if not option.points("benefits"):
        found.append(("benefits", Problem.NO_BENEFITS))
    return found


def problems_of_outcome(aid: Aid, key: str, outcome: Outcome) -> list[tuple[str, str, Problem]]:
    """(option, field, problem) of one row, held against the rest of the decision."""
    found: list[tuple[str, str, Problem]] = []
    if not outcome.name.strip():
        found.append(("", "name", Problem.NO_NAME))
    elsewhere = {
        figure.denominator
        for other, row in aid.outcomes.items()
        if other != key
        for figure in row.figures.values()
        if figure.known
    }
    months: set[int] = set()
    for option in aid.options:
        figure = outcome.figures.get(option)
        if figure is None:
            found.append((option, "known", Problem.OPTION_MISSING))
        elif figure.known:
            found += [(option, name, problem) for name, problem in _problems_of_figure(aid, figure, elsewhere)]
            if figure.months:
                months.add(figure.months)
                if len(months) > 1:
                    found.append((option, "months", Problem.OTHER_MONTHS))
            if figure.denominator:
                elsewhere.add(figure.denominator)
    return found


def _problems_of_figure(aid: Aid, figure: Figure, elsewhere: set[int | None]) -> Iterator[tuple[str, Problem]]:
    count, base = figure.numerator, figure.denominator
    if base is None:
        yield "denominator", Problem.NO_DENOMINATOR
    elif base not in DENOMINATORS:
        yield "denominator", Problem.WRONG_DENOMINATOR
    elif elsewhere - {None, base}:
        yield "denominator", Problem.OTHER_DENOMINATOR
    if count is None:
        yield "numerator", Problem.NO_NUMERATOR
    elif count < 0 or (base is not None and count > base):
        yield "numerator", Problem.IMPOSSIBLE
    if not figure.months or figure.months < 0:
        yield "months", Problem.NO_MONTHS
    if (figure.low is None) != (figure.high is None) or (figure.low is None and not figure.certainty):
        yield "low", Problem.NO_RANGE
    elif not _range_holds(figure):
        yield "low", Problem.IMPOSSIBLE_RANGE
    if figure.source not in aid.sources:
        yield "source", Problem.NO_SOURCE


def _range_holds(figure: Figure) -> bool:
    if figure.low is None or figure.high is None or figure.numerator is None:
        return True
    return 0 <= figure.low <= figure.numerator <= figure.high <= (figure.denominator or figure.high)


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
