"""Which words and answers ask for somebody: nothing urgent is overlooked for its spelling, calm words ask nobody."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.decisions.following.diary_rules import (
    DUE_WITHIN,
    LASTS,
    MISSED_DAYS,
    SIGNS,
    Rule,
    Severity,
    calls_for_help,
    of_check,
    of_entry,
    of_look_back,
)

TODAY = date(2027, 1, 1)
PHRASES = [
    phrase for sign in tomllib.loads(SIGNS.read_text()).values() for listed in sign.values() for phrase in listed
]


@pytest.mark.parametrize(
    "said",
    [
        "I have chest pain since this morning",
        "My chest really hurts",
        "I can't breathe well",
        "I CAN’T BREATHE",
        "I fainted twice",
        "My tongue is very swollen",
        "vomiting blood",
        "The bleeding won't stop",
        "I want to die",
        "I had a seizure",
        "no chest pain, or maybe a little",
        "Me duele mucho el pecho",
        "No puedo respirar",
        "me desmayé ayer",
        "Tengo la cara hinchada",
        "Sangro y no para",
        "No quiero vivir más",
        "Tomé demasiadas pastillas",
    ],
)
def test_what_cannot_wait_is_seen(said: str) -> None:
    assert calls_for_help(said)
    assert of_entry(Severity.A_BIT, TODAY, TODAY, said) is Rule.CALL_NOW
    assert of_check(0, False, said) is Rule.CALL_NOW
    assert of_look_back(True, False, said) is Rule.CALL_NOW


@pytest.mark.parametrize(
    "said",
    [
        "",
        "A dry mouth",
        "My knee hurts",
        "I feel fit again",
        "Tengo la boca seca",
        "Me duele la rodilla",
        "I breathe well",
        "A sore throat",
    ],
)
def test_calm_words_ask_nobody(said: str) -> None:
    assert not calls_for_help(said)


@given(
    st.sampled_from(PHRASES), st.booleans(), st.sampled_from(["", "  ", "\n"]), st.sampled_from([".", "!", ", and"])
)
def test_case_spaces_and_marks_hide_nothing(phrase: str, shout: bool, space: str, after: str) -> None:
    said = phrase.replace("*", "ing").replace(" ", f" {space}")
    said = f"Today{space}: {said.upper() if shout else said}{after} so it is"
    assert calls_for_help(said)


@given(st.text(max_size=200))
def test_any_text_has_an_answer(said: str) -> None:
    assert calls_for_help(said) in (True, False)


@given(st.sampled_from(Severity), st.integers(0, 400))
def test_worse_or_longer_never_asks_less(severity: Severity, days: int) -> None:
    order = [None, *reversed(Rule)]
    rules = [of_entry(one, TODAY - timedelta(days=days), TODAY) for one in Severity if one.height >= severity.height]
    heights = [order.index(rule) for rule in rules]
    assert heights == sorted(heights)
    longer = of_entry(severity, TODAY - timedelta(days=days + 1), TODAY)
    assert order.index(longer) >= order.index(rules[0])


def test_the_edges() -> None:
    assert of_entry(Severity.A_BIT, TODAY - LASTS, TODAY) is Rule.LASTS
    assert of_entry(Severity.A_BIT, TODAY - LASTS + timedelta(days=1), TODAY) is None
    assert of_entry(Severity.NONE, TODAY - timedelta(days=400), TODAY) is None
    assert of_check(MISSED_DAYS, False) is Rule.MISSED and of_check(MISSED_DAYS - 1, False) is None
    assert of_check(1, True) is Rule.UNWELL_SO_MISSED and of_check(0, True) is None
    assert of_look_back(True, True) is of_look_back(False, False) is Rule.NOT_RIGHT
    assert of_look_back(True, False) is None
    assert set(DUE_WITHIN) == set(Rule)


def test_every_phrase_is_written_as_it_is_compared() -> None:
    for phrase in PHRASES:
        assert phrase == " ".join(phrase.split()) and set(phrase) <= set("abcdefghijklmnopqrstuvwxyz *"), phrase
