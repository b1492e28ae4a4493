"""From two alleles to a phenotype, by function or by activity score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from genomics.knowledge import Allele, GeneKnowledge
from genomics.pharmacogenomics.matcher import CompiledGene, bits

INDETERMINATE = "Indeterminate"


def activity_score(one: Allele, other: Allele) -> float | None:
    """The sum of two activity values, or None when a source gives none for either."""
    values = (one.activity_value, other.activity_value)
    if any(value in (None, "n/a") for value in values):
        return None
    return sum(float(value) for value in values if value is not None)


def score_key(score: float | None) -> str:
    """The activity score as rule tables and guidelines write it."""
    return "n/a" if score is None else f"{score:.1f}"


def phenotype(gene: GeneKnowledge, one: Allele, other: Allele) -> str | None:
    """The phenotype of two alleles; None for a gene without a rule, Indeterminate when the rule is silent."""
    match gene.phenotype_rule:
        case None:
            return None
        case "score":
            return gene.phenotypes_by_score.get(score_key(activity_score(one, other)), INDETERMINATE)
        case _:
            if one.function is None or other.function is None:
                return INDETERMINATE
            return gene.phenotypes_by_functions.get((one.function, other.function), INDETERMINATE)


@cache
def _function_classes(gene: GeneKnowledge) -> tuple[tuple[Allele, int], ...]:
    """Alleles that can stand for one another in every rule, as bit masks with one example each."""
    classes: dict[tuple[str | None, str | None], tuple[Allele, int]] = {}
    for index, allele in enumerate(gene.alleles):
        key = (allele.function, allele.activity_value)
        example, mask = classes.get(key, (allele, 0))
        classes[key] = (example, mask | 1 << index)
    return tuple(classes.values())


def possible(
    gene: GeneKnowledge, compiled: CompiledGene, partners: Sequence[int]
) -> tuple[tuple[str, ...], tuple[float | None, ...]]:
    """Every phenotype, and every activity score, of every pair that is still possible."""
    names: set[str] = set()
    scores: set[float | None] = set()
    classes = _function_classes(gene)
    seen: set[tuple[int, int]] = set()
    for first, (one, mask) in enumerate(classes):
        reachable = 0
        for index in bits(mask):
            reachable |= partners[index]
        for second, (other, other_mask) in enumerate(classes):
            if not reachable & other_mask or (second, first) in seen:
                continue
            seen.add((first, second))
            name = phenotype(gene, one, other)
            if name is not None:
                names.add(name)
            if gene.phenotype_rule == "score":
                scores.add(activity_score(one, other))
    ordered = tuple(sorted(scores, key=lambda score: -1.0 if score is None else score))
    return tuple(sorted(names)), ordered


@cache
def every_phenotype(gene: GeneKnowledge) -> tuple[str, ...]:
    """Every phenotype a gene can ever be given."""
    if gene.phenotype_rule is None:
        return ()
    return tuple(sorted({phenotype(gene, one, other) or "" for one in gene.alleles for other in gene.alleles}))
