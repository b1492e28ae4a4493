"""The gate lets no report out that is hard, full of jargon, or tells a risk unfairly."""

from __future__ import annotations

import pytest

from portal.reports import words
from portal.reports.document import spoken
from portal.reports.gate import examine
from portal.reports.readability import measure
from tests.portal.reports.people import LONG_NAME, PEOPLE, SIGNATURE, Person, note, report
from tests.portal.reports.test_words import ENGLISH, every_language


@every_language
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("origin", ["laboratory", "patient"])
def test_every_composed_report_opens_the_gate(person: str, origin: str, language: str) -> None:
    document = report(person, origin=origin, language=language)
    names = words.load(language).names()
    assert [str(objection) for objection in examine(person, spoken(document), names, language)] == []
    assert measure(spoken(document), names, language).is_easy


@every_language
@pytest.mark.parametrize("person", PEOPLE)
def test_every_part_of_a_report_opens_the_gate_by_itself(person: str, language: str) -> None:
    document = report(person, language=language)
    parts = {"glance": document.glance, "not tested": document.not_tested, "genes": document.genes,
             **{group.status: group for group in document.groups}}  # fmt: skip
    for name, part in parts.items():
        assert examine(name, spoken(part), words.load(language).names(), language) == []


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


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Su fenotipo no se conoce.", "jargon"),
        ("Este alelo es raro.", "jargon"),
        ("Le pasa a 1 de cada 200 personas.", "1 in N"),
        ("Le pasa a 1 de 200 personas.", "1 in N"),
        ("Una de cada cinco deja la medicina.", "1 in N"),
        ("Tiene el doble de riesgo.", "base"),
        ("Es 3 veces más probable.", "base"),
        ("No hay pruebas de que ayude.", "promise"),
        ("Esta medicina es segura.", "safe"),
        ("Se puede tomar sin riesgo.", "safe"),
        ("Hay tanto en esta frase que nadie que la lea llega al final de ella sin parar antes un rato o dos.", "20"),
        ("La individualización farmacoterapéutica requiere consideraciones extraordinarias. " * 5, "INFLESZ"),
    ],
)  # fmt: skip
def test_the_gate_names_what_is_wrong_in_spanish(text: str, rule: str) -> None:
    assert any(rule in objection.rule for objection in examine("text", [text], language="es"))


@pytest.mark.parametrize(
    "text",
    ["Una enzima (algo que ayuda a procesar) hace esto.", "De 100 personas, 7 la dejan y 93 siguen.",
     "Pida una prueba médica a su equipo de salud.", "Uno de sus genes no se leyó."],
)  # fmt: skip
def test_plain_spanish_passes(text: str) -> None:
    assert examine("text", [text], language="es") == []


def test_a_hard_word_may_stand_with_its_meaning_beside_it() -> None:
    assert examine("text", ["An enzyme (a helper that breaks things down) does this."]) == []


def test_numbers_out_of_a_hundred_are_welcome() -> None:
    assert examine("text", ["7 of 100 people have it, and 93 do not."]) == []
