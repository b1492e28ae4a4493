"""The same parts on paper: A4 or Letter, whose it is on every page, nothing cut, every figure with its words."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from portal.fonts import prepare_fonts, print_font_faces

from .stylesheet import STYLES

STATUSES = ("usual", "take_care", "ask_about_another", "not_known")


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("fonts")
    prepare_fonts(target)
    return target


def page(paper: str = "") -> str:
    cards = "".join(
        render_to_string(
            "components/answer_card.html",
            {"status": status, "headline": "A headline", "why": "Why. " * 30, "action": "Act. " * 10},
        )
        for status in STATUSES * 3
    )
    tiles = "".join(
        render_to_string("components/count_tile.html", {"status": status, "count": 1, "label": "medicines"})
        for status in STATUSES
    )
    term = render_to_string("components/definition.html", {"id": "t", "term": "allele", "meaning": "one form"})
    return (
        f'<!DOCTYPE html><html lang="en" class="{paper}"><head><title>Report</title></head>'
        '<body data-person="Ana Example, born 1 April 1962" data-report="Report" data-page="Page" data-of="of"'
        ' data-notice="Made-up person"><h1>Report</h1>'
        f'<div class="count-tiles">{tiles}</div><p>An {term}.</p>'
        f'<section class="chapter"><h2>Answers</h2>{cards}</section>'
        "</body></html>"
    )


def printed(fonts: Path, paper: str = "") -> pikepdf.Pdf:
    configuration = FontConfiguration()
    styles = [CSS(string=print_font_faces(fonts), font_config=configuration)]
    styles += [CSS(filename=STYLES / name, font_config=configuration) for name in ("tokens.css", "pdf.css")]
    written = HTML(string=page(paper)).write_pdf(
        stylesheets=styles, font_config=configuration, pdf_variant="pdf/ua-1"
    )
    return pikepdf.open(io.BytesIO(written))


def figures(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/Figure"]


@pytest.mark.parametrize(("paper", "size"), [("", (595, 842)), ("letter", (612, 792))])
def test_both_papers(fonts: Path, paper: str, size: tuple[int, int]) -> None:
    pdf = printed(fonts, paper)
    box = [float(edge) for edge in pdf.pages[0].mediabox]
    assert (round(box[2]), round(box[3])) == size


def test_every_shape_has_its_word(fonts: Path) -> None:
    pdf = printed(fonts)
    found = figures(pdf)
    assert len(found) == len(STATUSES) * 4
    assert {str(figure.get("/Alt", "")) for figure in found} == {
        "Usual",
        "Take care",
        "Ask about another medicine",
        "Not known",
        "medicines",
    }


def test_the_type_family_travels_with_the_file(fonts: Path) -> None:
    pdf = printed(fonts)
    names = {
        str(thing["/BaseFont"])
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing
    }
    assert names
    assert all("Source-Sans" in name or "SourceSans" in name for name in names), names


def test_an_answer_is_never_cut_across_two_pages(fonts: Path) -> None:
    configuration = FontConfiguration()
    styles = [CSS(filename=STYLES / name, font_config=configuration) for name in ("tokens.css", "pdf.css")]
    pages = HTML(string=page()).render(stylesheets=styles, font_config=configuration).pages
    assert len(pages) > 2
    cards = [
        id(box.element) for sheet in pages for box in sheet._page_box.descendants() if box.element_tag == "article"
    ]
    assert len(cards) == len(set(cards)) == len(STATUSES) * 3


def test_the_stylesheets_hold_nothing_the_renderer_cannot_read(fonts: Path, caplog: pytest.LogCaptureFixture) -> None:
    printed(fonts)
    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []
