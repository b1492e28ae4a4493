"""Genetic sex, read conservatively from the parts of X and Y that do not pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from genomics.model import SexEvidence

GeneticSex = Literal["female", "male", "unknown"]

# The parts of X and Y that pair with each other say nothing about sex; these are outside them on GRCh37 and GRCh38.
_UNPAIRED = {"X": range(2_781_480, 154_931_044), "Y": range(2_781_480, 56_887_903)}
ROWS_COUNTED = 2_000


@dataclass(slots=True)
class SexCounter:
    """Collects evidence for one sample while its file is read; stops after enough rows."""

    heterozygous: int = 0
    homozygous_alternative: int = 0
    haploid: int = 0
    diploid: int = 0
    y_called: int = 0
    x_rows: int = 0
    y_rows: int = 0

    def wants(self, chromosome: str, position: int) -> bool:
        seen = self.x_rows if chromosome == "X" else self.y_rows
        return seen < ROWS_COUNTED and position in _UNPAIRED[chromosome]

    def count(self, chromosome: str, genotype: str) -> None:
        parts = genotype.replace("|", "/").split("/")
        is_called = "." not in parts and "" not in parts
        if chromosome == "Y":
            self.y_rows += 1
            self.y_called += is_called
            return
        self.x_rows += 1
        if not is_called:
            return
        if len(parts) == 1:
            self.haploid += 1
            return
        self.diploid += 1
        if parts[0] != parts[1]:
            self.heterozygous += 1
        elif parts[0] != "0":
            self.homozygous_alternative += 1

    def evidence(self) -> SexEvidence:
        return SexEvidence(self.heterozygous, self.homozygous_alternative, self.haploid, self.diploid, self.y_called)


def sex_from(evidence: SexEvidence) -> GeneticSex:
    """Female, male, or unknown whenever the counts are few or pull in two directions.

    Male: at least 10 one-allele calls on X and nearly no two-allele calls; or, where a caller writes two
    alleles for everyone, at least 50 changed X sites of which under 5 % are mixed, and 10 calls on Y.
    Female: at least 20 mixed X sites, 30 % of the changed ones, no one-allele calls, and no calls on Y.
    """
    changed = evidence.x_heterozygous + evidence.x_homozygous_alternative
    if evidence.x_haploid >= 10 and evidence.x_diploid <= 0.05 * evidence.x_haploid:
        return "male"
    if changed >= 50 and evidence.x_heterozygous < 0.05 * changed and evidence.y_called >= 10:
        return "male"
    if (
        evidence.x_heterozygous >= 20
        and evidence.x_heterozygous >= 0.3 * changed
        and evidence.x_haploid == 0
        and evidence.y_called == 0
    ):
        return "female"
    return "unknown"
