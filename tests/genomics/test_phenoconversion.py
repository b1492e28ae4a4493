"""The person's own medicines change how an enzyme works; both scores are told, and what was not looked at is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genomics.__main__ import main
from genomics.interpretation import Context, Interpretation, interpret
from genomics.knowledge import EVERY_GENE
from genomics.model import Caveat, Source, TreatmentOption
from genomics.pharmacogenomics.outside import OutsideCall
from genomics.pharmacogenomics.phenoconversion import ENZYMES, named_medicines
from tests.genomics.people import KNOWLEDGE, rows_of, sample_of, write_vcf


def person(diplotype: str, *medicines: str) -> Interpretation:
    context = Context(
        genes=EVERY_GENE,
        outside={"CYP2D6": OutsideCall("CYP2D6", diplotype=diplotype)} if diplotype else {},
        medicines=named_medicines(medicines),
    )
    return interpret(sample_of({}), context, KNOWLEDGE)


def option(result: Interpretation, drug: str, source: Source = Source.CPIC) -> TreatmentOption:
    return next(row for row in result.guidance if (row.drug, row.source) == (drug, source))


@pytest.mark.parametrize("row", KNOWLEDGE.inhibitors, ids=lambda row: row.medicine)
def test_every_inhibitor_of_the_table_counts_as_the_table_says(row: object) -> None:
    assert {"strong": 0.0, "moderate": 0.5}[row.strength] == row.multiplier  # type: ignore[attr-defined]
    found = person("*1/*1", row.medicine).genes["CYP2D6"]  # type: ignore[attr-defined]
    assert found.adjusted is not None
    assert found.activity_score[Source.CPIC] == 2.0
    assert found.adjusted.activity_score[Source.CPIC] == 2.0 * row.multiplier  # type: ignore[attr-defined]
    assert [(item.medicine, item.strength) for item in found.adjusted.by] == [(row.medicine, row.strength)]  # type: ignore[attr-defined]
    assert Caveat.INTERACTION_NOT_ASSESSED not in found.caveats


@pytest.mark.parametrize(
    ("diplotype", "medicines", "score", "phenotype", "key"),
    [
        ("*1/*1", ("duloxetine",), 1.0, "Intermediate Metabolizer", "1.0"),
        ("*1/*1", ("duloxetine", "mirabegron"), 1.0, "Intermediate Metabolizer", "1.0"),
        ("*1/*1", ("duloxetine", "Paroxetine"), 0.0, "Poor Metabolizer", "0.0"),
        ("*1/*2x2", ("cinacalcet",), 1.5, "Normal Metabolizer", "1.5"),
        ("*4/*10", ("cinacalcet",), 0.125, "Intermediate Metabolizer", "0.25"),
        ("*4/*4", ("cinacalcet",), 0.0, "Poor Metabolizer", "0.0"),
    ],
)
def test_advice_is_looked_up_as_the_enzyme_works_and_says_so(
    diplotype: str, medicines: tuple[str, ...], score: float, phenotype: str, key: str
) -> None:
    result = person(diplotype, *medicines)
    found = result.genes["CYP2D6"].adjusted
    assert found is not None
    assert (found.activity_score[Source.CPIC], found.phenotype[Source.CPIC]) == (score, phenotype)
    codeine = option(result, "codeine")
    assert dict(codeine.lookup) == {"CYP2D6": key}
    assert Caveat.ADJUSTED_FOR_MEDICINES in codeine.caveats


def test_a_medicine_does_not_count_against_itself() -> None:
    """A guideline for paroxetine knows what paroxetine does."""
    result = person("*1/*1", "paroxetine")
    assert dict(option(result, "paroxetine").lookup) == {"CYP2D6": "2.0"}
    assert Caveat.ADJUSTED_FOR_MEDICINES not in option(result, "paroxetine").caveats
    assert dict(option(result, "codeine").lookup) == {"CYP2D6": "0.0"}


def test_an_enzyme_without_a_table_and_a_medicine_not_in_one_were_not_assessed() -> None:
    result = person("*1/*1", "aspirin")
    for gene, found in result.genes.items():
        assert (Caveat.INTERACTION_NOT_ASSESSED in found.caveats) == (gene in ENZYMES)
    found = result.genes["CYP2D6"].adjusted
    assert found is not None and found.not_assessed == ("aspirin",) and not found.by
    assert dict(found.activity_score) == {}
    assert Caveat.ADJUSTED_FOR_MEDICINES not in option(result, "codeine").caveats


def test_without_medicines_nothing_is_adjusted_and_nothing_is_left_open() -> None:
    for found in person("*1/*1").genes.values():
        assert found.adjusted is None and Caveat.INTERACTION_NOT_ASSESSED not in found.caveats


def test_a_score_that_is_not_known_stays_unknown() -> None:
    found = person("", "paroxetine").genes["CYP2D6"]
    assert found.adjusted is not None
    assert set(found.adjusted.activity_score.values()) == {None} == set(found.adjusted.phenotype.values())


def test_the_command_line_takes_medicines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vcf = write_vcf(tmp_path / "a.vcf", rows_of())
    table = tmp_path / "calls.tsv"
    table.write_text("CYP2D6\t*1/*4\n", encoding="utf-8")
    assert main(["pgx", str(vcf), "--outside-calls", str(table), "--medicines", "Duloxetine, aspirin"]) == 0
    found = json.loads(capsys.readouterr().out)["genes"]["CYP2D6"]
    assert found["activity_score"] == {"CPIC": 1.0, "DPWG": 1.0}
    assert found["adjusted"]["activity_score"] == {"CPIC": 0.5, "DPWG": 0.5}
    assert found["adjusted"]["not_assessed"] == ["aspirin"]
    assert "interaction_not_assessed" in found["caveats"]
