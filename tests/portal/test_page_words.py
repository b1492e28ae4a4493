"""What pages and mails say to patients is as easy to read as their reports: page by page, in both languages."""

from __future__ import annotations

import pytest

from tests import page_words

LANGUAGES = ("en", "es")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_for_patients_is_too_hard(language: str) -> None:
    found = page_words.readings(language)
    hard = {page: reading.score for page, reading in found.items() if not reading.is_easy}
    assert not hard, "say it in shorter words and sentences"
    assert len(found) > 60, "and nearly every page is measured"


def test_every_page_is_a_patients_until_it_is_named_as_staffs() -> None:
    whole = {page_words.place(path) for path in page_words.templates()}
    for name in page_words.FOR_STAFF:
        assert any(path.startswith(name) for path in whole), f"{name} is gone: take it out of the list"
    assert {page_words.place(path) for path in page_words.for_patients()} >= {
        "templates/home/patient.html",
        "templates/delivery/shared.txt",
        "templates/rights/downloads.html",
    }


def test_a_hard_page_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    hard = "Subsequently, authorisation necessitates comprehensive institutional documentation. " * 4
    monkeypatch.setattr(page_words, "said", lambda _path, _language: [hard])
    assert not any(reading.is_easy for reading in page_words.readings("en").values())


def test_the_table_in_docs_is_what_was_measured() -> None:
    assert page_words.page() == page_words.PAGE.read_text("utf-8"), "run `python -m tests.page_words --update`"
