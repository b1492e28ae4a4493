"""What a person is asked is exact, plain and leaves the answer to them."""

from __future__ import annotations

import re

import pytest
import textstat

from consent.desk import texts

ALL = [(scope, path.stem) for scope in texts.scopes() for path in sorted((texts.FOLDER / scope).glob("*.toml"))]


def sentences(text: texts.ConsentText) -> list[str]:
    return [*text.summary, text.question, *(sentence for part in text.parts for sentence in part.sentences)]


def test_there_is_a_text_for_medicines() -> None:
    assert ("pgx", "en") in ALL


@pytest.mark.parametrize(("scope", "locale"), ALL)
def test_it_says_what_who_the_risks_and_how_to_change_your_mind(scope: str, locale: str) -> None:
    text = texts.text(scope, locale)
    assert len(text.parts) >= 4
    assert all(part.heading and part.sentences for part in text.parts)
    assert text.answer_yes and text.answer_no and text.answer_withdraw
    assert re.fullmatch(r"[0-9a-f]{64}", text.content_hash)


@pytest.mark.parametrize(("scope", "locale"), [pair for pair in ALL if pair[1] == "en"])
def test_a_sixth_grader_can_read_it(scope: str, locale: str) -> None:
    lines = sentences(texts.text(scope, locale))
    assert textstat.flesch_kincaid_grade(" ".join(lines)) <= 6
    too_long = [line for line in lines for one in re.split(r"(?<=[.?!]) ", line) if len(one.split()) > 18]
    assert too_long == []


def test_every_word_counts_for_the_hash(tmp_path, monkeypatch) -> None:
    before = texts.text("pgx").content_hash
    (tmp_path / "pgx").mkdir()
    original = (texts.FOLDER / "pgx" / "en.toml").read_text()
    changed = original.replace("Yes, you may read them", "Yes, you may read all")
    assert changed != original
    (tmp_path / "pgx" / "en.toml").write_text(changed)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    texts._load.cache_clear()
    try:
        assert texts.text("pgx").content_hash != before
    finally:
        texts._load.cache_clear()


def test_an_unknown_language_falls_back_and_never_reads_another_place() -> None:
    assert texts.text("pgx", "xx").locale == "en"
    assert texts.text("pgx", "en-GB").locale == "en"
    assert texts.text("pgx", "../../secret").locale == "en"
