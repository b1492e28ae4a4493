"""One gene of one person: what fits, what can be stated, and what could still be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from genomics.knowledge import LOWEST_FUNCTION_GENES, GeneKnowledge
from genomics.model import (
    UNDOCUMENTED,
    CallStatus,
    Caveat,
    Coverage,
    GeneResult,
    Origin,
    Rule,
    Sample,
    Source,
)
from genomics.pharmacogenomics.lowest_function import lowest_function
from genomics.pharmacogenomics.matcher import (
    CompiledGene,
    bits,
    compile_gene,
    diplotype_name,
    natural_order,
    partners,
    scored_pairs,
)
from genomics.pharmacogenomics.phase import GeneObservations, Observation, observe
from genomics.pharmacogenomics.phenotypes import activity_score, every_phenotype, phenotype, possible

LISTED_DIPLOTYPES = 200


def _ranked(
    gene: GeneKnowledge, compiled: CompiledGene, observations: Sequence[Observation], one_copy: bool
) -> tuple[list[str], list[tuple[int, int]], int]:
    """Diplotypes by name, best first; the pairs that fit best; and how many names share that place."""
    pairs = [pair for pair in scored_pairs(compiled, observations) if not one_copy or pair.first == pair.second]
    if not pairs:
        return [], [], 0
    top = max(pair.score for pair in pairs)
    best = [(pair.first, pair.second) for pair in pairs if pair.score == top]
    score_of: dict[str, int] = {}
    for pair in pairs:
        name = _pair_name(gene, pair.first, pair.second, one_copy)
        score_of[name] = max(pair.score, score_of.get(name, 0))

    def order(name: str) -> tuple[int, bool, list[tuple[int, str]]]:
        is_reference = name == gene.reference or name.startswith(f"{gene.reference}/")
        return (-score_of[name], not is_reference, natural_order(name))

    names = sorted(score_of, key=order)
    return names, best, sum(score == top for score in score_of.values())


def _pair_name(gene: GeneKnowledge, first: int, second: int, one_copy: bool) -> str:
    if one_copy:
        return gene.alleles[first].shown_as
    return diplotype_name(gene, (gene.alleles[index].shown_as for index in (first, second)))


def _picked(gene: GeneKnowledge, observed: GeneObservations, names: Sequence[str]) -> list[str]:
    """Unphased diplotypes that a published list prefers, as all it names beside them fit too."""
    if observed.is_phased:
        return []
    fitting = set(names)
    return sorted({pick for pick, among in gene.unphased_priorities if among <= fitting}, key=names.index)


def _not_excluded(
    gene: GeneKnowledge,
    compiled: CompiledGene,
    possible_partners: Sequence[int],
    observations: Sequence[Observation],
    best: Sequence[tuple[int, int]],
) -> tuple[str, ...]:
    """Alleles the file neither shows nor rules out, because a base that makes them was not tested."""
    tested = 0
    for item in observations:
        tested |= 1 << item.number
    shown = {gene.alleles[index].shown_as for pair in best for index in pair}
    names = {
        allele.shown_as
        for index, allele in enumerate(gene.alleles)
        if possible_partners[index] and compiled.altered[index] & ~tested
    }
    return tuple(sorted(names - shown, key=natural_order))


def _suspected_phenotypes(
    gene: GeneKnowledge,
    compiled: CompiledGene,
    possible_partners: Sequence[int],
    observations: Sequence[Observation],
) -> set[str | None]:
    """Phenotypes of pairs with an allele of which one change was seen and another was not tested.

    The score would pass over such an allele in favour of a simpler one that is fully tested; the change that was
    seen speaks for it all the same, so nothing may be stated that it contradicts. Changes at deciding
    positions are left to the score: nearly everyone carries some of them.
    """
    tested = 0
    for item in observations:
        tested |= 1 << item.number
    ordinary = sum(
        1 << number for number, place in enumerate(gene.positions) if place.position not in gene.deciding_positions
    )
    incomplete = suspects = 0
    for index, altered in enumerate(compiled.altered):
        if altered & ~tested:
            incomplete |= 1 << index
            if possible_partners[index] and altered & tested & ordinary:
                suspects |= 1 << index
    return {
        phenotype(gene, gene.alleles[index], gene.alleles[partner])
        for index in bits(suspects)
        for partner in bits(possible_partners[index] & (suspects | ~incomplete))
    }


def interpret_gene(gene: GeneKnowledge, sample: Sample) -> GeneResult:
    """Call one gene, by the rule that fits it."""
    if gene.gene in LOWEST_FUNCTION_GENES:
        return lowest_function(gene, sample)
    result = _by_named_alleles(gene, sample)
    if gene.gene == "CYP2D6":
        return _without_structure(gene, result)
    if gene.gene == "SLCO1B1" and not result.diplotypes:
        return _by_single_site(gene, sample, result)
    return result


def _without_structure(gene: GeneKnowledge, result: GeneResult) -> GeneResult:
    """Small variants show no deletion, copy or hybrid of CYP2D6, so nothing is stated and everything is possible."""
    return replace(
        result,
        phenotype=dict.fromkeys(Source, None),
        possible_phenotypes={source: every_phenotype(gene, source) for source in Source},
        activity_score=dict.fromkeys(Source, None),
        possible_scores=(),
        caveats=tuple(dict.fromkeys((*result.caveats, Caveat.STRUCTURE_NOT_TESTED))),
    )


def _by_single_site(gene: GeneKnowledge, sample: Sample, result: GeneResult) -> GeneResult:
    """Where no pair of alleles fits, rs4149056 alone: it makes the difference that guidelines rest on."""
    place = next(place for place in gene.positions if place.rsid == "rs4149056")
    call = sample.calls.get(place.site)
    if call is None or call.status is not CallStatus.TESTED or UNDOCUMENTED in call.alleles:
        return result
    by_name = {allele.name: allele for allele in gene.alleles}
    one, other = (by_name["*1" if base == place.reference else "*5"] for base in sorted(call.alleles))
    stated = phenotype(gene, one, other)
    caveats = (*result.caveats, Caveat.SINGLE_SITE_FALLBACK)
    return replace(
        result,
        diplotypes=(diplotype_name(gene, (one.name, other.name)),),
        tied=1,
        phenotype=dict.fromkeys(Source, stated),
        possible_phenotypes={
            source: tuple(sorted({*names, *filter(None, [stated])}))
            for source, names in result.possible_phenotypes.items()
        },
        origin=Origin.INFERRED,
        rule=Rule.SINGLE_SITE,
        caveats=caveats,
    )


def _by_named_alleles(gene: GeneKnowledge, sample: Sample) -> GeneResult:
    """Call one gene by pairs of named alleles.

    The phenotype is stated only when every deciding position was tested and all diplotypes that fit best
    share it; otherwise it is None. ``possible_phenotypes`` takes every untested position as "could be
    anything", so a shorter file can only lengthen it.
    """
    compiled = compile_gene(gene)
    observed = observe(gene, sample)
    caveats = dict.fromkeys(observed.caveats)
    used: tuple[Observation, ...] = observed.certain
    if observed.undocumented:
        # A damaging change that nobody has named must not hide a named one in the genes of toxic medicines.
        used = (*used, *observed.undocumented) if gene.undocumented_read_as_reference else ()
    names, best, tied = _ranked(gene, compiled, used, observed.one_copy)
    still_possible = partners(compiled, observed.certain)
    if observed.one_copy:
        still_possible = [mask & 1 << index for index, mask in enumerate(still_possible)]
    possible_names, possible_scores = possible(gene, compiled, still_possible)
    tested_positions = {gene.positions[item.number].position for item in observed.certain}
    deciding_tested = gene.deciding_positions & tested_positions
    not_excluded = _not_excluded(gene, compiled, still_possible, observed.certain, best)

    stated: str | None = None
    score: float | None = None
    if not tested_positions and not observed.undocumented:
        caveats[Caveat.NOT_TESTED] = None
    elif not names and (not observed.undocumented or gene.undocumented_read_as_reference):
        caveats[Caveat.NO_MATCHING_DIPLOTYPE] = None
    if picked := _picked(gene, observed, names):
        caveats[Caveat.UNPHASED_PRIORITY_USED] = None
        names = [*picked, *(name for name in names if name not in picked)]
        tied = len(picked)
        best = [
            (pair.first, pair.second)
            for pair in scored_pairs(compiled, used)
            if _pair_name(gene, pair.first, pair.second, one_copy=False) in picked
        ]
    if tied > 1:
        caveats[Caveat.TIED_DIPLOTYPES] = None
    best_phenotypes = {phenotype(gene, gene.alleles[one], gene.alleles[other]) for one, other in best}
    if best:
        best_phenotypes |= _suspected_phenotypes(gene, compiled, still_possible, observed.certain)
    best_scores = {activity_score(gene.alleles[one], gene.alleles[other]) for one, other in best}
    if len(best_phenotypes) > 1:
        caveats[Caveat.PHENOTYPES_DISAGREE] = None
    if deciding_tested != gene.deciding_positions:
        caveats[Caveat.DECIDING_POSITIONS_NOT_TESTED] = None
    elif best:
        if len(best_phenotypes) == 1:
            stated = next(iter(best_phenotypes))
            score = next(iter(best_scores)) if len(best_scores) == 1 else None
        if not_excluded:
            caveats[Caveat.RARE_ALLELES_NOT_TESTED] = None
    if "Variable" in best_phenotypes:
        caveats[Caveat.ENZYME_TEST_NEEDED] = None
    if stated == "Uncertain Susceptibility":
        caveats[Caveat.RISK_NOT_EXCLUDED] = None
    if len(names) > LISTED_DIPLOTYPES and len(names) > tied:
        names = names[: max(LISTED_DIPLOTYPES, tied)]
        caveats[Caveat.DIPLOTYPE_LIST_CUT] = None

    return GeneResult(
        gene=gene.gene,
        diplotypes=tuple(names),
        tied=tied,
        phenotype=dict.fromkeys(Source, stated),
        possible_phenotypes=dict.fromkeys(Source, possible_names),
        activity_score=dict.fromkeys(Source, score if gene.phenotype_rule == "score" else None),
        possible_scores=possible_scores,
        coverage=Coverage(
            tested=len(tested_positions),
            defined=len(gene.positions),
            deciding=len(gene.deciding_positions),
            deciding_tested=len(deciding_tested),
            not_excluded=not_excluded,
        ),
        phased=observed.is_phased,
        origin=sample.origin,
        caveats=tuple(caveats),
        evidence=gene.evidence,
    )
