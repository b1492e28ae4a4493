"""Decisions to check with. Every number in them is made up for the checks and says nothing about any treatment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from portal.decisions import actions
from portal.decisions.content import NO_CHANGE, Aid, Author, Bearing, Figure, Item, Option, Outcome, Question, Source
from portal.decisions.models import Decision
from portal.decisions.starters import start
from tests.people import Clinic

TODAY = date(2026, 11, 23)


def figure(numerator: int, **more: object) -> Figure:
    whole = Figure(True, numerator, 100, 12, max(numerator - 2, 0), min(numerator + 3, 100), "low", "s1")
    return replace(whole, **more)  # type: ignore[arg-type]


def option(kind: str, name: str) -> Option:
    return Option(kind, name, "It helps a bit.", "It can hurt.", "You think of it daily.", "One pill.", "Ask us.")


def aid(**changes: object) -> Aid:
    """A whole decision with numbers that meets all 27 checks."""
    whole = Aid(
        language="en",
        statement="Which pill should I take?",
        condition="You have a thing. It may hurt you.",
        population="People like you.",
        options={"stay": option(NO_CHANGE, "Change nothing"), "new": option("change", "Take the new pill")},
        outcomes={
            "bad": Outcome("A bad day", {"stay": figure(12), "new": figure(7)}),
            "itch": Outcome("An itch", {"stay": Figure(), "new": figure(30)}),
        },
        items={"calm": Item("To be calm", {"stay": Bearing.GOES_WITH.value, "new": Bearing.GOES_AGAINST.value})},
        questions={
            "q1": Question("Which one itches?", "The new pill", "No pill\nEvery pill", "The new one can itch.")
        },
        sources={"s1": Source("A made-up study", "none", "2026", "made up")},
        authors={"a1": Author("Dr Amina Okafor", "Cardiologist")},
        evidence_selection="We made it up.",
        evidence_quality="It is not good.",
        funding="Nobody paid.",
        update_policy="Each year.",
        published_on="2026-11-23",
        review_due_on="2027-11-23",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def shipped(language: str = "en") -> Aid:
    return start("clopidogrel", language, Author("Dr Amina Okafor", "Cardiologist"), TODAY)


def opened(clinic: Clinic, content: Aid | None = None, *, released: bool = True) -> Decision:
    """A decision of Ada's, opened by hand, written and released."""
    decision = actions.open_decision(clinic.clinician, clinic.ada)
    actions.save(clinic.clinician, decision, 1, content or aid())
    if released:
        actions.release(clinic.clinician, decision, 2)
    return decision
