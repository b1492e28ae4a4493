"""The engine alone, as a laboratory runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genomics.__main__ import main
from genomics.knowledge import EVERY_GENE
from tests.genomics.people import KNOWLEDGE, at, rows_of, write_vcf

KEYS = [
    "sample",
    "assembly",
    "genes",
    "guidance",
    "unanswered",
    "not_covered",
    "knowledge",
    "caveats",
]
GENE_KEYS = [
    "diplotypes",
    "tied",
    "phenotype",
    "possible_phenotypes",
    "activity_score",
    "adjusted",
    "coverage",
    "phased",
    "origin",
    "rule",
    "carried",
    "set_aside",
    "caveats",
    "evidence",
]


def test_it_prints_one_object_per_sample_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[*row, row[9]] for row in rows_of({"CYP2C19": "*1/*2"})]
    path = write_vcf(tmp_path / "two.vcf", rows, samples=("one", "two"))
    assert main(["pgx", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    objects = [json.loads(line) for line in lines]
    assert [item["sample"] for item in objects] == ["one", "two"]
    assert list(objects[0]) == KEYS
    assert list(objects[0]["genes"]["CYP2C19"]) == GENE_KEYS
    assert objects[0]["genes"]["CYP2C19"]["diplotypes"] == ["*1/*2"]


def test_it_prints_only_the_sample_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[*row, row[9]] for row in rows_of()]
    path = write_vcf(tmp_path / "two.vcf", rows, samples=("one", "two"))
    assert main(["pgx", str(path), "--sample", "two"]) == 0
    assert json.loads(capsys.readouterr().out)["sample"] == "two"


def test_a_failure_is_one_sentence_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.vcf"
    path.write_bytes(b"")
    assert main(["pgx", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("The file is empty.")


def test_a_made_up_person_is_labelled_and_called_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "anna.vcf"
    given = ["CYP2C19=*2/*17", "UGT1A1=*1/*80+*28", "VKORC1=rs9923231 reference (C)/rs9923231 variant (T)"]
    assert main(["made-up", "--out", str(path), "--sample", "ANNA", *given]) == 0
    assert "##source=made-up person" in path.read_text()
    assert main(["pgx", str(path)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["caveats"] == ["made_up_person"]
    assert result["genes"]["CYP2C19"]["diplotypes"][0] == "*2/*17"
    assert result["genes"]["UGT1A1"]["diplotypes"][0] == "*1/*80+*28"
    assert result["genes"]["VKORC1"]["phenotype"]["DPWG"] == "-1639 AG"


@pytest.mark.parametrize("wrong", ["CYP2C19=*2", "CYP2C19=*2/*999", "HLA-B=*57:01/*57:01", "nothing"])
def test_a_person_that_cannot_be_made_up_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    path = tmp_path / "anna.vcf"
    assert main(["made-up", "--out", str(path), wrong]) == 2
    assert not path.exists()
    assert capsys.readouterr().err.count("\n") == 1


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on standard error, with nothing on standard output."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "Errno" not in captured.err
    return captured.err


def test_a_header_that_contradicts_the_bases_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_vcf(tmp_path / "a.vcf", rows_of(), header=("##fileformat=VCFv4.2", "##reference=GRCh37"))
    assert main(["pgx", str(path)]) == 2
    assert "GRCh37" in said(capsys)


def test_a_folder_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pgx", str(tmp_path)]) == 2
    assert said(capsys).startswith("This is a folder")


@pytest.mark.parametrize("name", ["A\tB", "A\nB", " ", ""])
def test_a_sample_name_that_would_break_the_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["made-up", "--out", str(tmp_path / "a.vcf"), "--sample", name]) == 2
    assert "sample name" in said(capsys)
    assert not (tmp_path / "a.vcf").exists()


@pytest.mark.parametrize("place", ["no/such/folder/a.vcf", "."])
def test_a_place_nothing_can_be_written_to_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    assert main(["made-up", "--out", str(tmp_path / place)]) == 2
    assert "could not be written" in said(capsys)


def test_a_gene_named_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["CYP2C19=*1/*2", "CYP2C19=*1/*1"]
    assert main(["made-up", "--out", str(tmp_path / "a.vcf"), *given]) == 2
    assert "twice" in said(capsys)


def test_of_several_files_a_bad_one_is_told_and_the_others_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [write_vcf(tmp_path / f"{name}.vcf", rows_of(), samples=(name,)) for name in ("one", "two")]
    bad = tmp_path / "bad.vcf"
    bad.write_bytes(b"")
    assert main(["pgx", str(good[0]), str(bad), str(tmp_path / "absent.vcf"), str(good[1])]) == 2
    captured = capsys.readouterr()
    assert [json.loads(line)["sample"] for line in captured.out.splitlines()] == ["one", "two"]
    first, second = captured.err.splitlines()
    assert first.startswith(f"{bad}: The file is empty.")
    assert "absent.vcf" in second and "Errno" not in second


def test_absent_is_reference_only_where_somebody_vouches_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_vcf(tmp_path / "short.vcf", [row for row in rows_of() if row[0] != "chr6"])
    assert main(["pgx", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["genes"]["TPMT"]["phenotype"]["CPIC"] is None
    assert main(["pgx", str(path), "--absent-is-reference"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["genes"]["TPMT"]["phenotype"]["CPIC"] == "Normal Metabolizer"
    assert "absent_read_as_reference" in result["caveats"]
    assert result["genes"]["CYP2D6"]["phenotype"]["CPIC"] is None


def test_a_row_that_could_not_be_used_is_not_read_as_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of()
    at(rows, 18130687)[9] = "./."
    path = write_vcf(tmp_path / "a.vcf", rows)
    assert main(["pgx", str(path), "--absent-is-reference"]) == 0
    assert json.loads(capsys.readouterr().out)["genes"]["TPMT"]["phenotype"]["CPIC"] is None


def test_every_gene_and_every_medicine_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pgx", "--list-genes"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == list(EVERY_GENE)
    assert main(["pgx", "--list-drugs"]) == 0
    listed = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted({row.drug for row in KNOWLEDGE.guidance})


@pytest.mark.parametrize("gene", EVERY_GENE)
def test_every_gene_can_be_explained(capsys: pytest.CaptureFixture[str], gene: str) -> None:
    assert main(["pgx", "--explain", gene]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{gene} on ") and "facts: " in told and "medicines (" in told


@pytest.mark.parametrize("arguments", [["--explain", "BRCA1"], []])
def test_a_question_that_cannot_be_answered_is_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["pgx", *arguments]) == 2
    assert said(capsys).endswith(".\n")
