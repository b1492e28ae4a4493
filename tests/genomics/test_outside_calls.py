"""Calls made elsewhere: what they come to, and that a line nobody understands costs its gene alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genomics.__main__ import main
from genomics.knowledge import EVERY_GENE
from genomics.model import Caveat, GeneResult, Origin, Rule, Source
from genomics.pharmacogenomics import interpret_gene
from genomics.pharmacogenomics.outside import OutsideCall, objection, outside_result
from genomics.pharmacogenomics.outside_table import SIZE_LIMIT_BYTES, read_outside_table
from tests.genomics.people import KNOWLEDGE, calls_of, rows_of, sample_of, write_vcf

PM, IM, NM, UM = (f"{name} Metabolizer" for name in ("Poor", "Intermediate", "Normal", "Ultrarapid"))


def result(gene: str, *, by_file: GeneResult | None = None, **parts: Any) -> GeneResult:
    call = OutsideCall(gene, **parts)
    assert objection(KNOWLEDGE.genes[gene], call) is None
    return outside_result(KNOWLEDGE.genes[gene], call, by_file)


@pytest.mark.parametrize(
    ("diplotype", "score", "cpic", "dpwg"),
    [
        ("*1/*1", 2.0, NM, NM),
        ("*1/*4", 1.0, IM, IM),
        ("*4/*5", 0.0, PM, PM),
        ("*10/*41", 0.5, IM, IM),
        ("*1/*10", 1.25, NM, NM),
        ("*1/*2x2", 3.0, UM, UM),
        ("*17/*1x2", 2.5, UM, NM),
        ("*1/*36+*10", 1.25, NM, NM),
        ("*1/*36x2+*10", 1.25, NM, NM),
        ("*68+*4/*5", 0.0, PM, PM),
        ("*4 + *68/*1", 1.0, IM, IM),
        ("*1/*4xN", 1.0, IM, IM),
        ("*1/*1x3", 4.0, UM, UM),
        ("*1/*1x≥3", 4.0, UM, UM),
        ("*1/*1x>=3", 4.0, UM, UM),
        ("CYP2D6*1/CYP2D6*2.001", 2.0, NM, NM),
        ("*1|*4", 1.0, IM, IM),
    ],
)
def test_cyp2d6_by_its_alleles_copies_and_hybrids(diplotype: str, score: float, cpic: str, dpwg: str) -> None:
    found = result("CYP2D6", diplotype=diplotype)
    assert found.activity_score == {Source.CPIC: score, Source.DPWG: score}
    assert found.phenotype == {Source.CPIC: cpic, Source.DPWG: dpwg}
    assert (found.origin, found.rule) == (Origin.OUTSIDE, Rule.OUTSIDE_CALL)


def test_an_unknown_number_of_copies_states_only_what_more_copies_would_not_change() -> None:
    found = result("CYP2D6", diplotype="*4/*10xN")
    assert found.phenotype[Source.CPIC] == "Indeterminate"
    assert result("CYP2D6", diplotype="*1/*2xN").phenotype[Source.CPIC] == UM


@pytest.mark.parametrize(
    ("diplotype", "copies", "expected", "cpic"),
    [
        ("*1/*4", 2, ("*1/*4",), IM),
        ("*4", 1, ("*4/*5",), PM),
        ("*4/*4", 1, ("*4/*5",), PM),
        ("", 0, ("*5/*5",), PM),
        ("*1/*1", 3, ("*1/*1x2",), UM),
        ("*4/*4", 3, ("*4/*4x2",), PM),
        ("*1/*4", 3, ("*1/*4x2", "*1x2/*4"), None),
    ],
)
def test_a_number_of_copies_completes_the_alleles(
    diplotype: str, copies: int, expected: tuple[str, ...], cpic: str | None
) -> None:
    found = result("CYP2D6", diplotype=diplotype, copy_number=copies)
    assert (found.diplotypes, found.phenotype[Source.CPIC]) == (expected, cpic)


def test_copies_that_could_be_on_either_strand_give_a_range_and_no_advice() -> None:
    found = result("CYP2D6", diplotype="*1/*4", copy_number=3)
    assert found.possible_phenotypes[Source.CPIC] == (IM, NM)
    assert {Caveat.TIED_DIPLOTYPES, Caveat.PHENOTYPES_DISAGREE} <= set(found.caveats)


def test_the_score_outweighs_the_phenotype_and_the_phenotype_the_alleles() -> None:
    by_score = result("CYP2D6", diplotype="*1/*1", phenotype="IM", activity_score="0.5")
    assert (by_score.phenotype[Source.CPIC], by_score.activity_score[Source.CPIC]) == (IM, 0.5)
    by_phenotype = result("CYP2D6", diplotype="*1/*1", phenotype="Poor Metaboliser")
    assert by_phenotype.phenotype[Source.CPIC] == PM and by_phenotype.activity_score[Source.CPIC] is None
    for found in (by_score, by_phenotype):
        assert Caveat.OUTSIDE_CALL_INCONSISTENT in found.caveats
    assert result("CYP2D6", diplotype="*1/*4", activity_score="1").caveats == ()


@pytest.mark.parametrize(("written", "meant"), [("EM", NM), ("um", UM), ("poor metabolizer", PM)])
def test_phenotypes_are_understood_as_people_write_them(written: str, meant: str) -> None:
    assert result("CYP2D6", phenotype=written).phenotype[Source.CPIC] == meant


@pytest.mark.parametrize(
    ("gene", "parts", "expected"),
    [
        ("HLA-B", {"diplotype": "*57:01/*07:02"}, "*15:02 negative; *57:01 positive; *58:01 negative"),
        (
            "HLA-B",
            {"diplotype": "HLA-B*15:02:01/HLA-B*58:01:01:01"},
            "*15:02 positive; *57:01 negative; *58:01 positive",
        ),
        ("HLA-B", {"diplotype": "*57:01"}, "*57:01 positive"),
        ("HLA-B", {"phenotype": "*57:01 negative"}, "*57:01 negative"),
        ("HLA-A", {"diplotype": "*02:01/*24:02"}, "*31:01 negative"),
        ("HLA-A", {"phenotype": "*31:01 positive"}, "*31:01 positive"),
    ],
)
def test_hla_is_what_is_there_and_what_two_types_leave_no_room_for(
    gene: str, parts: dict[str, str], expected: str
) -> None:
    assert result(gene, **parts).phenotype[Source.CPIC] == expected


@pytest.mark.parametrize(
    ("gene", "diplotype", "expected", "phenotype"),
    [
        ("MT-RNR1", "1555A>G", "m.1555A>G", "increased risk of aminoglycoside-induced hearing loss"),
        ("G6PD", "A- 202A_376G", "A- 202A_376G", "Deficient"),
        ("DPYD", "*1/*2A", "Reference/c.1905+1G>A (*2A)", IM),
        ("SLCO1B1", "*1A/*5", "*1/*5", "Decreased Function"),
        ("CYP2C19", "*2/*17", "*2/*17", IM),
    ],
)
def test_any_gene_may_be_called_elsewhere(gene: str, diplotype: str, expected: str, phenotype: str) -> None:
    found = result(gene, diplotype=diplotype)
    assert (found.diplotypes, found.phenotype[Source.CPIC]) == ((expected,), phenotype)


def test_an_old_name_of_nat2_is_never_taken_for_todays() -> None:
    assert result("NAT2", diplotype="*4/*4").diplotypes == ("*4/*4",)


def test_what_the_file_says_otherwise_is_shown() -> None:
    gene = KNOWLEDGE.genes["CYP2C19"]
    by_file = interpret_gene(gene, sample_of(calls_of(gene, "*1", "*1", phased=True)))
    found = result("CYP2C19", diplotype="*2/*2", by_file=by_file)
    assert (found.phenotype[Source.CPIC], found.set_aside) == (PM, by_file)
    assert Caveat.OUTSIDE_DIFFERS_FROM_FILE in found.caveats
    agreeing = result("CYP2C19", diplotype="*1/*1", by_file=by_file)
    assert Caveat.OUTSIDE_DIFFERS_FROM_FILE not in agreeing.caveats and agreeing.set_aside == by_file


# -- the table


def run(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]], str]:
    path = tmp_path / "calls.tsv"
    path.write_text(table, encoding="utf-8")
    vcf = write_vcf(
        tmp_path / "two.vcf", [[*row, row[9]] for row in rows_of({"CYP2C19": "*1/*2"})], samples=("one", "two")
    )
    status = main(["pgx", str(vcf), "--outside-calls", str(path)])
    captured = capsys.readouterr()
    return status, [json.loads(line) for line in captured.out.splitlines()], captured.err


def test_pharmcats_own_layout_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = "CYP2D6\t*1/*4\nHLA-B\t\t*57:01 positive\nCYP2C9\t*1/*3\t\t1.0\n\n# a remark\nMT-RNR1\tm.1555A>G\n"
    status, (one, two), sentences = run(tmp_path, table, capsys)
    assert (status, sentences) == (0, "")
    assert one["genes"] == two["genes"]
    assert one["genes"]["CYP2D6"]["activity_score"] == {"CPIC": 1.0, "DPWG": 1.0}
    assert "HLA-B" not in one["not_covered"] and one["not_covered"] == ["HLA-A"]
    codeine = next(row for row in one["guidance"] if row["drug"] == "codeine" and row["source"] == "CPIC")
    assert codeine["lookup"] == {"CYP2D6": "1.0"}
    abacavir = next(row for row in one["guidance"] if row["drug"] == "abacavir" and row["source"] == "CPIC")
    assert abacavir["action"] == "avoid"


def test_our_own_columns_may_name_the_sample_and_the_copies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "sample\tgene\tdiplotype\tcopy number\none\tCYP2D6\t*1/*1\t3\ntwo\tCYP2D6\t*4/*4\t2\n"
    status, (one, two), _ = run(tmp_path, table, capsys)
    assert status == 0
    assert one["genes"]["CYP2D6"]["phenotype"]["CPIC"] == UM
    assert two["genes"]["CYP2D6"]["phenotype"]["CPIC"] == PM


@pytest.mark.parametrize(
    "line",
    [
        "CYP2D6\t*1",
        "CYP2D6\t*1/*999",
        "CYP2D6\t*1/*4/*4",
        "CYP2D6\t\tfast",
        "CYP2D6\t\t\tlots",
        "CYP2D6\t\t\tnan",
        "CYP2D6",
        "CYP2C19\t\t\t1.0",
        "HLA-B\t*57",
        "BRCA1\t*1/*1",
        "\t*1/*1",
        "CYP2D6\t*1/*1\tNM\t2.0\tmore",
    ],
)
def test_a_line_that_comes_to_nothing_is_named_and_every_other_gene_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    status, (one, _), sentences = run(tmp_path, f"CYP2C9\t*1/*3\n{line}\n", capsys)
    assert status == 2
    assert sentences.startswith("Line 2 of the calls from elsewhere ") and sentences.count("\n") == 1
    assert one["genes"]["CYP2C9"]["origin"] == "outside"
    assert one["genes"]["CYP2C19"]["diplotypes"][0] == "*1/*2"
    assert one["genes"]["CYP2D6"]["phenotype"] == {"CPIC": None, "DPWG": None}


def test_two_lines_about_one_gene_cancel_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (one, _), sentences = run(tmp_path, "CYP2D6\t*1/*1\nCYP2D6\t*4/*4\nCYP2D6\t*4/*4\n", capsys)
    assert status == 2 and sentences.startswith("Lines 1 and 2 ")
    assert one["genes"]["CYP2D6"]["phenotype"]["CPIC"] is None


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"#gene\tdiplotype\n", b"\xff\xfe\x00", b"x" * (SIZE_LIMIT_BYTES + 1)]
)
def test_a_table_without_calls_is_told_and_harms_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calls.tsv"
    path.write_bytes(content)
    table = read_outside_table(path, KNOWLEDGE)
    assert table.of("anybody") == {} and len(table.sentences) <= 1


def test_every_gene_takes_any_diplotype_of_its_own_alleles() -> None:
    for name in EVERY_GENE:
        gene = KNOWLEDGE.genes[name]
        for allele in gene.alleles:
            call = OutsideCall(name, diplotype=f"{allele.shown_as}/{allele.shown_as}")
            assert objection(gene, call) is None, (name, allele.shown_as)
