"""Genes in which a person carries any number of variants and the most damaging one on each strand counts.

DPYD and RYR1 have hundreds of variants that travel in any combination, so pairs of named alleles do not describe a
person; MT-RNR1 is the same with one copy. Each strand is as good as its worst variant. Where phase is not known,
variants are taken to be on different strands, which is the worse of the two.

Each block of phase gives two values, one for each strand; all ways of turning the blocks are followed as a set of
(strand, strand) values, of which there are only a handful, so the work grows with the number of positions and
nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce

from genomics.knowledge import HAPB3_EXONIC, HAPB3_INTRONIC, Allele, GeneKnowledge
from genomics.model import Caveat, Coverage, GeneResult, Rule, Sample, Source
from genomics.pharmacogenomics.keys import dpyd_key
from genomics.pharmacogenomics.phase import Observation, observe
from genomics.pharmacogenomics.phenotypes import activity_score, phenotype, score_key

# The worst first; DPYD is ranked by its activity values.
_RANKS = (
    "Malignant Hyperthermia associated",
    "Increased risk of aminoglycoside-induced hearing loss",
    "Uncertain risk of aminoglycoside-induced hearing loss",
    "Uncertain function",
    "Normal risk of aminoglycoside-induced hearing loss",
    "Normal function",
)
HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
INTRONIC_ALONE = "c.1129-5923C>G"

Strands = tuple[Allele, Allele]


def _rank(allele: Allele) -> float:
    """How damaging: the lower the worse."""
    if allele.activity_value is not None:
        return float(allele.activity_value)
    return _RANKS.index(allele.function or "Uncertain function")


@dataclass(frozen=True, slots=True)
class Variants:
    """A gene's alleles by the place and base that make them, and one example of each rank."""

    reference: Allele
    by_place: Mapping[int, Mapping[str, Allele]]
    example: Mapping[float, Allele]


@cache
def variants(gene: GeneKnowledge) -> Variants:
    reference = next(allele for allele in gene.alleles if allele.name == gene.reference)
    by_place: dict[int, dict[str, Allele]] = {place.position: {} for place in gene.positions}
    example = {_rank(reference): reference}
    for allele in gene.alleles:
        example.setdefault(_rank(allele), allele)
        # HapB3 has two positions; it is found by its intronic one, and its exonic one only tells its name.
        place = HAPB3_INTRONIC if allele.name == HAPB3 else next(iter(allele.defined_by), None)
        if place is not None and allele is not reference:
            by_place[place].setdefault(allele.defined_by[place], allele)
    return Variants(reference, by_place, example)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One tested position: the allele on each strand, and the block it turns with."""

    first: Allele
    second: Allele
    block: str | None


def _hapb3(gene: GeneKnowledge, found: dict[int, Observation]) -> tuple[list[_Seen], list[Caveat]]:
    """DPYD's HapB3, taken out of what was found: the intronic site decides, the exonic one names or stands in."""
    intronic, exonic = found.pop(HAPB3_INTRONIC, None), found.pop(HAPB3_EXONIC, None)
    reference = variants(gene).reference
    by_name = {allele.name: allele for allele in gene.alleles}

    def at(item: Observation, changed: Sequence[Allele]) -> _Seen:
        left = list(changed)
        bases = (item.first, item.second)
        first, second = (reference if base == places[item.number] else left.pop(0) for base in bases)
        return _Seen(first, second, item.block)

    places = [place.reference for place in gene.positions]
    if intronic is None and exonic is None:
        return [], []
    if intronic is None:
        assert exonic is not None
        return [at(exonic, [by_name[HAPB3]] * 2)], [Caveat.HAPB3_BY_ITS_SECOND_SITE]
    if exonic is None:
        return [at(intronic, [by_name[INTRONIC_ALONE]] * 2)], []

    def changed(item: Observation) -> tuple[bool, bool]:
        return item.first != places[item.number], item.second != places[item.number]

    inner, outer = changed(intronic), changed(exonic)
    in_step = intronic.block is not None and intronic.block == exonic.block
    disagree = sum(outer) > sum(inner) or (in_step and any(o and not i for i, o in zip(inner, outer, strict=True)))
    if in_step or sum(inner) == 1 or sum(outer) != 1:
        # Strand by strand; where only one strand is changed, both changes are on it.
        both = outer if in_step else inner if sum(outer) else (False, False)
        names = [HAPB3 if other else INTRONIC_ALONE for one, other in zip(inner, both, strict=True) if one]
    else:
        names = [HAPB3, INTRONIC_ALONE]
    seen = at(intronic, [by_name[name] for name in names])
    return [seen], [Caveat.HAPB3_SITES_DISAGREE] if disagree else []


