"""The frame around every page: parts that say the same to everyone are put together once per language."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info

register = template.Library()


@register.tag
def sameforall(parser: Parser, token: Token) -> SameForAll:
    """`{% sameforall %}…{% endsameforall %}`: made once, from an empty context: nothing about anybody can be kept."""
    parts = parser.parse(("endsameforall",))
    parser.delete_first_token()
    return SameForAll(parts)


class SameForAll(Node):
    def __init__(self, parts: NodeList) -> None:
        self.parts = parts
        self.made: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        if language not in self.made:
            assert context.template is not None  # a node is only ever rendered as part of a template
            empty = Context()
            with empty.bind_template(context.template):
                self.made[language] = self.parts.render(empty)
        return self.made[language]


@register.simple_tag
def written_in(language: str) -> SafeString:
    """`<div {% written_in report.language %}>`: words in a language of their own run in a direction of their own."""
    return format_html('lang="{}" dir="{}"', language, "rtl" if get_language_info(language)["bidi"] else "ltr")


@register.simple_tag
def drafted() -> bool:
    """Whether the words of this page were made by a machine and no translator has read them yet."""
    return get_language() in settings.DRAFTED_LANGUAGES
