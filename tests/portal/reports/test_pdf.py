"""The PDF can be read by everyone, tells the same as the page, and fetches nothing."""

from __future__ import annotations

import gc
import io
import itertools
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pikepdf
import pytest
import tinyhtml5

from portal.reports.compose import Person
from portal.reports.document import Document
from portal.reports.paper import well_formed
from portal.reports.render import FetchRefused, _fetch, render_html, render_pdf
from tests.portal.reports.pdf_text import page_texts, sizes, tags
from tests.portal.reports.people import LONG_NAME, PEOPLE, SIGNATURE, note, report


def opened(document: Document) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(render_pdf(document.to_json())))


@cache
def draft(person: str) -> pikepdf.Pdf:
    return opened(report(person))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("person", PEOPLE)
def test_it_is_tagged_titled_and_in_its_language(person: str) -> None:
    pdf = draft(person)
    assert "/StructTreeRoot" in pdf.Root
    assert str(pdf.Root.Lang) == "en"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    # Whoever finds the file learns no name from its properties.
    assert str(pdf.docinfo["/Title"]) == "Your genes and your medicines"
    with pdf.open_metadata() as metadata:
        assert "Your genes and your medicines" in str(metadata["dc:title"])
        assert str(metadata["pdfuaid:part"]) == "1"


def test_a_spanish_report_is_a_spanish_pdf() -> None:
    pdf = opened(report("slow", language="es"))
    assert str(pdf.Root.Lang) == "es"
    assert str(pdf.docinfo["/Title"]) == "Sus genes y sus medicinas"
    figures = [str(tag.Alt) for tag in tags(pdf) if str(tag.S) == "/Figure"]
    assert any("medicinas en total" in told for told in figures)
    assert any("puntos leídos" in told for told in figures)
    first = page_texts(pdf)[0]
    assert "Página" in first and "BORRADOR" in first and "Page" not in first


@pytest.mark.parametrize("person", PEOPLE)
def test_every_figure_is_told_in_words_and_the_words_hold_the_same_numbers(person: str) -> None:
    document = report(person)
    told = [str(tag.Alt) if "/Alt" in tag else "" for tag in tags(draft(person)) if str(tag.S) == "/Figure"]
    assert all(told)
    assert document.glance.counts_figure in told
    for gene in document.genes.genes:
        assert gene.coverage_figure in told


@pytest.mark.parametrize("person", PEOPLE)
def test_there_is_one_first_heading_and_no_level_is_skipped(person: str) -> None:
    levels = [int(str(tag.S)[2]) for tag in tags(draft(person)) if re.fullmatch(r"/H[1-6]", str(tag.S))]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_reader_can_jump_by_bookmarks() -> None:
    with draft("rosa").open_outline() as outline:
        assert [item.title for item in outline.root] == ["Your genes and your medicines"]
        titles = [item.title for item in outline.root[0].children]
    assert "At a glance" in titles and "What was not tested" in titles


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_says_whose_it_is_that_they_are_made_up_and_that_it_is_a_draft(person: str) -> None:
    texts = page_texts(draft(person))
    for number, text in enumerate(texts, start=1):
        assert "RosaAlvarez" in text
        assert "MADE-UPPERSON" in text
        assert "DRAFT–notyetsigned" in text
        assert f"Page{number}of{len(texts)}" in text


def test_a_signed_report_of_a_real_person_carries_neither_mark() -> None:
    text = "".join(page_texts(opened(report(made_up=False, signature=SIGNATURE))))
    assert "MADE-UP" not in text and "DRAFT" not in text
    assert "DrSamReed" in text


def test_the_paper_holds_every_card_and_every_note() -> None:
    document = report(notes=(note("Bring this along."), note("I will call you.", about="clopidogrel")))
    text = "".join(page_texts(opened(document)))
    assert squeezed("Bring this along.") in text and squeezed("I will call you.") in text
    for group in document.groups:
        for card in group.cards:
            assert squeezed(card.name).lower() in text.lower()


def test_a_very_long_name_fits() -> None:
    text = "".join(page_texts(opened(report(person=Person(LONG_NAME)))))
    assert squeezed(LONG_NAME) in text


@pytest.mark.parametrize("person", PEOPLE)
def test_the_quick_way_to_read_a_page_reads_the_same_as_the_long_one(person: str) -> None:
    page = render_html(report(person).to_json())
    quick = well_formed(page)
    assert quick is not None
    assert told(quick) == told(tinyhtml5.parse(page.encode(), namespace_html_elements=False))


def told(tree: Any) -> list[tuple[str, dict[str, str], str, str]]:
    """What a page says: its elements in order, their attributes and texts."""
    return [
        (part.tag, dict(part.attrib), squeezed(part.text or ""), squeezed(part.tail or "")) for part in tree.iter()
    ]


@pytest.mark.parametrize("typed", ["Rosa\x0bAlvarez", "Rosa \x1b[1m Alvarez", "&nbsp; ]]> <!ENTITY a 'b'> &a;"])
def test_a_name_with_characters_that_no_page_allows_still_comes_out(typed: str) -> None:
    text = "".join(page_texts(opened(report(person=Person(typed)))))
    assert squeezed(re.sub(r"[\x00-\x1f]", "", typed)) in re.sub(r"[\x00-\x1f\ufffd]", "", text)


