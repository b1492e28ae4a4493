"""A report's page as WeasyPrint takes it in, without the work that a report of ours never needs.

Two things differ from WeasyPrint's own way: our pages are well-formed, so the XML parser written in C reads them, and
footnotes, which no report has, are left out of the browser's own styles. Each saves about a tenth of a report's time.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser  # nosec B405

from cssselect2 import ElementWrapper, Matcher
from weasyprint import CSS, HTML

SVG = "{http://www.w3.org/2000/svg}"
NEVER_USED = frozenset({"marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"})
"""Parts that WeasyPrint gives to every element, each with some 40 properties to work out."""


def paper(page: str, fetch: Callable[..., Any]) -> HTML:
    """The page, read. One that is no well-formed XML (a name may hold any character) is read the long way."""
    tree = well_formed(page)
    if tree is None:
        return HTML(string=page, url_fetcher=fetch, media_type="print")
    return _Paper(tree, fetch)


def well_formed(page: str) -> Element | None:
    """The page as the HTML parser would have read it, or None when only that one can."""
    # Our own page, whose typed parts are escaped. Without its first line no document type, and so no entity, can
    # stand anywhere in a well-formed page.
    parser = XMLParser()  # noqa: S314  # nosec B314
    try:
        parser.feed(page.removeprefix("<!DOCTYPE html>"))
        tree: Element = parser.close()
    except ParseError:
        return None
    for drawing in list(tree.iter("svg")):
        for part in drawing.iter():
            part.tag = SVG + part.tag
    return tree


class _Paper(HTML):
    """What `HTML` holds after reading, from a tree that was read already."""

    def __init__(self, tree: Element, fetch: Callable[..., Any]) -> None:
        self.base_url = None
        self.url_fetcher = fetch
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_without_footnotes(sheet) for sheet in super()._ua_stylesheets(forms)]


@cache
def _without_footnotes(sheet: CSS) -> CSS:
    """A browser's own styles, without the parts for which nothing is ever drawn."""
    lighter, lighter.matcher = copy(sheet), copy(sheet.matcher)
    matcher: Matcher = lighter.matcher
    matcher.other_selectors = [entry for entry in matcher.other_selectors if entry[3] not in NEVER_USED]
    return lighter