def _seen(gene: GeneKnowledge, observations: Iterable[Observation]) -> tuple[list[_Seen], list[Caveat]]:
    known = variants(gene)
    found = {gene.positions[item.number].position: item for item in observations}
    seen, caveats = _hapb3(gene, found) if gene.gene == "DPYD" else ([], [])
    for place, item in found.items():
        alleles = known.by_place[place]
        seen.append(
            _Seen(alleles.get(item.first, known.reference), alleles.get(item.second, known.reference), item.block)
        )
    return seen, caveats


def _order(allele: Allele) -> tuple[float, bool, str]:
    """The worst first; of two alike a variant before the reference, so that it is told."""
    return (_rank(allele), not allele.defined_by, allele.name)


def _worse(one: Allele, other: Allele) -> Allele:
    return min(one, other, key=_order)


def _blocks_of(seen: Sequence[_Seen], reference: Allele) -> list[Strands]:
    """The worst allele on either side of each block; what is the same on both strands is one more block."""
    sides: dict[str | None, Strands] = {}
    for item in seen:
        first, second = sides.get(item.block, (reference, reference))
        sides[item.block] = (_worse(first, item.first), _worse(second, item.second))
    return list(sides.values())


def _ways(start: set[tuple[float, float]], options: Iterable[tuple[float, float]]) -> set[tuple[float, float]]:
    """Every pair of strand ranks after one more block, which may be turned either way."""
    turned = {pair for one, other in options for pair in ((one, other), (other, one))}
    return {(min(a, one), min(b, other)) for a, b in start for one, other in turned}


def _reachable(gene: GeneKnowledge, seen: Sequence[_Seen], untested: Iterable[int]) -> set[tuple[float, float]]:
    known = variants(gene)
    base = _rank(known.reference)
    ways = {(base, base)}
    alike = Counter(tuple(sorted(map(_rank, pair))) for pair in _blocks_of(seen, known.reference))
    for (one, other), count in alike.items():
        # Two blocks alike can fall both ways at once; a third changes nothing.
        for _ in range(min(count, 2)):
            ways = _ways(ways, [(one, other)])
    open_ranks = {base} | {_rank(allele) for place in untested for allele in known.by_place[place].values()}
    return _ways(ways, [(one, other) for one in open_ranks for other in open_ranks])


