"""The decision on paper: PDF/UA-1, its drawings told in words, its score and what nobody attested printed with it."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from portal.decisions.content import Aid
from portal.decisions.models import Decision, Edition
from portal.decisions.views import paper_of
from portal.people.models import Patient
from tests.portal.decisions.examples import aid, shipped
from tests.portal.reports.pdf_text import page_texts, tags

pytestmark = pytest.mark.pure


def paper(whole: Aid) -> pikepdf.Pdf:
    made_up = Decision(patient=Patient(made_up=True), language=whole.language)
    return pikepdf.open(BytesIO(paper_of(made_up, Edition(), whole)))


def squeezed(pdf: pikepdf.Pdf) -> str:
    return "".join("".join(page_texts(pdf)).split())


def test_it_is_tagged_titled_and_in_its_language() -> None:
    pdf = paper(shipped("es"))
    with pdf.open_metadata() as said:
        assert said["pdfuaid:part"] == "1"
    assert str(pdf.Root.Lang) == "es" and pdf.Root.ViewerPreferences.DisplayDocTitle


def test_every_drawing_is_told_in_words_with_its_numbers() -> None:
    figures = [str(tag.Alt) if "/Alt" in tag else "" for tag in tags(paper(aid())) if str(tag.S) == "/Figure"]
    assert len(figures) == 3
    assert "About 12 of 100 people" in figures[0] and "88 of 100 do not" in figures[0]


def test_it_prints_the_score_and_says_what_nobody_has_attested() -> None:
    text = squeezed(paper(shipped("en")))
    assert "IPDAS:27of27" in text and "B12notyet" in text and "Readinggrade" in text
    gap = squeezed(paper(aid(funding="")))
    assert "IPDAS:26of27" in gap and "Itdoesnotsaywhopaidforit." in gap


def test_a_made_up_person_is_said_to_be_one_on_every_page() -> None:
    assert all(
        "Made-up" in " ".join(page.split()) or "Made-upperson" in "".join(page.split())
        for page in page_texts(paper(aid()))
    )
