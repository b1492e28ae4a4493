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
from collections.abc import Callable, Container, Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

T = TypeVar("T")


Given = Annotated[str, "given"]
Exact = Annotated[str, "exact"]


@dataclass(frozen=True)
class Fact:
    """One line of the opening table: who, when, checked by whom."""

    code: Exact
    label: Exact
    value: Given


@dataclass(frozen=True)
class Note:
    """A clinician's own words. `about` is a medicine, or empty for the whole report; `lead` stands before them."""

    text: Given
    name: Given
    date: Given
    about: Exact = ""
    lead: Given = ""
    kind: Exact = ""


@dataclass(frozen=True)
class Signature:
    """Who checked the report, in which role, and when."""

    name: Given
    role: Given
    date: Given


@dataclass(frozen=True)
class Count:
    status: Exact
    number: int
    label: str
    anchor: Exact
    # Place in the bar of all counts, in hundredths, written for SVG.
    offset: Exact
    width: Exact


@dataclass(frozen=True)
class Matter:
    """One of the few things that matter most; leads to its card."""

    status: Exact
    headline: str
    anchor: Exact


@dataclass(frozen=True)
class Glance:
    """The first page, in five parts: what was found, what it may mean, what it does not mean (and what was not looked
    at), what the person can do, and what to ask the team."""

    facts: tuple[Fact, ...]
    found_title: str
    counts_title: str
    counts: tuple[Count, ...]
    counts_figure: str
    means_title: str
    matters: tuple[Matter, ...]
    matters_text: str
    not_means_title: str
    not_means: tuple[str, ...]
    not_looked_title: str
    not_looked: tuple[str, ...]
    do_title: str
    do: tuple[str, ...]
    ask_title: str
    ask: tuple[str, ...]
    call: Annotated[tuple[str, ...], "given"]
    call_urgent: str


@dataclass(frozen=True)
class Changes:
    """What differs from the report this person read before, and why; `knowledge` names the releases of facts."""

    title: str
    lead: str
    lines: tuple[str, ...]
    reasons: tuple[str, ...]
    caution: str
    knowledge: Exact


@dataclass(frozen=True)
class Population:
    """“If you take it for …”: advice that holds for one use only."""

    label: str
    status: Exact
    word: str
    says: str


@dataclass(frozen=True)
class Opinion:
    """What one group says, for the person and for the care team."""

    source: Exact
    for_whom: str
    says: str
    strength: str
    result: Exact
    advice: Exact
    population: Exact
    guideline: Exact
    date: Exact


@dataclass(frozen=True)
class Card:
    """One medicine: the answer, the reason, what to do, and then the rest."""

    drug: Exact
    name: Exact
    kind: str
    anchor: Exact
    status: Exact
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
    codes: Exact
    # In the place of the advice, when a clinician left it out.
    left_out: Note | None = None


@dataclass(frozen=True)
class CardGroup:
    status: Exact
    title: str
    lead: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Line:
    label: Exact
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

    gene: Exact
    does: str
    plain: str
    keep_in_mind: tuple[str, ...]
    technical: Annotated[tuple[str, ...], "exact"]
    coverage: str
    coverage_figure: Exact
    coverage_width: Exact
    not_excluded: Exact


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
    """A word of the list; `shown` and `short` are how it stands, with its brackets, where it is read first."""

    word: str
    meaning: str
    shown: Exact
    short: Exact


@dataclass(frozen=True)
class Glossary:
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Source:
    name: Exact
    full: Exact
    licence: Exact
    dates: Exact
    count: str


@dataclass(frozen=True)
class Sources:
    title: str
    lead: str
    sources: tuple[Source, ...]
    reviewed: str
    knowledge: Exact
    reading: str


@dataclass(frozen=True)
class Document:
    """A whole report in one language."""

    language: Exact
    title: str
    person: Given
    subject: str
    consumer: tuple[str, ...]
    made_up: str
    draft: str
    glance: Glance
    notes: tuple[Note, ...]
    changes: Changes | None
    groups: tuple[CardGroup, ...]
    not_tested: NotTested
    genes: Genes
    next_steps: Listing
    questions: Listing
    glossary: Glossary
    sources: Sources
    signature: Signature | None
    knowledge_release: Exact
    labels: Annotated[dict[str, str], "exact"]
    # Options that no guide gave and a clinician added.
    added: tuple[Note, ...] = ()

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


@cache
def _spoken_fields(kind: type) -> tuple[str, ...]:
    """The fields of a part whose text is our own, in reading order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(item.name for item in fields(kind) if not hasattr(hints[item.name], "__metadata__"))


def spoken(value: object) -> Iterator[str]:
    """Every spoken passage of a document or a part of it, in reading order."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from spoken(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for name in _spoken_fields(type(value)):
            yield from spoken(getattr(value, name))


def rewrite(value: T, change: Callable[[str], str], leave: Container[str] = ()) -> T:
    """A copy with every spoken passage changed, in reading order; given and exact text is left alone, and so are the
    fields to `leave`."""
    if isinstance(value, str):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(rewrite(item, change, leave) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        names = (name for name in _spoken_fields(type(value)) if name not in leave)
        changed = {name: rewrite(getattr(value, name), change, leave) for name in names}
        return replace(value, **changed)
    return value
