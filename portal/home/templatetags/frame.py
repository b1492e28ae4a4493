"""The frame around every page: parts that say the same to everyone are put together once per language."""

from __future__ import annotations

from django import template
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

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
