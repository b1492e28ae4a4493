"""A made-up person's report, composed by the product's own rooms, to print again and again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from genomics.interpretation import Context, interpret
from genomics.knowledge import load
from genomics.readers.made_up import write_made_up
from genomics.readers.vcf import read_vcf
from portal.reports.compose import Dates, Order, Person, compose

# Few findings: nine pages, the shortest report there is, beside the goal's eight.
DIPLOTYPES = {"CYP3A5": "*3/*3"}


def interpretation(diplotypes: dict[str, str] | None = None) -> dict[str, Any]:
    """The engine's answer about a made-up person."""
    knowledge = load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.vcf"
        write_made_up(path, "made-up", diplotypes or DIPLOTYPES)
        (sample,) = read_vcf(path, knowledge.covered_positions)
    return interpret(sample, Context(), knowledge).to_dict()


def report() -> dict[str, Any]:
    """The same as the document of a report."""
    return compose(
        interpretation(),
        language="en",
        person=Person("Rosa Alvarez", "2 September 1975", "R-1002"),
        laboratory="Northgate Genetics Laboratory",
        ordered=Order("Dr Amina Okafor", "N-1", "Riverside Clinic", "555-0100"),
        dates=Dates("20 November 2026", "22 November 2026"),
        origin="laboratory",
        made_up=True,
    ).to_json()
