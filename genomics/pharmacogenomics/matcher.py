"""Which pairs of named alleles explain the bases that were tested.

Alleles are bits of one integer. Each tested position keeps the alleles that accept one of its two bases; each
block of phase then says, for an allele on one strand, which alleles may be on the other. That is one
sweep over the alleles, so the work is bounded by their number squared whatever the file holds, and never
grows with the number of mixed positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from genomics.knowledge import Allele, GeneKnowledge
from genomics.pharmacogenomics.phase import Observation, blocks

IUPAC = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"}


@dataclass(frozen=True, slots=True)
class CompiledGene:
    """A gene's definition as bit masks.

    ``accepting[n][base]`` are the alleles that accept a base at position n; ``defined[a]`` are the positions
    that define allele a; ``altered[a]`` those where it must differ from the reference; ``either[a]`` those
    where it accepts one of two bases.
    """

    alleles: tuple[Allele, ...]
    accepting: tuple[dict[str, int], ...]
    references: tuple[str, ...]
    defined: tuple[int, ...]
    altered: tuple[int, ...]
    either: tuple[int, ...]


def _accepted(reference: str, cell: str | None) -> tuple[str, ...]:
    if cell is None:
        return (reference,)
    return tuple(IUPAC[cell]) if cell in IUPAC else (cell,)


@cache
def compile_gene(gene: GeneKnowledge) -> CompiledGene:
    """Bit masks of a gene; a position an allele does not name has the base of the reference allele."""
    reference_allele = next(allele for allele in gene.alleles if allele.name == gene.reference)
    accepting: list[dict[str, int]] = [{} for _ in gene.positions]
    defined = [0] * len(gene.alleles)
    altered = [0] * len(gene.alleles)
    either = [0] * len(gene.alleles)
    for index, allele in enumerate(gene.alleles):
        for number, position in enumerate(gene.positions):
            cell = allele.defined_by.get(position.position)
            if cell is not None or allele is reference_allele:
                defined[index] |= 1 << number
            if cell in IUPAC:
                either[index] |= 1 << number
            filled = cell or reference_allele.defined_by.get(position.position)
            bases = _accepted(position.reference, filled)
            if position.reference not in bases:
                altered[index] |= 1 << number
            for base in bases:
                accepting[number][base] = accepting[number].get(base, 0) | 1 << index
    return CompiledGene(
        gene.alleles,
        tuple(accepting),
        tuple(position.reference for position in gene.positions),
        tuple(defined),
        tuple(altered),
        tuple(either),
    )


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def partners(gene: CompiledGene, observations: Sequence[Observation]) -> list[int]:
    """For each allele, the alleles it can be paired with; 0 when it is not possible at all."""
    candidates = (1 << len(gene.alleles)) - 1
    for item in observations:
        accepting = gene.accepting[item.number]
        candidates &= accepting.get(item.first, 0) | accepting.get(item.second, 0)
    strands: list[tuple[int, int]] = []
    for members in blocks(observations).values():
        one = other = candidates
        for item in members:
            accepting = gene.accepting[item.number]
            one &= accepting.get(item.first, 0)
            other &= accepting.get(item.second, 0)
        strands.append((one, other))
    result = [0] * len(gene.alleles)
    for index in bits(candidates):
        allowed, own = candidates, 1 << index
        for one, other in strands:
            allowed &= (other if own & one else 0) | (one if own & other else 0)
        result[index] = allowed
    return result


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two alleles by number, and how much of the tested bases they account for."""

    score: int
    first: int
    second: int


def _penalty(gene: CompiledGene, first: int, second: int, observations: Sequence[Observation]) -> int:
    """An either-base cell counts only where its strand carries the changed base; the best turn counts."""

    def uncounted(item: Observation, one: str, other: str) -> int:
        reference, bit = gene.references[item.number], 1 << item.number
        return (one == reference and bool(gene.either[first] & bit)) + (
            other == reference and bool(gene.either[second] & bit)
        )

    def accepts(allele: int, item: Observation, base: str) -> bool:
        return bool(gene.accepting[item.number].get(base, 0) >> allele & 1)

    total = sum(uncounted(item, item.first, item.second) for item in observations if item.block is None)
    for members in blocks(observations).values():
        turns = []
        if all(accepts(first, item, item.first) and accepts(second, item, item.second) for item in members):
            turns.append(sum(uncounted(item, item.first, item.second) for item in members))
        if all(accepts(first, item, item.second) and accepts(second, item, item.first) for item in members):
            turns.append(sum(uncounted(item, item.second, item.first) for item in members))
        total += min(turns)
    return total


def scored_pairs(gene: CompiledGene, observations: Sequence[Observation]) -> list[ScoredPair]:
    """Every pair that explains the tested bases, of alleles with at least one tested defining position."""
    tested = 0
    for item in observations:
        tested |= 1 << item.number
    cells = [(mask & tested).bit_count() for mask in gene.defined]
    named = sum(1 << index for index, count in enumerate(cells) if count)
    pairs = []
    for first, allowed in enumerate(partners(gene, observations)):
        if not named >> first & 1:
            continue
        for second in bits((allowed & named) >> first):
            second += first
            score = cells[first] + cells[second]
            if (gene.either[first] | gene.either[second]) & tested:
                score -= _penalty(gene, first, second, observations)
            pairs.append(ScoredPair(score, first, second))
    return pairs


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sorts ``*2`` before ``*10``, and single alleles before composed ones."""
    parts = re.split(r"(\d+)", name)
    return [(name.count("+"), "")] + [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def diplotype_name(gene: GeneKnowledge, names: Iterable[str]) -> str:
    """Reference first, then natural order: ``*1/*17``."""
    return "/".join(sorted(names, key=lambda name: (name != gene.reference, natural_order(name))))
