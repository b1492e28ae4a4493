"""Words of a report that are explained: on screen a press opens the full meaning, on paper it leads to the list.

Composing wrote the short meaning in brackets behind the word where it is read first; that stays in view everywhere. A
report kept from before its words were noted down is shown with its brackets alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.reports.naming import anchor

register = template.Library()

# A button of its own, so a key opens it as a tap does; what it opens needs no script.
_ON_SCREEN = (
    '<span class="definition"><button class="definition-term" type="button" popovertarget="{place}">{word}</button>'
    '<span class="definition-meaning definition-full" id="{place}" popover><strong>{name}</strong>: {meaning}</span>'
    "</span> ({short})"
)
_ON_PAPER = '<a class="explained-word" href="#{place}">{word}</a> ({short})'


@register.simple_tag(takes_context=True)
def explained(context: Context, text: str) -> SafeString:
    """`{% explained text %}`: the text, its explained words made to open or to lead to the list.

    Not for a place that is a link or a button itself.
    """
    pieces: list[str] = [text]
    form = _ON_PAPER if context.get("printing") else _ON_SCREEN
    for term in _terms(context):
        shown = f"{term['shown']} ({term['short']})"
        at = next(
            (at for at, piece in enumerate(pieces) if shown in piece and not isinstance(piece, SafeString)), None
        )
        if at is None:
            continue
        before, after = pieces[at].split(shown, 1)
        marked = format_html(
            form,
            place=word_place(term["word"]) if form is _ON_PAPER else f"word-{anchor(term['word'])}",
            word=term["shown"],
            name=term["word"],
            meaning=term["meaning"],
            short=term["short"],
        )
        pieces[at : at + 1] = [before, marked, after]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def word_place(word: str) -> str:
    """Where a word stands in the list."""
    return f"listed-{anchor(word)}"


def _terms(context: Context) -> list[Mapping[str, Any]]:
    document = context.get("document")
    terms = document.get("glossary", {}).get("terms", []) if isinstance(document, Mapping) else []
    return [term for term in terms if term.get("shown")]
