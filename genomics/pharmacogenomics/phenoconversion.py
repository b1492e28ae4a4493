"""What a person's own medicines do to an enzyme: the genotype stays, the enzyme works as if it were another one.

Only CYP2D6 has a table of inhibitors here. For every other enzyme, and for every medicine the table does not hold,
the result says that the interaction was not assessed, which is not the same as "there is none".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from genomics.knowledge import GeneKnowledge, Knowledge
from genomics.model import Adjusted, Caveat, GeneResult, Inhibition
from genomics.pharmacogenomics.phenotypes import phenotype_of_score

# Enzymes that medicines slow down or speed up; carriers, receptors and HLA types are not changed in this way.
ENZYMES = frozenset(
    {"CYP2B6", "CYP2C19", "CYP2C9", "CYP2D6", "CYP3A4", "CYP3A5", "CYP4F2", "DPYD", "NAT2", "TPMT", "UGT1A1"}
)


def named_medicines(names: Iterable[str]) -> tuple[str, ...]:
    """Medicine names as tables write them, each once."""
    return tuple(dict.fromkeys(cleaned for name in names if (cleaned := " ".join(name.lower().split()))))


def adjusted(result: GeneResult, knowledge: Knowledge, medicines: Sequence[str]) -> GeneResult:
    """The result with what these medicines make of it; the original stays beside it."""
    if not medicines or result.gene not in ENZYMES:
        return result
    gene = knowledge.genes[result.gene]
    known = {row.medicine: row for row in knowledge.inhibitors if row.gene == result.gene}
    by = tuple(
        Inhibition(name, known[name].strength, known[name].multiplier, known[name].source)
        for name in medicines
        if name in known
    )
    not_assessed = tuple(name for name in medicines if name not in known)
    caveats = result.caveats
    if not_assessed:
        caveats = tuple(dict.fromkeys((*caveats, Caveat.INTERACTION_NOT_ASSESSED)))
    return replace(result, adjusted=_adjusted(gene, result, by, not_assessed), caveats=caveats)


def _adjusted(
    gene: GeneKnowledge, result: GeneResult, by: tuple[Inhibition, ...], not_assessed: tuple[str, ...]
) -> Adjusted:
    """Several inhibitors count as the strongest of them: no table says how they add up."""
    if not by:
        return Adjusted({}, {}, by, not_assessed)
    factor = min(item.multiplier for item in by)
    scores = {source: None if score is None else score * factor for source, score in result.activity_score.items()}
    phenotypes = {
        source: None if score is None else phenotype_of_score(gene, score, source) for source, score in scores.items()
    }
    return Adjusted(scores, phenotypes, by, not_assessed)


def at_work(result: GeneResult, gene: GeneKnowledge, drug: str) -> GeneResult:
    """The result as the enzyme works when this medicine is given; a medicine's own guideline counts itself in."""
    if result.adjusted is None or not result.adjusted.by:
        return result
    others = tuple(item for item in result.adjusted.by if item.medicine != drug)
    if not others or not any(score is not None for score in result.activity_score.values()):
        return result
    now = _adjusted(gene, result, others, ())
    minimum = result.score_is_minimum and min(item.multiplier for item in others) > 0
    return replace(
        result,
        activity_score=now.activity_score,
        phenotype=now.phenotype,
        score_is_minimum=minimum,
        caveats=(*result.caveats, Caveat.ADJUSTED_FOR_MEDICINES),
        # What is known of the alleles no longer says how the enzyme works.
        diplotypes=(),
        tied=0,
    )