def test_making_a_report_leaves_the_search_for_unused_objects_as_it_was() -> None:
    assert gc.isenabled()
    render_pdf(report().to_json())
    assert gc.isenabled()
    gc.disable()
    try:
        render_pdf(report().to_json())
        assert not gc.isenabled()
    finally:
        gc.enable()


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A door on this machine and a list of who knocked."""
    knocks: list[str] = []
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(0.1)
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            try:
                caller, address = door.accept()
            except TimeoutError:
                continue
            knocks.append(str(address))
            caller.close()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield door.getsockname()[1], knocks
    finally:
        over.set()
        thread.join()
        door.close()


HOSTILE = (
    "<img src='http://127.0.0.1:{port}/a.png'>",
    "<link rel=stylesheet href='http://127.0.0.1:{port}/a.css'>",
    "<style>@import 'http://127.0.0.1:{port}/b.css';</style>",
    "</title><svg><image href='http://127.0.0.1:{port}/c.svg'/></svg>",
    "\"><iframe src='file:///etc/passwd'></iframe>",
    "url(http://127.0.0.1:{port}/d)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_name_or_a_note_is_text_and_nothing_is_fetched(text: str) -> None:
    with listener() as (port, knocks):
        typed = text.format(port=port)
        document = report(person=Person(typed), notes=(note(typed), note(typed, about="clopidogrel")))
        printed = "".join(page_texts(opened(document)))
        assert "<img" not in render_html(document.to_json())
        assert squeezed(typed) in printed
        assert knocks == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "file:///etc/passwd", "data:text/plain,hello", "ftp://x/"]
)
def test_the_renderer_refuses_every_address_but_its_own_fonts(address: str) -> None:
    with pytest.raises(FetchRefused):
        _fetch(address)


@pytest.mark.parametrize("person", PEOPLE)
def test_every_link_within_the_report_leads_somewhere(person: str) -> None:
    page = render_html(report(person).to_json())
    places = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= places


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("person", PEOPLE)
def test_the_first_page_of_paper_holds_all_five_parts_in_their_order(person: str, language: str) -> None:
    document = report(person, language=language, signature=SIGNATURE)
    first = page_texts(opened(document))[0]
    glance = document.glance
    parts = (glance.found_title, glance.means_title, glance.not_means_title, glance.do_title, glance.ask_title)
    places = [first.index(squeezed(title)) for title in parts]
    assert places == sorted(places)
    assert squeezed(glance.call_urgent) in first
    assert all(squeezed(line) in first for line in glance.not_looked)


def test_paper_leads_from_an_explained_word_to_the_word_list() -> None:
    document = report()
    page = render_html(document.to_json())
    assert "popover" not in page
    for term in document.glossary.terms:
        assert re.search(rf'href="#listed-[a-z-]+">{term.shown}</a> \({re.escape(term.short)}\)', page), term.word
    pages = page_texts(opened(document))
    listed = next(number for number, text in enumerate(pages, 1) if squeezed(document.glossary.title) in text)
    assert squeezed(document.labels["word_list"]) + str(listed) in pages[0]


def test_a_first_page_that_runs_over_leaves_no_page_almost_empty() -> None:
    document = report(notes=(note("Please bring this along when we meet. " * 6), note("I will call you this week.")))
    second = page_texts(opened(document))[1]
    assert squeezed(document.glance.ask_title) in second, "the glance runs over"
    assert squeezed(document.groups[0].title) in second, "and the medicines follow on the same page"


# -- large print


@cache
def large(language: str) -> pikepdf.Pdf:
    document = report(language=language, notes=(note("Bring this."),), signature=SIGNATURE)
    return pikepdf.open(io.BytesIO(render_pdf(document.to_json(), large_print=True)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_large_print_holds_no_letter_below_18_points(language: str) -> None:
    assert min(sizes(large(language))) >= 18
    assert min(sizes(draft("rosa"))) < 12, "the measure tells small type from large"


@pytest.mark.parametrize("language", ["en", "es"])
def test_large_print_is_tagged_titled_and_in_its_language_too(language: str) -> None:
    pdf = large(language)
    assert str(pdf.Root.Lang) == language and pdf.Root.MarkInfo.Marked
    with pdf.open_metadata() as metadata:
        assert str(metadata["pdfuaid:part"]) == "1"
    found = list(tags(pdf))
    assert all("/Alt" in tag and str(tag.Alt) for tag in found if str(tag.S) == "/Figure")
    levels = [int(str(tag.S)[2]) for tag in found if re.fullmatch(r"/H[1-6]", str(tag.S))]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_large_print_says_word_for_word_what_the_other_paper_says() -> None:
    document = report(notes=(note("Bring this."),), signature=SIGNATURE)
    both = [re.sub(r"\s+", " ", render_html(document.to_json(), large_print=large)) for large in (False, True)]
    assert both[0] == both[1].replace(' class="large-print"', "", 1)


def test_large_print_holds_every_medicine() -> None:
    text = "".join(page_texts(large("en")))
    for group in report().groups:
        for card in group.cards:
            assert squeezed(card.headline).lower() in text.lower() or squeezed(card.name).lower() in text.lower()
