"""Every code has its words, and every word may be shown to a frightened person."""

from __future__ import annotations

import dataclasses
import re

import pytest

from genomics.knowledge import load as load_knowledge
from genomics.pharmacogenomics.vocabulary import vocabulary
from portal.reports import words
from portal.reports.checks import codes, every_code_has_words, without_words
from portal.reports.gate import examine
from portal.reports.status import STATUS_OF_ACTION, Status

ENGLISH = words.load("en")


def plain(text: str) -> str:
    """As it is read: names in their slots, glossary words written out."""
    return re.sub(r"\{\w+\}", "it", words.without_marks(text))


def passages(module: str) -> list[str]:
    return [plain(text) for entry in ENGLISH.modules[module].values() for text in entry.sentences()]


def test_every_code_the_engine_can_say_has_words() -> None:
    assert every_code_has_words() == []


def test_a_new_code_without_words_is_found() -> None:
    spoken = dataclasses.replace(
        vocabulary(load_knowledge()), drugs=("nonesuchomab",), phenotypes={"CYP2C19": ("Sideways Metabolizer",)}
    )
    assert ("drugs", "nonesuchomab") in without_words(spoken, ENGLISH)
    assert ("phenotypes", "CYP2C19/Sideways Metabolizer") in without_words(spoken, ENGLISH)


@pytest.mark.parametrize("module", ["phenotypes", "genes", "not_covered", "drugs"])
def test_no_words_are_kept_for_codes_nobody_says(module: str) -> None:
    said = {code for found, code in codes(vocabulary(load_knowledge())) if found == module}
    assert set(ENGLISH.modules[module]) - said <= {"unknown", "no_map"}


@pytest.mark.parametrize("module", words.MODULES)
def test_every_module_opens_the_gate(module: str) -> None:
    assert [str(objection) for objection in examine(module, passages(module), ENGLISH.names())] == []


@pytest.mark.parametrize("module", words.MODULES)
def test_slots_hold_names_and_numbers_only(module: str) -> None:
    for entry in ENGLISH.modules[module].values():
        for text in entry.sentences():
            assert words.slots(text) <= words.SLOTS, f"{module}/{entry.code}"


@pytest.mark.parametrize("module", words.MODULES)
def test_every_entry_says_who_wrote_it_who_reviewed_it_when_and_from_what(module: str) -> None:
    for entry in ENGLISH.modules[module].values():
        assert entry.author and entry.reviewed_by and entry.sources, entry.code
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry.date), entry.code


def test_every_marked_word_is_in_the_glossary_with_its_meaning() -> None:
    marked = {
        mark.group(1)
        for entries in ENGLISH.modules.values()
        for entry in entries.values()
        for text in entry.sentences()
        for mark in words.TERM.finditer(text)
        if "{" not in mark.group(1)
    }
    assert marked
    for term in marked:
        assert ENGLISH.say("glossary", term) and ENGLISH.say("glossary", term, "short")


def test_every_action_that_is_advised_has_a_headline_and_something_to_do() -> None:
    for action in STATUS_OF_ACTION:
        for phrase in ("headline", "do", "technical"):
            assert ENGLISH.entry("actions", action).phrases.get(phrase), f"{action}/{phrase}"


def test_the_usual_status_never_promises_safety() -> None:
    entry = ENGLISH.entry("statuses", Status.USUAL)
    assert "safe" not in " ".join(entry.sentences()).lower()
    assert "Do not stop or change a medicine before you ask." in entry.phrases["lead"]


def test_a_missing_word_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(words.MissingWords, match="nonesuch"):
        ENGLISH.say("drugs", "nonesuch")
    with pytest.raises(words.MissingWords, match="louder"):
        ENGLISH.say("actions", "avoid", "louder")
    with pytest.raises(words.MissingWords, match="tlh"):
        words.load("tlh")
