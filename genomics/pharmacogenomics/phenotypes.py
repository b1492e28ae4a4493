"""From two alleles to a phenotype, by function or by activity score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from genomics.knowledge import Allele, GeneKnowledge
from genomics.model import Source
from genomics.pharmacogenomics.matcher import CompiledGene, bits

INDETERMINATE = "Indeterminate"


def total(values: Iterable[str | None]) -> tuple[float | None, bool]:
    """The sum of activity values, and whether it is "at least"; None when a source gives none for one of them."""
    listed = list(values)
    if any(value in (None, "n/a") for value in listed):
        return None, False
    known = [value for value in listed if value is not None]
    return sum(float(value.removeprefix("≥")) for value in known), any(value.startswith("≥") for value in known)


def activity_score(one: Allele, other: Allele) -> float | None:
    """The sum of two activity values, or None when a source gives none for either."""
    return total((one.activity_value, other.activity_value))[0]


def score_key(score: float | None, is_minimum: bool = False) -> str:
    """The activity score as rule tables and guidelines write it: ``1.25``, ``2.0``, ``≥3.0``, ``n/a``."""
    if score is None:
        return "n/a"
    text = f"{score:g}"
    return ("≥" if is_minimum else "") + (text if "." in text else f"{text}.0")


def phenotype_of_score(gene: GeneKnowledge, score: float | None, source: Source) -> str:
    """Where the sources draw their lines apart (CYP2D6), each by its own."""
    for reach in gene.score_ranges[source]:
        if score is not None and reach.holds(score):
            return reach.phenotype
    return gene.phenotypes_by_score.get(score_key(score), INDETERMINATE)


def phenotype_of_functions(gene: GeneKnowledge, one: str | None, other: str | None) -> str:
    """By the table; a function that outweighs all others is written there with ``*``, one copy alone with nothing."""
    if one is None or other is None:
        return INDETERMINATE
    table = gene.phenotypes_by_functions
    for key in ((one, other), (one, "*"), ("*", other)):
        if key in table:
            return table[key]
    return table.get((one, ""), INDETERMINATE) if one == other else INDETERMINATE


def phenotype(gene: GeneKnowledge, one: Allele, other: Allele, source: Source = Source.CPIC) -> str | None:
    """The phenotype of two alleles; None for a gene without a rule, Indeterminate when the rule is silent."""
    match gene.phenotype_rule:
        case None | "presence":
            return None
        case "score":
            return phenotype_of_score(gene, activity_score(one, other), source)
        case _:
            return phenotype_of_functions(gene, one.function, other.function)


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
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every phenotype, and the key of every activity score, of every pair that is still possible."""
    names: set[str] = set()
    scores: set[str] = set()
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
                scores.add(score_key(activity_score(one, other)))
    return tuple(sorted(names)), tuple(sorted(scores))


@cache
def every_phenotype(gene: GeneKnowledge, source: Source | None = None) -> tuple[str, ...]:
    """Every phenotype a gene can ever be given, by one source or by any."""
    if gene.phenotype_rule is None:
        return ()
    if gene.phenotype_rule == "presence":
        return tuple(f"{allele} {answer}" for allele in gene.presence_alleles for answer in ("negative", "positive"))
    sources = Source if source is None else (source,)
    names = {reach.phenotype for one in sources for reach in gene.score_ranges[one]}
    functions = {(allele.function, allele.activity_value): allele for allele in gene.alleles}.values()
    names |= {phenotype(gene, one, other, name) or "" for one in functions for other in functions for name in sources}
    return tuple(sorted(names))
