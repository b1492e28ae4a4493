"""Finds what the interface says: every marked message in templates and code, and visible words nobody marked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.apps import apps
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

from portal.translations import Message

ROOT = Path(__file__).resolve().parent.parent
FOR_BUILDERS = {"templates/style/index.html"}
"""Pages that only the people who build the portal see: English."""

MARKS = {"gettext", "ngettext", "pgettext", "npgettext"}
SAID_BY_TAG = re.compile(r"\b(gettext|ngettext|pgettext|npgettext|_)\(")
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN_ATTRIBUTES = {"aria-label", "aria-description", "title", "alt", "placeholder", "label"}
NOT_READ = {"script", "style", "code"}
NOT_SHOWN = {"body_class"}
"""Blocks of templates that hold names for the stylesheet."""
NOT_FOR_VISITORS = {"models.py", "serializers.py", "openapi.py"}
"""What these say is for operators and machines: English."""
SILENT_TAGS = {
    "load",
    "extends",
    "url",
    "static",
    "translate",
    "trans",
    "blocktranslate",
    "if",
    "elif",
    "block",
    "for",
}
HANDED_ON = re.compile(
    r"\b(?:title|text|label|submit_label|headline|why|action|what|next|tag|caption|meta|name|meaning|reason)="
    r"(?P<literal>\"[^\"]*\"|'[^']*')"
)
SPOKEN_ARGUMENTS = {"label", "help_text", "empty_label", "title", "next_label"}
SPEAKERS = {"success", "info", "warning", "error", "ValidationError"}


def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))


def sources() -> list[Path]:
    return sorted(
        path
        for room in ("portal", "consent")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    )


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def messages() -> list[Message]:
    """Every message of the interface once, with all its places, ordered by the first of them."""
    found: dict[tuple[str, str, str], Message] = {}
    for path in [*templates(), *sources()]:
        if place(path) in FOR_BUILDERS:
            continue
        said = in_template(path.read_text("utf-8")) if path.suffix != ".py" else in_code(path.read_text("utf-8"))
        for message in said:
            known = found.setdefault(message.key, message)
            if place(path) not in known.places:
                known.places.append(place(path))
    return list(found.values())


def in_template(content: str) -> Iterator[Message]:
    marked = templatize(content)
    for call in SAID_BY_TAG.finditer(marked):
        texts = list(_literals(marked, call.end()))
        if texts:
            yield _message(call[1], texts)


def _literals(content: str, start: int) -> Iterator[str]:
    """The string literals of a call's arguments, from just behind its opening bracket."""
    literal = re.compile(r"\s*u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*(,|\))", re.DOTALL)
    while match := literal.match(content, start):
        yield ast.literal_eval(match[1].replace("\n", "\\n"))
        start = match.end()
        if match[2] == ")":
            return


def _message(function: str, texts: list[str]) -> Message:
    context = texts.pop(0) if function in ("pgettext", "npgettext") else ""
    return Message(texts[0], plural=texts[1] if function.startswith("n") else "", context=context)


def in_code(content: str) -> Iterator[Message]:
    tree = ast.parse(content)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                function = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if function in MARKS:
                    names[alias.asname or alias.name] = function
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if texts:
                yield _message(names[node.func.id], texts)


def unmarked() -> list[str]:
    """Visible words that no translator will ever see, each with its place."""
    found = []
    for path in templates():
        if path.suffix == ".html" and place(path) not in FOR_BUILDERS:
            found += [f"{place(path)}: {words}" for words in unmarked_in_template(path.read_text("utf-8"))]
    for path in sources():
        if path.name not in NOT_FOR_VISITORS and "management" not in path.parts:
            found += [f"{place(path)}: {words}" for words in unmarked_in_code(path.read_text("utf-8"))]
    return found + [f"{label}: {name}" for label, name in unmarked_choices()]


def unmarked_choices() -> Iterator[tuple[str, str]]:
    """Names of choices that a page shows (by `get_…_display`) and nobody marked."""
    pages = "".join(path.read_text("utf-8") for path in templates())
    code = "".join(path.read_text("utf-8") for path in sources() if "management" not in path.parts)
    shown = set(re.findall(r"get_(\w+)_display", pages + code))
    for model in apps.get_models():
        if not model.__module__.startswith(("portal.", "consent.")):
            continue
        for field in model._meta.get_fields():
            if field.name in shown and (choices := getattr(field, "choices", None)):
                yield from ((f"{model._meta.label}.{field.name}", name) for _v, name in choices if type(name) is str)


def unmarked_in_template(content: str) -> list[str]:
    page = _Page()
    inside = ""
    for token in Lexer(content).tokenize():
        tag, *rest = token.contents.split() if token.token_type == TokenType.BLOCK else [""]
        if inside:
            inside = "" if tag == f"end{inside}" else inside
        elif tag in ("comment", "blocktranslate", "blocktrans", "verbatim") or (
            tag == "block" and rest[0] in NOT_SHOWN
        ):
            inside = tag
        elif token.token_type == TokenType.TEXT:
            page.feed(token.contents)
        elif tag and tag not in SILENT_TAGS:
            page.words += _handed_on(token)
    page.close()
    return page.words


def _handed_on(token: Token) -> list[str]:
    """Bare words that a tag hands to another template, such as `with title="Words"`."""
    literals = [match["literal"][1:-1] for match in HANDED_ON.finditer(token.contents)]
    return [text for text in literals if WORD.search(text) and (" " in text or text[0].isupper())]


class _Page(HTMLParser):
    """Collects what a reader would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_READ:
            self.open.append(tag)
        self.words += [f'{name}="{value}"' for name, value in attrs if name in SPOKEN_ATTRIBUTES and _spoken(value)]

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open and _spoken(data):
            self.words.append(data.strip())


def _spoken(text: str | None) -> bool:
    return bool(text and WORD.search(text))


def unmarked_in_code(content: str) -> list[str]:
    """Bare words given to a form field or in a message to the visitor."""
    found = []
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            spoken = (
                [given.value for given in node.keywords if given.arg in SPOKEN_ARGUMENTS] if _is_form(name) else []
            )
            if name in SPEAKERS and _speaks_to_visitors(node):
                spoken += node.args[1:] or node.args
            found += [text for text in map(_bare, spoken) if text]
    return found


def _is_form(name: str) -> bool:
    return name.endswith("Field") or name in ("ModelChoiceField", "Place", "OrderChoice")


def _speaks_to_visitors(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return isinstance(call.func.value, ast.Name) and call.func.value.id == "messages"
    return True


def _bare(node: ast.expr) -> str:
    return (
        node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) and _spoken(node.value) else ""
    )
