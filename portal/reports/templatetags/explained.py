"""Words of a report that are explained: on screen the word opens its full meaning, on paper it leads to the word list.

Composing wrote the short meaning in brackets behind the word where it is read first; that stays in view everywhere. A
report kept from before its words were noted down is shown with its brackets alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

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
    told = str(conditional_escape(text))
    for term in _terms(context):
        if f"{term['shown']} ({term['short']})" in text:
            shown = format_html("{} ({})", term["shown"], term["short"])
            form = _ON_PAPER if context.get("printing") else _ON_SCREEN
            marked = format_html(
                form,
                place=word_place(term["word"]) if form is _ON_PAPER else f"word-{anchor(term['word'])}",
                word=term["shown"],
                name=term["word"],
                meaning=term["meaning"],
                short=term["short"],
            )
            told = told.replace(shown, marked, 1)
    return mark_safe(told)  # noqa: S308 - escaped above, word by word  # nosec B308 B703


@register.filter
def word_place(word: str) -> str:
    """Where a word stands in the list."""
    return f"listed-{anchor(word)}"


def _terms(context: Context) -> list[Mapping[str, Any]]:
    document = context.get("document")
    terms = document.get("glossary", {}).get("terms", []) if isinstance(document, Mapping) else []
    return [term for term in terms if term.get("shown")]
