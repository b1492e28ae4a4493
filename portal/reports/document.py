"""What a report is: plain immutable values, the same for screen, print and PDF.

A `Document` holds finished sentences and nothing that would have to be looked up again, so a report can be shown
unchanged for as long as it is kept. Fields are in the order in which they are read; words are explained where they
first appear in that order. Three kinds of text are told apart:

- spoken: our own sentences for the person (held to the readability gate),
- given: names and notes that people typed (shown as they are, never measured, never interpreted),
- exact: the line for the care team (codes, star names, identifiers).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")


def given(**options: Any) -> Any:
    return field(metadata={"text": "given"}, **options)


def exact(**options: Any) -> Any:
    return field(metadata={"text": "exact"}, **options)


@dataclass(frozen=True)
class Fact:
    """One line of the opening table: who, when, checked by whom."""

    code: str = exact()
    label: str = exact()
    value: str = given()


@dataclass(frozen=True)
class Note:
    """A clinician's own words. `about` is a medicine, or empty for the whole report."""

    text: str = given()
    name: str = given()
    date: str = given()
    about: str = exact(default="")


@dataclass(frozen=True)
class Signature:
    """Who checked the report, in which role, and when."""

    name: str = given()
    role: str = given()
    date: str = given()


@dataclass(frozen=True)
class Count:
    status: str = exact()
    number: int
    label: str
    anchor: str = exact()
    # Place in the bar of all counts, in hundredths, written for SVG.
    offset: str = exact()
    width: str = exact()


@dataclass(frozen=True)
class Matter:
    """One of the few things that matter most; leads to its card."""

    status: str = exact()
    headline: str
    anchor: str = exact()


@dataclass(frozen=True)
class Glance:
    facts: tuple[Fact, ...]
    counts_title: str
    counts: tuple[Count, ...]
    counts_figure: str
    matters_title: str
    matters: tuple[Matter, ...]
    matters_text: str
    not_looked_title: str
    not_looked: tuple[str, ...]
    call_title: str
    call: tuple[str, ...] = given()
    call_urgent: str


@dataclass(frozen=True)
class Population:
    """“If you take it for …”: advice that holds for one use only."""

    label: str
    status: str = exact()
    word: str
    says: str


@dataclass(frozen=True)
class Opinion:
    """What one group says, for the person and for the care team."""

    source: str = exact()
    says: str
    strength: str
    result: str = exact()
    advice: str = exact()
    population: str = exact()
    guideline: str = exact()
    date: str = exact()


@dataclass(frozen=True)
class Card:
    """One medicine: the answer, the reason, what to do, and then the rest."""

    drug: str = exact()
    name: str = exact()
    kind: str
    anchor: str = exact()
    status: str = exact()
    word: str
    headline: str
    why: str
    what_to_do: str
    ask_first: str
    differ: tuple[str, ...]
    populations: tuple[Population, ...]
    keep_in_mind: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    notes: tuple[Note, ...]
    codes: str = exact()


@dataclass(frozen=True)
class CardGroup:
    status: str = exact()
    title: str
    lead: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Line:
    label: str = exact()
    text: str


@dataclass(frozen=True)
class NotTested:
    title: str
    lead: str
    genes_title: str
    genes: tuple[Line, ...]
    gaps_title: str
    gaps_lead: str
    gaps: tuple[Line, ...]


@dataclass(frozen=True)
class Gene:
    """One gene: what it does, what was found, how much of it was read."""

    gene: str = exact()
    does: str
    plain: str
    keep_in_mind: tuple[str, ...]
    technical: tuple[str, ...] = exact()
    coverage: str
    coverage_figure: str = exact()
    coverage_width: str = exact()
    not_excluded: str = exact()


@dataclass(frozen=True)
class Genes:
    title: str
    lead: str
    genes: tuple[Gene, ...]


@dataclass(frozen=True)
class Listing:
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    word: str
    meaning: str


@dataclass(frozen=True)
class Glossary:
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Source:
    name: str = exact()
    full: str = exact()
    licence: str = exact()
    dates: str = exact()
    count: str


@dataclass(frozen=True)
class Sources:
    title: str
    lead: str
    sources: tuple[Source, ...]
    reviewed: str
    knowledge: str = exact()
    reading: str


@dataclass(frozen=True)
class Document:
    """A whole report in one language."""

    language: str = exact()
    title: str
    person: str = given()
    subject: str
    consumer: tuple[str, ...]
    made_up: str
    draft: str
    glance: Glance
    notes: tuple[Note, ...]
    groups: tuple[CardGroup, ...]
    not_tested: NotTested
    genes: Genes
    next_steps: Listing
    questions: Listing
    glossary: Glossary
    sources: Sources
    signature: Signature | None
    knowledge_release: str = exact()
    labels: dict[str, str] = exact()

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values; this is what is stored, rendered and hashed."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return plain

    @property
    def content_hash(self) -> str:
        return content_hash(self.to_json())


def content_hash(document: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a document: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def spoken(value: Any) -> Iterator[str]:
    """Every spoken passage of a document or a part of it, in reading order."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from spoken(item)
    elif is_dataclass(value):
        for item in fields(value):
            content = getattr(value, item.name)
            kind = item.metadata.get("text")
            # Inside a list of values each value says for itself what it is.
            if kind is None or (isinstance(content, tuple) and content and is_dataclass(content[0])):
                yield from spoken(content)


def rewrite(value: T, change: Callable[[str], str]) -> T:
    """A copy with every spoken passage changed, in reading order; given and exact text is left alone."""
    if isinstance(value, str):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(rewrite(item, change) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            item.name: rewrite(getattr(value, item.name), change)
            for item in fields(value)
            if item.metadata.get("text") is None
        }
        return replace(value, **changed)
    return value
