"""The gate lets no report out that is hard, full of jargon, or tells a risk unfairly."""

from __future__ import annotations

import pytest

from portal.reports.document import spoken
from portal.reports.gate import HIGHEST_GRADE, examine
from portal.reports.readability import measure
from tests.portal.reports.people import LONG_NAME, PEOPLE, SIGNATURE, Person, note, report
from tests.portal.reports.test_words import ENGLISH


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("origin", ["laboratory", "patient"])
def test_every_composed_report_opens_the_gate(person: str, origin: str) -> None:
    document = report(person, origin=origin)
    assert [str(objection) for objection in examine(person, spoken(document), ENGLISH.names())] == []
    assert measure(spoken(document), ENGLISH.names()).grade <= HIGHEST_GRADE


@pytest.mark.parametrize("person", PEOPLE)
def test_every_part_of_a_report_opens_the_gate_by_itself(person: str) -> None:
    document = report(person)
    parts = {"glance": document.glance, "not tested": document.not_tested, "genes": document.genes,
             **{group.status: group for group in document.groups}}  # fmt: skip
    for name, part in parts.items():
        assert examine(name, spoken(part), ENGLISH.names()) == []


def test_names_and_notes_that_people_type_are_not_graded() -> None:
    wordy = note("Pharmacogenomic interpretation notwithstanding, individualised circumspection is warranted.")
    typed = report(person=Person(LONG_NAME), notes=(wordy,), signature=SIGNATURE)
    assert examine("typed", spoken(typed), ENGLISH.names()) == []
    assert LONG_NAME not in " ".join(spoken(typed))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You are a poor metabolizer.", "jargon"),
        ("This allele is rare.", "jargon"),
        ("About 1 in 200 people have this.", "1 in N"),
        ("One in five get a rash.", "1 in N"),
        ("It has twice the risk.", "base"),
        ("There is no evidence that it helps.", "promise"),
        ("This medicine is safe for you.", "safe"),
        ("There are so many words in this one line that no one who reads it will ever get to the end.", "20 words"),
        ("Considerable individual responsiveness necessitates therapeutic deliberation. " * 5, "grade"),
    ],
)  # fmt: skip
def test_the_gate_names_what_is_wrong(text: str, rule: str) -> None:
    assert any(rule in objection.rule for objection in examine("text", [text]))


def test_a_hard_word_may_stand_with_its_meaning_beside_it() -> None:
    assert examine("text", ["An enzyme (a helper that breaks things down) does this."]) == []


def test_numbers_out_of_a_hundred_are_welcome() -> None:
    assert examine("text", ["7 of 100 people have it, and 93 do not."]) == []