def _phenotypes(gene: GeneKnowledge, ways: Iterable[tuple[float, float]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    example = variants(gene).example
    pairs = [(example[one], example[other]) for one, other in ways]
    if gene.chromosome == "chrM":
        pairs = [(one, one) for one, _ in pairs]
    names = {name for one, other in pairs if (name := phenotype(gene, one, other, Source.CPIC)) is not None}
    scores = {score_key(activity_score(one, other)) for one, other in pairs} if gene.phenotype_rule == "score" else ()
    return tuple(sorted(names)), tuple(sorted(scores))


def _name(gene: GeneKnowledge, strands: Sequence[Sequence[Allele]]) -> str:
    """``Reference/c.2846A>T``, ``[c.85T>C + c.496A>G]/Reference``."""

    def strand(alleles: Sequence[Allele]) -> str:
        names = list(dict.fromkeys(item.shown_as for item in sorted(alleles, key=_order)))
        if not names:
            return gene.reference
        return names[0] if len(names) == 1 else f"[{' + '.join(names)}]"

    named = sorted(map(strand, strands), key=lambda name: (name != gene.reference, name))
    return "/".join(named)


def _called(gene: GeneKnowledge, seen: Sequence[_Seen], is_phased: bool) -> tuple[str, Strands]:
    """The diplotype that is told, and the worst allele on each of its strands."""
    reference = variants(gene).reference
    if gene.chromosome == "chrM":
        carried = [item.first for item in seen if item.first is not reference]
        return _name(gene, [carried]), (reduce(_worse, carried, reference),) * 2
    if is_phased:
        strands = [[item.first for item in seen], [item.second for item in seen]]
        changed = [[item for item in strand if item is not reference] for strand in strands]
        return _name(gene, changed), (reduce(_worse, changed[0], reference), reduce(_worse, changed[1], reference))
    # The worst of all ways to turn the blocks; of those alike, one is followed.
    ways: dict[tuple[float, bool, float, bool], Strands] = {(0.0, True, 0.0, True): (reference, reference)}
    for first, second in _two_of_each(_blocks_of(seen, reference)):
        turned: dict[tuple[float, bool, float, bool], Strands] = {}
        for one, other in ways.values():
            for left, right in ((first, second), (second, first)):
                pair = (_worse(one, left), _worse(other, right))
                key = (*_order(pair[0])[:2], *_order(pair[1])[:2])
                turned[key] = min(turned.get(key, pair), pair, key=_names)
        ways = turned
    worst = min(
        ways.values(), key=lambda pair: (sum(map(_rank, pair)), sum(not a.defined_by for a in pair), _names(pair))
    )
    return _name(gene, [[item] if item is not reference else [] for item in worst]), worst


def _two_of_each(pairs: Iterable[Strands]) -> list[Strands]:
    """Of blocks that do the same, the first two by name: more of them change nothing."""
    alike: dict[tuple[object, ...], list[Strands]] = {}
    for pair in sorted((tuple(sorted(pair, key=_order)) for pair in pairs), key=_names):
        kept = alike.setdefault(tuple(_order(item)[:2] for item in pair), [])
        if len(kept) < 2:
            kept.append((pair[0], pair[1]))
    return [pair for kept in alike.values() for pair in kept]


def _names(pair: Sequence[Allele]) -> tuple[str, ...]:
    return tuple(item.name for item in pair)


def lowest_function(gene: GeneKnowledge, sample: Sample) -> GeneResult:
    """Call one gene by its most damaging variant on each strand.

    The phenotype is stated when every deciding position was tested, or when nothing untested could change it.
    """
    observed = observe(gene, sample)
    caveats = dict.fromkeys(observed.caveats)
    used = (*observed.certain, *observed.undocumented) if gene.undocumented_read_as_reference else observed.certain
    seen, notes = _seen(gene, used)
    caveats.update(dict.fromkeys(notes))
    tested = {gene.positions[item.number].position for item in observed.certain}
    places = variants(gene).by_place
    untested = places.keys() - tested
    certain, _ = _seen(gene, observed.certain)
    if Caveat.HAPB3_BY_ITS_SECOND_SITE in caveats:
        # Whatever the site that stands in says, the deciding one could still say something else.
        certain = [item for item in certain if HAPB3 not in (item.first.name, item.second.name)]
    possible_names, possible_scores = _phenotypes(gene, _reachable(gene, certain, untested))
    stands_in = {HAPB3_INTRONIC} if Caveat.HAPB3_BY_ITS_SECOND_SITE in caveats else set()
    deciding_tested = gene.deciding_positions & (tested | stands_in)
    carried = sorted({item.shown_as for pair in seen for item in (pair.first, pair.second)} - {gene.reference})
    not_excluded = sorted(
        {allele.shown_as for place in untested - stands_in for allele in places[place].values()} - set(carried)
    )
    stated: str | None = None
    score: float | None = None
    names: tuple[str, ...] = ()
    keys: dict[Source, tuple[str, ...]] = {}
    blocked = bool(observed.undocumented) and not gene.undocumented_read_as_reference
    if not tested and not observed.undocumented:
        caveats[Caveat.NOT_TESTED] = None
    elif not blocked:
        name, (one, other) = _called(gene, seen, observed.is_phased)
        names = (name,)
        if not observed.is_phased and sum(item.first is not item.second for item in seen) > 1:
            caveats[Caveat.PRESUMED_ON_TWO_STRANDS] = None
        if deciding_tested == gene.deciding_positions or len(possible_names) == 1:
            stated = phenotype(gene, one, other, Source.CPIC)
            if gene.phenotype_rule == "score":
                score = activity_score(one, other)
                keys = {Source.DPWG: (dpyd_key(_rank(one), _rank(other), stated or ""),)}
    if deciding_tested != gene.deciding_positions:
        caveats[Caveat.DECIDING_POSITIONS_NOT_TESTED] = None
    elif not_excluded and names:
        caveats[Caveat.RARE_ALLELES_NOT_TESTED] = None
    if stated == "Uncertain Susceptibility":
        caveats[Caveat.RISK_NOT_EXCLUDED] = None
    return GeneResult(
        gene=gene.gene,
        diplotypes=names,
        tied=len(names),
        phenotype=dict.fromkeys(Source, stated),
        possible_phenotypes=dict.fromkeys(Source, possible_names),
        activity_score=dict.fromkeys(Source, score),
        possible_scores=possible_scores,
        coverage=Coverage(
            tested=len(tested),
            defined=len(gene.positions),
            deciding=len(gene.deciding_positions),
            deciding_tested=len(deciding_tested),
            not_excluded=tuple(not_excluded),
        ),
        phased=observed.is_phased,
        origin=sample.origin,
        caveats=tuple(caveats),
        evidence=gene.evidence,
        rule=Rule.LOWEST_FUNCTION,
        carried=tuple(carried),
        keys=keys,
    )
