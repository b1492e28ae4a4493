"""What a person is asked is exact, plain and leaves the answer to them."""

from __future__ import annotations

import dataclasses
import re

import pytest
import textstat

from consent.desk import texts
from consent.ledger.scopes import UnknownScope, asked_of_everyone, groups, kinds, scope
from tests.consent.readability import inflesz, syllables

ALL = [(kind.kind, locale) for kind in kinds() for locale in texts.LOCALES]


def text_of(kind: str, locale: str) -> texts.ConsentText:
    return texts.read(kind, locale, texts.shipped(kind, locale))


def sentences(text: texts.ConsentText) -> list[str]:
    explained = [line for question in text.questions for line in (question.ask, question.again)]
    return [*text.summary, text.question, *(line for part in text.parts for line in part.sentences), *explained]


def test_there_is_a_text_in_both_languages_for_everything_that_can_be_asked() -> None:
    assert {kind for kind, _ in ALL} == {kind.kind for kind in kinds()}
    assert len(kinds()) == 26
    assert len(groups()) == 9


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_it_says_what_who_the_risks_and_how_to_change_your_mind(kind: str, locale: str) -> None:
    text = text_of(kind, locale)
    assert len(text.parts) >= 5
    assert all(part.heading and part.sentences for part in text.parts)
    assert text.answer_yes and text.answer_no and text.answer_withdraw
    assert re.fullmatch(r"[0-9a-f]{64}", text.content_hash)


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_every_field_the_law_asks_for_is_there_and_on_the_page(kind: str, locale: str) -> None:
    text = text_of(kind, locale)
    for field in dataclasses.fields(text.legal):
        if field.name != "expires_days":
            assert getattr(text.legal, field.name) not in ("", (), None), field.name
    said = [line for part in text.parts for line in part.sentences]
    for line in (
        text.legal.right_to_withdraw,
        text.legal.conditioning,
        text.legal.redisclosure,
        text.legal.retention,
    ):
        assert line in said
    assert set(text.legal.gina) <= set(said)


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_three_to_five_questions_each_with_one_right_answer_and_another_way_to_say_it(kind: str, locale: str) -> None:
    questions = text_of(kind, locale).questions
    assert 3 <= len(questions) <= 5
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        assert 0 <= question.right < len(question.options) >= 2
        assert len(set(question.options)) == len(question.options)
        assert question.again and question.again != question.ask


@pytest.mark.parametrize("group", groups())
def test_both_languages_ask_the_same_questions_with_the_same_right_answers(group: str) -> None:
    kind = next(row.kind for row in kinds() if row.group == group)
    english, spanish = (text_of(kind, locale).questions for locale in ("en", "es"))
    assert [(row.id, row.right, len(row.options)) for row in english] == [
        (row.id, row.right, len(row.options)) for row in spanish
    ]


@pytest.mark.parametrize("group", groups())
def test_the_right_answer_is_not_always_in_the_same_place(group: str) -> None:
    kind = next(row.kind for row in kinds() if row.group == group)
    assert len({question.right for question in text_of(kind, "en").questions}) > 1


@pytest.mark.parametrize("kind", [kind.kind for kind in kinds()])
def test_a_sixth_grader_can_read_it(kind: str) -> None:
    lines = sentences(text_of(kind, "en"))
    assert textstat.flesch_kincaid_grade(" ".join(lines)) <= 6
    assert [one for line in lines for one in re.split(r"(?<=[.?!]) ", line) if len(one.split()) > 20] == []


@pytest.mark.parametrize("kind", [kind.kind for kind in kinds()])
def test_the_spanish_is_fairly_easy_to_read(kind: str) -> None:
    lines = sentences(text_of(kind, "es"))
    assert inflesz(" ".join(lines)) >= 65
    assert [one for line in lines for one in re.split(r"(?<=[.?!]) ", line) if len(one.split()) > 22] == []


def test_the_spanish_measure_counts_syllables_as_spanish_does() -> None:
    words = {"casa": 2, "que": 1, "guerra": 2, "país": 2, "cuidado": 3, "medicina": 4, "león": 2, "muy": 1, "día": 2}
    assert {word: syllables(word) for word in words} == words


def test_spanish_says_that_nobody_has_reviewed_it_yet() -> None:
    assert not text_of("pgx", "es").reviewed
    assert text_of("pgx", "en").reviewed


def test_every_word_counts_for_the_hash() -> None:
    content = texts.shipped("pgx", "en")
    before = text_of("pgx", "en").content_hash

    def leaves(part: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        if isinstance(part, dict):
            return [leaf for key, value in part.items() for leaf in leaves(value, (*path, key))]
        if isinstance(part, list):
            return [leaf for number, value in enumerate(part) for leaf in leaves(value, (*path, number))]
        return [path] if isinstance(part, str) else []

    import copy

    for path in leaves(content):
        changed = copy.deepcopy(content)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += "x"
        assert texts.hash_of(changed) != before, path


def test_an_unknown_language_falls_back_and_never_reads_another_place() -> None:
    assert texts.text("pgx", "xx").locale == "en"
    assert texts.text("pgx", "en-GB").locale == "en"
    assert texts.text("pgx", "es-MX").locale == "es"
    assert texts.text("pgx", "../../secret").locale == "en"


def test_a_scope_is_a_code_from_the_list_completed_as_the_list_says() -> None:
    person = "0b7d7b1e-0000-4000-8000-000000000001"
    assert scope("research.ds.MONDO:0005148").duo == "DUO:0000007"
    assert scope(f"proxy.{person}.results").kind == "proxy"
    assert scope(f"family.{person}").group == "people"
    for wrong in ("proxy", "research.ds", "research.ds.MONDO:1", f"proxy.{person}", "family.x", "pgx.", "PGX", "all"):
        with pytest.raises(UnknownScope):
            scope(wrong)


def test_a_child_and_an_adult_are_asked_about_findings_each_in_their_own_way() -> None:
    child, adult = ({row.code for row in asked_of_everyone(child=is_child)} for is_child in (True, False))
    assert child - adult == {"sf.child"}
    assert adult - child == {"sf.adult"}
    assert scope("sf.adult").list_version == "ACMG SF v3.1"


def test_what_rests_on_law_says_that_it_cannot_be_switched_off_here() -> None:
    assert [kind.code for kind in kinds() if not kind.can_be_switched] == ["care.record"]
    assert "This cannot be switched off here." in " ".join(text_of("care.record", "en").summary)
