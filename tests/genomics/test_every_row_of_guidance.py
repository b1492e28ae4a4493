"""Every row of the guidance tables is what somebody with that result is shown, and nothing else is."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from functools import cache

import pytest

from genomics.knowledge import EVERY_GENE, TABLES, GuidanceRow
from genomics.knowledge.build import lookup_text
from genomics.model import Caveat, Coverage, GeneResult, Origin, Source, TreatmentOption
from genomics.pharmacogenomics import look_up
from genomics.pharmacogenomics.guidance import NO_RESULT
from tests.genomics.people import KNOWLEDGE
from tests.shared import shared_data

Key = tuple[Source, str, tuple[str, ...], tuple[tuple[str, str], ...]]

# "1511 and 1502" is no result a laboratory gives: who has both is told what *15:02 alone means, which is graver.
NOT_A_RESULT = "1511 and 1502"


def test_the_only_gene_of_the_tables_that_is_not_called_is_f5() -> None:
    assert {gene for row in KNOWLEDGE.guidance for gene in row.genes} - set(EVERY_GENE) == {"F5"}


def result_under(gene: str, key: str, source: Source) -> GeneResult:
    """A result of this gene that is found under this key."""
    known = KNOWLEDGE.genes[gene]
    phenotype, score, diplotypes, keys = key, None, (), {}
    number = re.fullmatch(r"(≥?)(\d+(?:\.\d+)?)", key)
    if key == "n/a":
        phenotype = "Indeterminate"
    elif number:
        phenotype, score = "by score", float(number[2])
    elif "/" in key and known.phenotype_rule != "presence":
        phenotype, diplotypes = "by diplotype", (key,)
    elif known.phenotype_rule == "presence" or gene == "DPYD":
        keys = {source: (key,)}
    return GeneResult(
        gene=gene,
        diplotypes=diplotypes,
        tied=len(diplotypes),
        phenotype=dict.fromkeys(Source, phenotype),
        possible_phenotypes=dict.fromkeys(Source, (phenotype,)),
        activity_score=dict.fromkeys(Source, score),
        possible_scores=(key,),
        coverage=Coverage(1, 1, 1, 1, ()),
        phased=True,
        origin=Origin.OUTSIDE,
        caveats=(),
        evidence=(),
        score_is_minimum=bool(number and number[1]),
        keys=keys,
    )


@cache
def rows() -> dict[Key, list[GuidanceRow]]:
    """The rows of one guideline for one result, population by population."""
    found: dict[Key, list[GuidanceRow]] = defaultdict(list)
    for row in KNOWLEDGE.guidance:
        if row.lookup and NOT_A_RESULT not in row.lookup.values() and set(row.genes) <= set(EVERY_GENE):
            found[row.source, row.drug, row.genes, tuple(sorted(row.lookup.items()))].append(row)
    return found


def shown(row: TreatmentOption | GuidanceRow) -> tuple[object, ...]:
    """What is told of a row: everything but the codes of the medicine and our own caveats."""
    dose = (row.dose.percent, row.dose.fold, row.dose.note) if isinstance(row, TreatmentOption) else (
        row.percent, row.fold, row.note,
    )  # fmt: skip
    facts = (row.population, row.classification, row.action, row.actions, row.when, row.otherwise, row.implications)
    return (*facts, row.guideline, row.pmids, row.facts_as_of, *dose)


def options(key: Key) -> list[TreatmentOption]:
    source, drug, genes, lookup = key
    results = {gene: result_under(gene, value, source) for gene, value in lookup if value != NO_RESULT}
    if not results:
        return []
    found, _ = look_up(KNOWLEDGE, results, EVERY_GENE)
    return [row for row in found if (row.source, row.drug, row.genes) == (source, drug, genes)]


@pytest.mark.parametrize("source", list(Source))
def test_every_row_is_shown_as_the_table_has_it(source: Source) -> None:
    compared = 0
    for key, expected in rows().items():
        if key[0] is not source or {value for _, value in key[3]} == {NO_RESULT}:
            continue
        found = options(key)
        assert sorted(map(repr, map(shown, found))) == sorted(map(repr, map(shown, expected))), key
        compared += len(expected)
    assert compared >= {Source.CPIC: 2_000, Source.DPWG: 480}[source]


def test_a_row_without_an_action_code_says_that_it_has_none() -> None:
    uncoded = [key for key, found in rows().items() if any(row.action == "not_coded" for row in found)]
    assert uncoded
    for key in uncoded:
        assert all((Caveat.ACTION_NOT_CODED in row.caveats) == (row.action == "not_coded") for row in options(key))


def test_the_tables_hold_every_row_that_was_collected() -> None:
    """As collected, without invalid input, with every update laid over."""
    collected: set[tuple[str, ...]] = set()
    for file in ("recommendations_2024.tsv", "recommendations_updates.tsv"):
        with (shared_data() / "pgx" / file).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                if row["primary_action"] != "input_invalid" and row["lookup_key"]:
                    lookup = lookup_text(json.loads(row["lookup_key"]))
                    for drug in row["drug"].split("|"):
                        collected.add((row["source"], drug, lookup, row["population"] or "general"))
    with (TABLES / "guidance.tsv").open(encoding="utf-8", newline="") as stream:
        ours = {
            (row["body"], row["drug"], row["lookup"], row["population"])
            for row in csv.DictReader(stream, delimiter="\t")
            if row["lookup"]
        }
    assert ours == collected


THIOPURINES = ("azathioprine", "mercaptopurine", "thioguanine")


@pytest.mark.parametrize("drug", THIOPURINES)
def test_the_thiopurine_matrix_is_whole(drug: str) -> None:
    """Every TPMT result with every NUDT15 result has an answer of CPIC's, and two poor ones a low dose or none."""
    matrix = {
        dict(key[3])["TPMT"]: set() for key in rows() if key[0] is Source.CPIC and key[1] == drug and len(key[2]) == 2
    }
    for key in rows():
        if key[0] is Source.CPIC and key[1] == drug and len(key[2]) == 2:
            matrix[dict(key[3])["TPMT"]].add(dict(key[3])["NUDT15"])
    assert len(matrix) >= 5 and len(set(map(frozenset, matrix.values()))) == 1
    worst = (Source.CPIC, drug, ("NUDT15", "TPMT"), (("NUDT15", "Poor Metabolizer"), ("TPMT", "Poor Metabolizer")))
    assert {row.action for row in options(worst)} <= {"reduce_dose", "avoid", "consider_alternative"}


