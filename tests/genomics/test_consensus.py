"""Real people: the calls agree with the published consensus, or the difference is explained."""

from __future__ import annotations

import csv
import re

import pytest

from genomics.interpretation import Context, Interpretation, interpret
from genomics.knowledge import COVERED_GENES, EVERY_GENE, FILE_GENES
from genomics.readers import genetic_sex, read_vcf
from tests.genomics.people import KNOWLEDGE
from tests.shared import shared_data

FILES = ("NA18526.GRCh38.raw_allsites_at_pgx.vcf", "getrm5.GRCh38.pgx_positions.multisample.vcf")

# Each is explained in docs/pharmacogenomics.md.
EXPLAINED = {
    ("HG00276", "CYP2B6"): "*1/*2",
    ("HG01190", "CYP2B6"): "*1/*5",
    ("NA07019", "CYP2B6"): "*5/*22",
    ("HG01190", "CYP3A4"): "*1/*1",
    ("HG00276", "CYP4F2"): "*1/*5",
    ("HG00589", "CYP4F2"): "*1/*19",
    ("HG00436", "SLCO1B1"): "*37/*37",
    ("HG00589", "SLCO1B1"): "*37/*39",
    # Deletions, copies and hybrids do not show in small variants; the alleles beside them do.
    ("HG00276", "CYP2D6"): "*4/*4",
    ("HG00436", "CYP2D6"): "*2/*71",
    ("HG01190", "CYP2D6"): "*4/*41",
    ("NA18526", "CYP2D6"): "*1/*10",
}
OLD_NAMES = {("DPYD", "*1/*1"): "Reference/Reference"}


def read(name: str) -> dict[str, Interpretation]:
    return {
        sample.name: interpret(sample, Context(genes=EVERY_GENE), KNOWLEDGE)
        for sample in read_vcf(shared_data() / "real" / name, KNOWLEDGE.positions_of(FILE_GENES))
    }


def consensus() -> list[tuple[str, str, str]]:
    with (shared_data() / "real" / "getrm_consensus.tsv").open(encoding="utf-8") as stream:
        return [
            (row["sample"], row["gene"], row["consensus_diplotype"])
            for row in csv.DictReader(stream, delimiter="\t")
            if row["gene"] in FILE_GENES
        ]


def named(diplotype: str) -> set[tuple[str, ...]]:
    """The readings of a consensus: ``*2/*3;1/*4`` are two."""
    readings = (re.findall(r"\*?\d+\w*", reading) for reading in diplotype.split(";"))
    return {tuple(sorted("*" + name.lstrip("*") for name in reading)) for reading in readings}


def test_calls_agree_with_the_published_consensus() -> None:
    people = {name: result for file in FILES for name, result in read(file).items()}
    compared = 0
    for sample, gene, expected in consensus():
        result = people[sample].genes[gene]
        best = result.diplotypes[: result.tied]
        if not result.coverage.tested:
            continue
        if (gene, expected) in OLD_NAMES:
            assert best == (OLD_NAMES[gene, expected],)
            continue
        if (sample, gene) in EXPLAINED:
            assert EXPLAINED[(sample, gene)] in best
            continue
        compared += 1
        assert {tuple(sorted(name.split("/"))) for name in best} & named(expected), (sample, gene, best)
    assert compared >= 40


def test_the_same_person_in_three_files_is_never_told_opposite_things() -> None:
    full = read("NA18526.GRCh38.raw_allsites_at_pgx.vcf")["NA18526"]
    for other_file in ("NA18526.GRCh38.pharmcat_preprocessed.vcf", "NA18526.GRCh38.variants_only_pgx_regions.vcf.gz"):
        other = read(other_file)["NA18526"]
        for gene in COVERED_GENES:
            stated = other.genes[gene].phenotype["CPIC"]
            assert stated is None or stated == full.genes[gene].phenotype["CPIC"]


def test_a_file_of_variants_only_states_next_to_nothing() -> None:
    result = read("NA18526.GRCh38.variants_only_pgx_regions.vcf.gz")["NA18526"]
    assert all(
        gene.phenotype["CPIC"] is None or gene.coverage.deciding == gene.coverage.deciding_tested
        for gene in result.genes.values()
    )
    assert result.genes["TPMT"].phenotype["CPIC"] is None


def test_sex_is_read_from_the_few_sites_there_are_or_not_said() -> None:
    path = shared_data() / "real" / "getrm5.GRCh38.pgx_positions.multisample.vcf"
    found = {sample.name: genetic_sex(sample) for sample in read_vcf(path, KNOWLEDGE.covered_positions)}
    assert found == {
        "HG00276": "unknown",
        "HG00436": "male",
        "HG00589": "male",
        "HG01190": "male",
        "NA07019": "unknown",
    }


@pytest.mark.parametrize("name", ["NA18526.23andme_like.chip.txt", "NA18526.ancestry_like.chip.txt"])
def test_real_consumer_files_are_recognised(name: str) -> None:
    from genomics.readers import FileKind, recognise

    assert recognise(shared_data() / "real" / name).kind is FileKind.CONSUMER_ARRAY


def test_cyp2d6_is_not_stated_for_anybody_and_calls_from_elsewhere_complete_it() -> None:
    """Four of six people carry a deletion, a copy or a hybrid that the file does not show."""
    from genomics.pharmacogenomics.outside import OutsideCall, outside_result

    gene = KNOWLEDGE.genes["CYP2D6"]
    people = {name: result for file in FILES for name, result in read(file).items()}
    scores = {}
    for sample, name, expected in consensus():
        if name == "CYP2D6":
            by_file = people[sample].genes["CYP2D6"]
            assert set(by_file.phenotype.values()) == {None}
            found = outside_result(gene, OutsideCall(name, diplotype=expected.split(";")[0]), by_file)
            scores[sample] = found.activity_score["CPIC"]
            assert found.set_aside == by_file
    assert scores == {
        "HG00276": 0.0, "HG00436": None, "HG00589": 1.0, "HG01190": 0.0, "NA07019": 1.0, "NA18526": 1.25,
    }  # fmt: skip
