"""Medicines by name: the names and codes of our own facts, and how what somebody types is matched to one of them.

A name is matched whole or not at all. Names that are only close are offered to choose from, never taken: many
medicines with nothing in common are spelt almost alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from genomics.knowledge import load as load_knowledge
from portal.record.names import folded
from portal.reports import words

MOST_OFFERED = 3
CLOSE = 0.75


@dataclass(frozen=True)
class Medicine:
    """A medicine of our facts: its code there, its name in one language, and what other lists call it."""

    code: str
    name: str
    rxnorm: str
    atc: tuple[str, ...]

    @property
    def identifiers(self) -> str:
        """`RxNorm 32968 · ATC B01AC04`, as far as our facts give them."""
        known = [f"RxNorm {self.rxnorm}"] if self.rxnorm else []
        return " · ".join([*known, *([f"ATC {', '.join(self.atc)}"] if self.atc else [])])


@cache
def medicines(language: str) -> Mapping[str, Medicine]:
    """Every medicine our facts name, by code, in the order of its name."""
    spoken = words.load(language if language in words.LANGUAGES else words.LANGUAGES[0])
    found = []
    for code, codes in load_knowledge().drugs.items():
        name = spoken.entry("drugs", code).phrases.get("name", code) if spoken.has("drugs", code) else code
        found.append(Medicine(code, name, codes.rxnorm or "", codes.atc))
    return {medicine.code: medicine for medicine in sorted(found, key=lambda one: one.name.casefold())}


def name_of(code: str, language: str) -> str:
    """The name of a medicine in a language; a code that our facts no longer hold stands for itself."""
    found = medicines(language).get(code)
    return found.name if found else code


@cache
def _by_name() -> Mapping[str, str]:
    return {
        folded(name): medicine.code
        for language in reversed(words.LANGUAGES)
        for medicine in medicines(language).values()
        for name in (medicine.name, medicine.code)
    }


@cache
def _by_identifier() -> Mapping[str, str]:
    """RxNorm and ATC identifiers that stand for one medicine alone."""
    named: dict[str, set[str]] = {}
    for medicine in medicines(words.LANGUAGES[0]).values():
        for identifier in filter(None, (medicine.rxnorm, *medicine.atc)):
            named.setdefault(identifier.casefold(), set()).add(medicine.code)
    return {identifier: codes.pop() for identifier, codes in named.items() if len(codes) == 1}


def find(typed: str) -> str:
    """The code of the medicine that was typed, by a name in any language or an identifier; empty when unknown."""
    wanted = folded(typed)
    return _by_name().get(wanted) or _by_identifier().get(wanted, "")


def close_to(typed: str, language: str) -> list[Medicine]:
    """A few medicines that are spelt like what was typed, for the person to choose from."""
    keys = get_close_matches(folded(typed), _by_name(), n=2 * MOST_OFFERED, cutoff=CLOSE)
    codes = dict.fromkeys(_by_name()[key] for key in keys)
    return [medicines(language)[code] for code in codes][:MOST_OFFERED]
