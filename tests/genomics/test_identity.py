"""Whose sample is it: sex is said only when the counts are clear, and repeats are recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from genomics.model import SexEvidence
from genomics.readers import concordance, fingerprint, genetic_sex, read_vcf
from genomics.readers.sex import sex_from
from tests.genomics.people import KNOWLEDGE, rows_of, write_vcf

UNPAIRED_X, PAIRED_X, UNPAIRED_Y = 10_000_000, 1_000_000, 5_000_000


def rows_on(chromosome: str, start: int, genotypes: list[str]) -> list[list[str]]:
    return [
        [chromosome, str(start + number * 100), ".", "A", "C", ".", ".", ".", "GT", genotype]
        for number, genotype in enumerate(genotypes)
    ]


def sex_of(path: Path, rows: list[list[str]]) -> str:
    return genetic_sex(write_vcf(path, rows_of() + rows))


def test_many_mixed_sites_on_x_are_female(tmp_path: Path) -> None:
    rows = rows_on("chrX", UNPAIRED_X, ["0/1"] * 30 + ["1/1"] * 20)
    assert sex_of(tmp_path / "a.vcf", rows) == "female"


def test_one_allele_calls_on_x_are_male(tmp_path: Path) -> None:
    assert sex_of(tmp_path / "a.vcf", rows_on("X", UNPAIRED_X, ["1"] * 8 + ["0"] * 8)) == "male"


def test_a_caller_that_writes_two_alleles_for_everyone_is_understood(tmp_path: Path) -> None:
    rows = rows_on("chrX", UNPAIRED_X, ["1/1"] * 60) + rows_on("chrY", UNPAIRED_Y, ["1/1"] * 15)
    assert sex_of(tmp_path / "a.vcf", rows) == "male"


def test_the_paired_ends_say_nothing(tmp_path: Path) -> None:
    assert sex_of(tmp_path / "a.vcf", rows_on("chrX", PAIRED_X, ["0/1"] * 60)) == "unknown"


@pytest.mark.parametrize(
    "evidence",
    [
        SexEvidence(),
        SexEvidence(x_heterozygous=5, x_diploid=5),
        SexEvidence(x_haploid=9),
        SexEvidence(x_haploid=20, x_diploid=20),
        SexEvidence(x_heterozygous=60, x_homozygous_alternative=20, x_diploid=80, y_called=30),
        SexEvidence(x_homozygous_alternative=60, x_diploid=60),
    ],
)
def test_few_or_contradicting_counts_are_unknown(evidence: SexEvidence) -> None:
    assert sex_from(evidence) == "unknown"


def prints(path: Path, diplotypes: dict[str, str]) -> dict[str, str]:
    [sample] = read_vcf(write_vcf(path, rows_of(diplotypes)), KNOWLEDGE.covered_positions)
    return fingerprint(sample)


def test_a_repeat_sample_agrees_with_itself_and_not_with_another(tmp_path: Path) -> None:
    one = prints(tmp_path / "a.vcf", {"CYP2C19": "*1/*2", "SLCO1B1": "*1/*15", "TPMT": "*1/*3A"})
    other = prints(tmp_path / "b.vcf", {"CYP2C19": "*17/*17", "CYP3A5": "*3/*3"})
    compared, agreeing = concordance(one, one)
    assert compared == agreeing > 5
    compared, agreeing = concordance(one, other)
    assert agreeing < compared / 2
    assert one["chr10:94781859"] == "0/1"


def test_samples_that_share_no_position_cannot_be_compared() -> None:
    assert concordance({"chr1:1": "0/1"}, {"chr1:2": "0/1"}) == (0, 0)
