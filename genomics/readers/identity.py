"""Whose sample is it: genetic sex, and whether two samples come from one person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from genomics.knowledge import load
from genomics.model import UNDOCUMENTED, CallStatus, Sample
from genomics.readers.files import read_samples
from genomics.readers.sex import GeneticSex, sex_from


def genetic_sex(sample: Sample | Path | str) -> GeneticSex:
    """Genetic sex of a sample, or of the only sample of a file."""
    if isinstance(sample, Sample):
        return sex_from(sample.sex_evidence)
    samples = list(read_samples(sample, load().covered_positions))
    return sex_from(samples[0].sex_evidence) if len(samples) == 1 else "unknown"


def fingerprint(sample: Sample) -> dict[str, str]:
    """The genotype at each tested position, ``{"chr10:94781859": "0/1"}``; 0 is the reference."""
    prints: dict[str, str] = {}
    for position in load().covered_positions:
        call = sample.calls.get(position.site)
        if call is None or call.status is not CallStatus.TESTED or UNDOCUMENTED in call.alleles:
            continue
        known = (position.reference, *position.alternatives)
        prints[f"{position.chromosome}:{position.position}"] = "/".join(
            str(number) for number in sorted(known.index(base) for base in call.alleles)
        )
    return prints


def concordance(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[int, int]:
    """How many positions two fingerprints can be compared at, and at how many they agree.

    Positions at which both are reference are left out: nearly everyone agrees there.
    """
    shared = [place for place in one.keys() & other.keys() if {one[place], other[place]} != {"0/0"}]
    return len(shared), sum(one[place] == other[place] for place in shared)
