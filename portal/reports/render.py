"""Rendering: a stored document becomes HTML for paper and a tagged PDF (PDF/UA-1).

The renderer may read nothing but our own prepared fonts: no network, no other file. Whatever a name or a note
contains is text; and should markup ever slip through, there is nothing it could fetch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation

from portal.fonts import CUTS, print_font_faces

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

PDF_VARIANT = "pdf/ua-1"


class FetchRefused(ValueError):
    """A document asked for something outside the allow-list."""


def render_html(document: Mapping[str, Any]) -> str:
    """The report as a page of its own for paper; `document` is `Document.to_json()`."""
    with translation.override(document["language"]):
        return render_to_string("reports/pdf.html", {"document": document})


def render_pdf(document: Mapping[str, Any]) -> bytes:
    """The report as PDF/UA-1: tagged, titled, in its language, the same bytes of text as on screen.

    Takes about 0.1 s per page in a warm process. WeasyPrint is imported here, not with the module: it costs
    0.4 s, which only the process that renders should pay.
    """
    from weasyprint import CSS, HTML

    pages = CSS(string=_page_labels(document["labels"]), url_fetcher=_fetch)
    rendered: bytes = HTML(string=render_html(document), url_fetcher=_fetch, media_type="print").write_pdf(
        stylesheets=[*_stylesheets(), pages], pdf_variant=PDF_VARIANT, font_config=_fonts()
    )
    return rendered


def _fetch(url: str, *_: Any, **__: Any) -> URLFetcherResponse:
    """Our own prepared fonts and nothing else."""
    from weasyprint.urls import URLFetcherResponse

    for path in _font_files():
        if url == path.as_uri():
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})
    raise FetchRefused("a report may fetch nothing but its own fonts")


def _font_folder() -> Path:
    return Path(settings.VAR) / "static" / "fonts"


def _font_files() -> list[Path]:
    return [(_font_folder() / stem).with_suffix(".ttf").resolve() for stem in CUTS]


@cache
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _stylesheets() -> tuple[Any, ...]:
    """The styles of every report, read once: type and layout for paper."""
    from weasyprint import CSS

    template = get_template("reports/pdf.html")
    layout = Path(template.origin.name).with_name("pdf.css").read_text("utf-8")
    faces = print_font_faces(_font_folder()) if all(path.is_file() for path in _font_files()) else ""
    return tuple(
        CSS(string=text, url_fetcher=_fetch, font_config=_fonts()) for text in (faces, layout) if text
    )


def _page_labels(labels: Mapping[str, str]) -> str:
    """“Page 2 of 8” in the report's own language."""
    page, of = (json.dumps(f"{labels[name]}", ensure_ascii=False)[1:-1] for name in ("page", "of"))
    return f'@page {{ @bottom-right {{ content: "{page} " counter(page) " {of} " counter(pages) }} }}'
