"""What a sample says about one gene, split into what is fixed and what may be turned round.

A mixed genotype says which two bases there are; only phase says which of them travel together. Mixed sites of
one phase set turn as one block; phased without a named set means one set for the whole chromosome; an
unphased mixed site is a block of its own. Sites with two equal bases belong to no block.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from genomics.knowledge import GeneKnowledge
from genomics.model import UNDOCUMENTED, Call, CallStatus, Caveat, Sample, Site
from genomics.readers.sex import sex_from


@dataclass(frozen=True, slots=True)
class Observation:
    """The two bases at one tested position, by the position's number in its gene."""

    number: int
    first: str
    second: str
    block: str | None


@dataclass(frozen=True, slots=True)
class GeneObservations:
    """What one sample says about one gene.

    ``certain`` holds the tested positions with bases the definition knows. ``undocumented`` holds the
    others, read as reference; whoever states anything must not count them as tested. ``one_copy``: the person has one
    copy of the gene; its base is then given as both.
    """

    certain: tuple[Observation, ...]
    undocumented: tuple[Observation, ...]
    caveats: tuple[Caveat, ...]
    one_copy: bool = False

    @property
    def is_phased(self) -> bool:
        """Whether at most one arrangement of the bases is possible."""
        return bool(self.certain) and len({item.block for item in self.certain if item.block}) <= 1


def _block(call: Call, site: Site) -> str:
    if not call.phased:
        return f"alone {site[1]}"
    return f"set {call.phase_set}" if call.phase_set else "chromosome"


def _has_one_copy(gene: GeneKnowledge, sample: Sample) -> bool:
    """Mitochondria come in one kind; a man has one X, whichever way his file writes it."""
    if gene.chromosome != "chrX":
        return gene.chromosome == "chrM"
    if sex_from(sample.sex_evidence) == "male":
        return True
    calls = [call for place in gene.positions if (call := sample.calls.get(place.site)) and call.alleles]
    return any(len(call.alleles) == 1 for call in calls) and all(len(set(call.alleles)) == 1 for call in calls)


def observe(gene: GeneKnowledge, sample: Sample) -> GeneObservations:
    """Pick a gene's positions out of a sample."""
    certain: list[Observation] = []
    undocumented: list[Observation] = []
    caveats: dict[Caveat, None] = {}
    one_copy = _has_one_copy(gene, sample)
    for number, position in enumerate(gene.positions):
        call = sample.calls.get(position.site)
        if call is None:
            continue
        if call.status is CallStatus.NO_CALL:
            caveats[call.reason or Caveat.NO_CALL] = None
            continue
        bases = [position.reference if base == UNDOCUMENTED else base for base in call.alleles]
        first, second = bases[0], bases[-1]
        if one_copy and first != second:
            caveats[Caveat.MIXED_WHERE_ONE_COPY] = None
            if gene.chromosome != "chrM":
                continue
            # Mitochondria may differ within a person; the changed ones are there, so they count.
            first = second = first if first != position.reference else second
        block = None if first == second else _block(call, position.site)
        observation = Observation(number, first, second, block)
        if UNDOCUMENTED in call.alleles:
            undocumented.append(observation)
            caveats[Caveat.UNDOCUMENTED_VARIANT] = None
        else:
            certain.append(observation)
    return GeneObservations(tuple(certain), tuple(undocumented), tuple(caveats), one_copy)


def blocks(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    """The mixed positions by the block they turn with."""
    grouped: dict[str, list[Observation]] = {}
    for item in observations:
        if item.block is not None:
            grouped.setdefault(item.block, []).append(item)
    return grouped
