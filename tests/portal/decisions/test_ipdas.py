"""27 of the IPDAS criteria are checked by the machine: each one, broken, is named; what people say is not ticked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.decisions.content import Aid, Attestation, Figure, Outcome
from portal.decisions.ipdas import CRITERIA, THE_PORTAL, Score, Tool, score
from portal.reports.gate import examine
from tests.portal.decisions.examples import aid, figure, shipped

pytestmark = pytest.mark.pure
CHECKED = [criterion.code for criterion in CRITERIA if criterion.check is not None]
ATTESTED = [criterion.code for criterion in CRITERIA if criterion.check is None]


def without(what: str) -> Aid:
    whole = aid()
    return replace(whole, options={**whole.options, "new": replace(whole.options["new"], **{what: ""})})


def with_rows(**rows: Outcome) -> Aid:
    return replace(aid(), outcomes=rows)


def both(stay: Figure, new: Figure) -> Outcome:
    return Outcome("A bad day", {"stay": stay, "new": new})


def same(tool: Tool) -> Callable[[], Score]:
    return lambda: score(aid(), tool)


BROKEN: dict[str, Callable[[], Score]] = {
    "Q1": lambda: score(replace(aid(), condition=" ")),
    "Q2": lambda: score(replace(aid(), statement="")),
    "Q3": lambda: score(
        replace(aid(), options={key: replace(option, kind="change") for key, option in aid().options.items()})
    ),
    "Q4": lambda: score(without("benefits")),
    "Q5": lambda: score(without("harms")),
    "Q6": lambda: score(without("living")),
    "C1": lambda: score(
        replace(
            aid(), options={**aid().options, "new": replace(aid().options["new"], practical="It is so good. " * 12)}
        )
    ),
    "C2": lambda: score(with_rows(bad=both(figure(1), figure(2, source="nowhere")))),
    "C3": lambda: score(replace(aid(), published_on="")),
    "C4": lambda: score(replace(aid(), review_due_on="soon")),
    "C5": lambda: score(with_rows(bad=both(figure(1), figure(2, low=None, high=None, certainty="")))),
    "C6": lambda: score(replace(aid(), funding="")),
    "B1": lambda: score(with_rows(bad=Outcome("A bad day", {"new": figure(2)}))),
    "B2": lambda: score(with_rows(bad=Outcome("A bad day", {"stay": figure(2)}))),
    "B3": lambda: score(with_rows(bad=Outcome("A bad day", {}))),
    "B4": lambda: score(replace(aid(), population="")),
    "B5": lambda: score(with_rows(bad=both(figure(1), figure(2, denominator=None)))),
    "B6": lambda: score(with_rows(bad=both(figure(1), figure(2, months=24)))),
    "B7": lambda: score(with_rows(bad=both(figure(1), figure(2, denominator=1000)))),
    "B8": same(replace(THE_PORTAL, views=("words", "numbers"))),
    "B9": lambda: score(replace(aid(), items={})),
    "B10": same(replace(THE_PORTAL, steps=("facts", "matters"))),
    "B11": same(replace(THE_PORTAL, question_list=False)),
    "B18": lambda: score(replace(aid(), evidence_selection="")),
    "B19": lambda: score(
        replace(aid(), sources={key: replace(source, level="") for key, source in aid().sources.items()})
    ),
    "B20": lambda: score(
        replace(aid(), authors={key: replace(author, credential="") for key, author in aid().authors.items()})
    ),
    "B21": lambda: score(replace(aid(), language="xx")),
}


def test_there_are_27_for_the_machine_and_8_for_people() -> None:
    assert len(CHECKED) == 27 and len(ATTESTED) == 8 and len(set(CHECKED + ATTESTED)) == 35
    assert sorted(BROKEN) == sorted(CHECKED)


def test_a_whole_decision_meets_all_27() -> None:
    assert score(aid()).met == 27 and not score(aid()).gaps


@pytest.mark.parametrize("code", CHECKED)
def test_each_one_broken_is_named_as_a_gap(code: str) -> None:
    gaps = {answer.criterion.code: str(answer.criterion.gap) for answer in BROKEN[code]().gaps}
    assert gaps.get(code), f"{code} is not among {sorted(gaps)}"


@pytest.mark.parametrize("code", [code for code in CHECKED if code.startswith("Q")])
def test_below_the_qualifying_criteria_it_does_not_qualify(code: str) -> None:
    assert not BROKEN[code]().qualifies


@pytest.mark.parametrize("code", ATTESTED)
def test_what_people_must_say_counts_only_when_somebody_said_it_with_a_date(code: str) -> None:
    def met(said: Attestation) -> bool:
        found = score(aid(attestations={code: said}))
        return next(answer.met for answer in found.attested if answer.criterion.code == code)

    assert not any(answer.met for answer in score(aid()).attested)
    assert met(Attestation("Sofia Marin", "2026-11-01"))
    assert not met(Attestation("", "2026-11-01")) and not met(Attestation("Sofia Marin", "some day"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_shipped_decision_meets_all_27_and_is_easy_to_read(language: str) -> None:
    whole = shipped(language)
    assert score(whole).met == 27, [answer.criterion.code for answer in score(whole).gaps]
    assert examine(language, whole.passages(), whole.listed_names(), language) == []
    assert not any(answer.met for answer in score(whole).attested), "nothing is claimed that nobody did"


def test_the_shipped_decision_says_the_same_in_both_languages() -> None:
    english, spanish = shipped("en"), shipped("es")
    for group in ("options", "outcomes", "items", "questions", "sources"):
        assert list(getattr(english, group)) == list(getattr(spanish, group))
    assert {key: row.figures for key, row in english.outcomes.items()} == {
        key: row.figures for key, row in spanish.outcomes.items()
    }
    assert {key: item.bearings for key, item in english.items.items()} == {
        key: item.bearings for key, item in spanish.items.items()
    }


def test_the_shipped_decision_invents_no_number() -> None:
    assert list(shipped().known_figures()) == []
