"""Rendering: a stored document becomes HTML for paper and a tagged PDF (PDF/UA-1).

The renderer may read nothing but our own prepared fonts: no network, no other file. Whatever a name or a note
contains is text; and should markup ever slip through, there is nothing it could fetch.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from portal.fonts import CUTS, print_font_faces

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

PDF_VARIANT = "pdf/ua-1"


class FetchRefused(ValueError):
    """A document asked for something outside the allow-list."""


def render_html(document: Mapping[str, Any], *, large_print: bool = False) -> str:
    """The report as a page of its own for paper; `document` is `Document.to_json()`."""
    with translation.override(document["language"]):
        return render_to_string("reports/pdf.html", {"document": document, "large_print": large_print})


def render_pdf(document: Mapping[str, Any], *, large_print: bool = False) -> bytes:
    """The report as PDF/UA-1: tagged, titled, in its language, the same bytes of text as on screen.

    `large_print`: nothing smaller than 18 points, one column.

    WeasyPrint is imported here, not with the module: it costs 0.4 s, which only the process that renders should pay.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    from portal.reports.paper import paper

    with _nothing_collected():
        fonts = FontConfiguration()
        family = CSS(string=_font_faces(), url_fetcher=_fetch, font_config=fonts)
        page = paper(render_html(document, large_print=large_print), _fetch)
        rendered: bytes = page.write_pdf(
            stylesheets=[family, *_stylesheets()], pdf_variant=PDF_VARIANT, font_config=fonts
        )
    return rendered


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """No search for unused objects while one report is made: nearly all of them are in use until its end, and the
    searches were a tenth of its time. Two reports at once at worst search while the other is still being made."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _fetch(url: str, *_: Any, **__: Any) -> URLFetcherResponse:
    """Our own prepared fonts and nothing else."""
    from weasyprint.urls import URLFetcherResponse

    for path in _font_files():
        if url == path.as_uri():
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})
    raise FetchRefused("a report may fetch nothing but its own fonts")


# WeasyPrint asks this of its fetcher after a refusal: the page is made without what was refused.
_fetch._fail_on_errors = False  # type: ignore[attr-defined]


def _font_folder() -> Path:
    return Path(settings.VAR) / "static" / "fonts"


def _font_files() -> list[Path]:
    return [(_font_folder() / stem).with_suffix(".ttf").resolve() for stem in CUTS]


def _font_faces() -> str:
    """The rules for our prepared fonts; nothing when they were never prepared, and a system family stands in."""
    return print_font_faces(_font_folder()) if all(path.is_file() for path in _font_files()) else ""


@cache
def _stylesheets() -> list[Any]:
    """The styles of every report, read once: the shared tokens and paper, then the report's own."""
    from weasyprint import CSS

    texts = [Path(_static(name)).read_text("utf-8") for name in ("css/tokens.css", "css/pdf.css")]
    texts.append(render_to_string("reports/pdf.css"))
    return [CSS(string=text, url_fetcher=_fetch, media_type="print") for text in texts]


def _static(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    return str(path)