def test_a_row_for_the_alleles_beats_the_row_for_their_phenotype() -> None:
    by_alleles = result_under("CYP2C9", "*1/*2", Source.DPWG)
    both = {"CYP2C9": GeneResult(**{**{name: getattr(by_alleles, name) for name in by_alleles.__slots__},
                                    "phenotype": dict.fromkeys(Source, "Intermediate Metabolizer")})}  # fmt: skip
    found, _ = look_up(KNOWLEDGE, both, EVERY_GENE)
    siponimod = next(row for row in found if row.drug == "siponimod" and row.source is Source.DPWG)
    assert dict(siponimod.lookup) == {"CYP2C9": "*1/*2"}


def test_a_two_gene_guideline_speaks_for_one_gene_and_says_that_it_does() -> None:
    results = {"RYR1": result_under("RYR1", "Malignant Hyperthermia Susceptibility", Source.CPIC)}
    found, _ = look_up(KNOWLEDGE, results, EVERY_GENE)
    desflurane = next(row for row in found if row.drug == "desflurane")
    assert dict(desflurane.lookup) == {"CACNA1S": NO_RESULT, "RYR1": "Malignant Hyperthermia Susceptibility"}
    assert (desflurane.action, Caveat.OTHER_GENE_NOT_TESTED in desflurane.caveats) == ("avoid", True)


@pytest.mark.parametrize("score", [3.0, 3.25, 3.5, 4.0, 4.5, 5.0, 7.0])
def test_a_score_no_table_writes_is_found_under_the_highest_at_least_it_reaches(score: float) -> None:
    result = result_under("CYP2D6", str(score), Source.CPIC)
    found, _ = look_up(KNOWLEDGE, {"CYP2D6": result}, EVERY_GENE)
    codeine = [row for row in found if row.drug == "codeine" and row.source is Source.CPIC]
    assert [row.action for row in codeine] == ["avoid"]
    assert float(codeine[0].lookup["CYP2D6"].removeprefix("≥")) <= score
