"""The readability gate: what a text must keep to before a person may be shown it.

The same rules hold for every word module and for every composed report, and the tests run them over both: how hard
it is to read, sentence length, no jargon without its meaning beside it, and numbers told fairly. Each language has
its own forbidden words (`gate_rules`) and its own measure (`readability`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal.reports.gate_rules import RULES
from portal.reports.readability import measure, sentences

LONGEST_SENTENCE = 20
# A grade means little on a handful of words; shorter texts are held to sentence length and word choice alone.
FEWEST_WORDS_GRADED = 30
MEASURES = {"en": "reading grade", "es": "INFLESZ"}


@dataclass(frozen=True)
class Objection:
    """One reason a text may not be shown, and where it is."""

    where: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.text!r}"


def examine(where: str, passages: Iterable[str], names: Iterable[str] = (), language: str = "en") -> list[Objection]:
    """Every objection to one text; an empty list opens the gate."""
    listed, known = list(passages), frozenset(names)
    objections = [
        Objection(where, rule, passage)
        for passage in listed
        for rule, pattern in RULES[language]
        if pattern.search(passage)
    ]
    objections += [
        Objection(where, f"a sentence of more than {LONGEST_SENTENCE} words", sentence)
        for sentence in sentences(listed, known)
        if measure([sentence]).words > LONGEST_SENTENCE
    ]
    reading = measure(listed, known, language)
    if reading.words >= FEWEST_WORDS_GRADED and not reading.is_easy:
        objections.append(Objection(where, f"{MEASURES[language]} {reading.score}", " ".join(listed)[:120]))
    return objections
