"""Every code has its words, and every word may be shown to a frightened person."""

from __future__ import annotations

import dataclasses
import re

import pytest

from genomics.knowledge import load as load_knowledge
from genomics.pharmacogenomics.vocabulary import vocabulary
from portal.reports import words
from portal.reports.checks import codes, every_code_has_words, left_out, without_words
from portal.reports.gate import examine
from portal.reports.naming import join
from portal.reports.readability import NAME_STANDS_AS
from portal.reports.status import STATUS_OF_ACTION, Status
from tests import hardest_words

ENGLISH = words.load("en")
SPANISH = words.load("es")
every_language = pytest.mark.parametrize("language", words.LANGUAGES)
DO_NOT_STOP = {
    "en": "Do not stop or change a medicine before you ask.",
    "es": "No deje ni cambie una medicina antes de preguntar.",
}


def plain(text: str) -> str:
    """As it is read: names in their slots, glossary words written out."""
    return re.sub(r"\{\w+\}", NAME_STANDS_AS, words.without_marks(text))


def passages(module: str, language: str = "en") -> list[str]:
    return [plain(text) for entry in words.load(language).modules[module].values() for text in entry.sentences()]


def test_every_code_the_engine_can_say_has_words() -> None:
    assert every_code_has_words() == []


def test_a_new_code_without_words_is_found() -> None:
    spoken = dataclasses.replace(
        vocabulary(load_knowledge()), drugs=("nonesuchomab",), phenotypes={"CYP2C19": ("Sideways Metabolizer",)}
    )
    assert ("drugs", "nonesuchomab") in without_words(spoken, ENGLISH)
    assert ("phenotypes", "CYP2C19/Sideways Metabolizer") in without_words(spoken, ENGLISH)


def test_a_word_that_one_language_lacks_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {**SPANISH.modules, "drugs": {**SPANISH.modules["drugs"]}}
    del lacking["drugs"]["warfarin"]
    load = words.load
    monkeypatch.setattr(
        words, "load", lambda language="en": words.Words("es", lacking) if language == "es" else load(language)
    )
    assert "reports.E002" in {found.id for found in every_code_has_words()}
    assert "reports.E004" in {found.id for found in every_code_has_words()}


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("headline", ""), ("headline", "Sus genes dan igual."), ("do", "[[guide|La guía]]: siga."), ("more", "Y más.")],
)  # fmt: skip
def test_a_translation_says_no_less_and_no_more_than_the_original(phrase: str, said: str) -> None:
    entry = SPANISH.entry("actions", "standard_dose")
    changed = dataclasses.replace(entry, phrases={**entry.phrases, phrase: said})
    actions = {**SPANISH.modules["actions"], "standard_dose": changed}
    translated = words.Words("es", {**SPANISH.modules, "actions": actions})
    assert left_out(ENGLISH, SPANISH) == []
    assert left_out(ENGLISH, translated) == [f"actions: 'standard_dose', {phrase}"]


@every_language
@pytest.mark.parametrize("module", ["phenotypes", "genes", "not_covered", "drugs"])
def test_no_words_are_kept_for_codes_nobody_says(module: str, language: str) -> None:
    said = {code for found, code in codes(vocabulary(load_knowledge())) if found == module}
    assert set(words.load(language).modules[module]) - said <= {"unknown", "no_map"}


@every_language
@pytest.mark.parametrize("module", words.MODULES)
def test_every_module_opens_the_gate(module: str, language: str) -> None:
    names = words.load(language).names()
    assert [str(objection) for objection in examine(module, passages(module, language), names, language)] == []


@every_language
@pytest.mark.parametrize("module", words.MODULES)
def test_slots_hold_names_and_numbers_only(module: str, language: str) -> None:
    for entry in words.load(language).modules[module].values():
        for text in entry.sentences():
            assert words.slots(text) <= words.SLOTS, f"{module}/{entry.code}"


@every_language
@pytest.mark.parametrize("module", words.MODULES)
def test_every_entry_says_who_wrote_it_who_reviewed_it_when_and_from_what(module: str, language: str) -> None:
    for entry in words.load(language).modules[module].values():
        assert entry.author and entry.reviewed_by and entry.sources, entry.code
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry.date), entry.code


@every_language
def test_every_marked_word_is_in_the_glossary_with_its_meaning(language: str) -> None:
    known = words.load(language)
    marked = {
        mark.group(1)
        for entries in known.modules.values()
        for entry in entries.values()
        for text in entry.sentences()
        for mark in words.TERM.finditer(text)
        if "{" not in mark.group(1)
    }
    assert marked
    for term in marked:
        assert known.say("glossary", term) and known.say("glossary", term, "short")


@every_language
def test_every_action_that_is_advised_has_a_headline_and_something_to_do(language: str) -> None:
    for action in STATUS_OF_ACTION:
        for phrase in ("headline", "do", "technical"):
            assert words.load(language).entry("actions", action).phrases.get(phrase), f"{action}/{phrase}"


@every_language
def test_the_usual_status_never_promises_safety(language: str) -> None:
    entry = words.load(language).entry("statuses", Status.USUAL)
    assert not re.search("safe|segur", " ".join(entry.sentences()).lower())
    assert DO_NOT_STOP[language] in entry.phrases["lead"]


def test_a_missing_word_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(words.MissingWords, match="nonesuch"):
        ENGLISH.say("drugs", "nonesuch")
    with pytest.raises(words.MissingWords, match="louder"):
        ENGLISH.say("actions", "avoid", "louder")
    with pytest.raises(words.MissingWords, match="tlh"):
        words.load("tlh")


@pytest.mark.parametrize(
    ("names", "last", "told"),
    [(["warfarina", "ibuprofeno"], "and", "warfarina e ibuprofeno"), (["CFTR", "RYR1"], "and", "CFTR y RYR1"),
     (["warfarina", "omeprazol"], "or", "warfarina u omeprazol"), (["CPIC"], "and", "CPIC")],
)  # fmt: skip
def test_spanish_joins_names_as_they_sound(names: list[str], last: str, told: str) -> None:
    assert join(names, SPANISH, last) == told


def test_the_table_of_the_hardest_words_is_as_measured() -> None:
    written = hardest_words.PAGE.read_text("utf-8")
    assert written == hardest_words.page(), "run python -m tests.hardest_words --update"
