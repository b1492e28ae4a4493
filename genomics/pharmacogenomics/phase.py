"""What a sample says about one gene, split into what is fixed and what may be turned round.

A mixed genotype says which two bases there are; only phase says which of them travel together. Mixed sites of
one phase set turn as one block; phased without a named set means one set for the whole chromosome; an
unphased mixed site is a block of its own. Sites with two equal bases belong to no block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from genomics.knowledge import GeneKnowledge
from genomics.model import UNDOCUMENTED, Call, CallStatus, Caveat, Site


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
    others, read as reference; whoever states anything must not count them as tested.
    """

    certain: tuple[Observation, ...]
    undocumented: tuple[Observation, ...]
    caveats: tuple[Caveat, ...]

    @property
    def is_phased(self) -> bool:
        """Whether at most one arrangement of the bases is possible."""
        return bool(self.certain) and len({item.block for item in self.certain if item.block}) <= 1


def _block(call: Call, site: Site) -> str:
    if not call.phased:
        return f"alone {site[1]}"
    return f"set {call.phase_set}" if call.phase_set else "chromosome"


def observe(gene: GeneKnowledge, calls: Mapping[Site, Call]) -> GeneObservations:
    """Pick a gene's positions out of a sample."""
    certain: list[Observation] = []
    undocumented: list[Observation] = []
    caveats: dict[Caveat, None] = {}
    for number, position in enumerate(gene.positions):
        call = calls.get(position.site)
        if call is None:
            continue
        if call.status is CallStatus.NO_CALL:
            caveats[call.reason or Caveat.NO_CALL] = None
            continue
        first, second = (position.reference if base == UNDOCUMENTED else base for base in call.alleles)
        block = None if first == second else _block(call, position.site)
        observation = Observation(number, first, second, block)
        if UNDOCUMENTED in call.alleles:
            undocumented.append(observation)
            caveats[Caveat.UNDOCUMENTED_VARIANT] = None
        else:
            certain.append(observation)
    return GeneObservations(tuple(certain), tuple(undocumented), tuple(caveats))


def blocks(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    """The mixed positions by the block they turn with."""
    grouped: dict[str, list[Observation]] = {}
    for item in observations:
        if item.block is not None:
            grouped.setdefault(item.block, []).append(item)
    return grouped
