"""Receipts and statements on paper (PDF/UA-1). The renderer may read nothing but our own fonts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from portal.fonts import CUTS, print_font_faces

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse


_LONG_CODES = ".exact { overflow-wrap: anywhere; } dt { font-weight: 600; } dd { margin: 0 0 1.5mm; }"
"""A signature has no place to break at by itself."""


class FetchRefused(ValueError):
    """A paper asked for something outside the allow-list."""


def print_pdf(template: str, context: dict[str, Any], language: str, *, style: str = "") -> bytes:
    """A page template as a tagged PDF in one language; `style` is one more stylesheet of ours, by its static name."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    with translation.override(language):
        page = render_to_string(template, {**context, "language": language})
    fonts = FontConfiguration()
    faces = print_font_faces(_folder()) if all(path.is_file() for path in _fonts()) else ""
    styles = [faces, *(_style(name) for name in ("css/tokens.css", "css/pdf.css", style) if name), _LONG_CODES]
    rendered: bytes = HTML(string=page, url_fetcher=_fetch, media_type="print").write_pdf(
        stylesheets=[CSS(string=text, url_fetcher=_fetch, font_config=fonts, media_type="print") for text in styles],
        pdf_variant="pdf/ua-1",
        font_config=fonts,
    )
    return rendered


def _fetch(url: str, *_: Any, **__: Any) -> URLFetcherResponse:
    from weasyprint.urls import URLFetcherResponse

    for path in _fonts():
        if url == path.as_uri():
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})
    raise FetchRefused("a paper may fetch nothing but its own fonts")


def _folder() -> Path:
    return Path(settings.VAR) / "static" / "fonts"


def _fonts() -> list[Path]:
    return [(_folder() / stem).with_suffix(".ttf").resolve() for stem in CUTS]


def _style(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    return Path(str(path)).read_text("utf-8")
