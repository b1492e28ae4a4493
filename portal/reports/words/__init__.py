"""The words of the reports: one entry per code, read from the TOML files beside this file.

Engines speak codes; this is where a code gets its sentence. Every entry carries who wrote it, who reviewed it,
when, and what supports it. A file's `[module]` table says so for all its entries; an entry may say it again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "es")
MODULES = (
    "phenotypes",
    "genes",
    "actions",
    "conditions",
    "statuses",
    "implications",
    "caveats",
    "reasons",
    "populations",
    "classifications",
    "drugs",
    "glossary",
    "sources",
    "not_covered",
    "report",
)
# Slots carry names and numbers, never parts of speech: a translator can move them freely.
SLOTS = frozenset(
    {"drug", "gene", "genes", "names", "name", "number", "total", "date", "source", "other", "day", "month", "year"}
)
FACTS = ("author", "reviewed_by", "date", "sources")
# Phrases for care teams and for the list of sources: shown apart, not held to the reading grade.
TECHNICAL = frozenset({"technical", "full", "licence", "name"})
_SLOT = re.compile(r"\{(\w+)\}")
# [[guide|guides]]: a word of the glossary and how it is written here; a report explains it at its first use.
TERM = re.compile(r"\[\[([^\]|]+)(?:\|([^\]]+))?\]\]")


class MissingWords(LookupError):
    """A code has no words in this language: an error to be mended, never a blank in a report."""


@dataclass(frozen=True)
class Entry:
    """The words for one code: `text`, and further sentences by name (`headline`, `do`, …)."""

    module: str
    code: str
    text: str
    phrases: Mapping[str, str]
    names: tuple[str, ...]
    marks: Mapping[str, str]
    author: str
    reviewed_by: str
    date: str
    sources: tuple[str, ...]

    def sentences(self) -> Iterator[str]:
        """Everything a person may read from this entry."""
        if self.text:
            yield self.text
        yield from (phrase for key, phrase in self.phrases.items() if key not in TECHNICAL)


def fill(text: str, **names: str | int) -> str:
    """Put names and numbers into their slots; a slot without a value is an error."""
    return _SLOT.sub(lambda slot: str(names[slot.group(1)]), text)


def slots(text: str) -> set[str]:
    return set(_SLOT.findall(text))


def without_marks(text: str) -> str:
    """The text with its glossary words written plainly."""
    return TERM.sub(lambda mark: mark.group(2) or mark.group(1), text)


class Words:
    """All modules of one language.

    `say` writes glossary words plainly; composing keeps their marks, to explain them where they are read first.
    """

    def __init__(
        self, language: str, modules: Mapping[str, Mapping[str, Entry]], *, keep_marks: bool = False
    ) -> None:
        self.language = language
        self.modules = modules
        self.keep_marks = keep_marks

    def keeping_marks(self) -> Words:
        return Words(self.language, self.modules, keep_marks=True)

    def has(self, module: str, code: str) -> bool:
        return code in self.modules[module]

    def entry(self, module: str, code: str) -> Entry:
        try:
            return self.modules[module][code]
        except KeyError:
            raise MissingWords(f"no words for {code!r} in {self.language}/{module}") from None

    def say(self, module: str, code: str, phrase: str | None = None, **names: str | int) -> str:
        """One sentence (or the named phrase) of an entry, its slots filled."""
        entry = self.entry(module, code)
        if phrase is not None and phrase not in entry.phrases:
            raise MissingWords(f"no {phrase!r} in {self.language}/{module}/{code}")
        text = entry.text if phrase is None else entry.phrases[phrase]
        return fill(text if self.keep_marks else without_marks(text), **names)

    def names(self) -> frozenset[str]:
        """Medicine and gene names: they are left out when reading grade is measured."""
        found: set[str] = set()
        for entry in self.modules["drugs"].values():
            found.add(entry.phrases.get("name", entry.code))
            found.update(entry.names)
        for module in ("genes", "not_covered"):
            for entry in self.modules[module].values():
                found.add(entry.code)
                found.update(entry.names)
        return frozenset(found)


def _entry(module: str, code: str, row: Mapping[str, Any], shared: Mapping[str, Any]) -> Entry:
    facts = {name: row.get(name, shared.get(name)) for name in FACTS}
    missing = [name for name, value in facts.items() if not value]
    if missing:
        raise ValueError(f"{module}/{code}: {', '.join(missing)} missing")
    spoken = {key: value for key, value in row.items() if key not in FACTS and isinstance(value, str)}
    marks = spoken.pop("marks", "")
    return Entry(
        module=module,
        code=code,
        text=spoken.pop("text", ""),
        phrases=spoken,
        names=tuple(row.get("names", ())),
        marks=dict(mark.split("=") for mark in marks.split()),
        author=facts["author"],
        reviewed_by=facts["reviewed_by"],
        date=str(facts["date"]),
        sources=tuple(facts["sources"]),
    )


@cache
def load(language: str = "en") -> Words:
    """Every word module of a language; cached, about 10 ms the first time."""
    if language not in LANGUAGES:
        raise MissingWords(f"no words in {language!r}")
    modules: dict[str, dict[str, Entry]] = {}
    for module in MODULES:
        table = tomllib.loads((FOLDER / language / f"{module}.toml").read_text("utf-8"))
        modules[module] = {code: _entry(module, code, row, table["module"]) for code, row in table["entries"].items()}
    return Words(language, modules)
