"""Made-up people whose reports the checks read, each interpreted by the real engine from a file of their own."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from genomics.interpretation import Context, interpret
from genomics.knowledge import load
from genomics.model import Assembly, Sample
from genomics.readers import read_vcf
from genomics.readers.made_up import write_made_up
from portal.reports.compose import Dates, Order, Person, compose
from portal.reports.document import Document, Note, Signature

DIPLOTYPES: dict[str, dict[str, str]] = {
    "rosa": {"CYP2C19": "*2/*2", "SLCO1B1": "*5/*5", "TPMT": "*1/*3A"},
    "quick": {"CYP2C19": "*17/*17", "CYP3A5": "*1/*1"},
    "slow": {"CYP2C9": "*3/*3", "CYP2B6": "*6/*6", "NUDT15": "*3/*3", "UGT1A1": "*28/*28", "CYP2C19": "*1/*2"},
    "usual": {"CYP2C19": "*1/*1"},
    "nothing_found": {},
}
PEOPLE = (*DIPLOTYPES, "nothing_tested")
SIGNATURE = Signature(name="Dr Sam Reed", role="care team", date="22 November 2026")
LONG_NAME = (
    "Maximiliane-Wilhelmina Featherstonehaugh-Cholmondeley van der Westhuizen-Oyelaran de la Santísima Trinidad"
)


@cache
def _interpretation(person: str) -> dict[str, Any]:
    knowledge = load()
    if person == "nothing_tested":
        sample = Sample(person, Assembly.GRCH38, calls={})
    else:
        path = Path(mkdtemp(prefix="people-")) / "person.vcf"
        write_made_up(path, person, DIPLOTYPES[person])
        (sample,) = read_vcf(path, knowledge.covered_positions, person)
    found: dict[str, Any] = interpret(sample, Context(), knowledge).to_dict()
    return found


def interpretation(person: str) -> dict[str, Any]:
    """A fresh copy of what the engine says about this person."""
    return copy.deepcopy(_interpretation(person))


def report(found: str | dict[str, Any] = "rosa", /, **changes: Any) -> Document:
    """The report of one of these people, or of an interpretation; `changes` replace arguments of `compose`."""
    arguments: dict[str, Any] = {
        "language": "en",
        "person": Person("Rosa Alvarez", "4 May 1961", "RC-1001"),
        "laboratory": "Hillside Laboratory",
        "ordered": Order("Dr Sam Reed", "A-100", "Riverside Clinic", "01 23 45"),
        "dates": Dates("20 November 2026", "22 November 2026"),
        "origin": "laboratory",
        "made_up": True,
        **changes,
    }
    return compose(interpretation(found) if isinstance(found, str) else found, **arguments)


def note(text: str = "You take this now. I will call you this week.", about: str = "") -> Note:
    return Note(text=text, name="Dr Sam Reed", date="22 November 2026", about=about)
