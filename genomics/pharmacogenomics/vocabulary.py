"""Every code this engine can emit, so that whoever puts words to them can prove nothing is missing."""

from __future__ import annotations

from dataclasses import dataclass

from genomics.knowledge import COVERED_GENES, EVERY_GENE, Knowledge
from genomics.model import Caveat, Condition, Reason
from genomics.pharmacogenomics.guidance import guidelines
from genomics.pharmacogenomics.phenotypes import every_phenotype


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Closed lists of codes, sorted. ``actions`` holds first and further actions alike."""

    genes: tuple[str, ...]
    not_covered: tuple[str, ...]
    phenotypes: dict[str, tuple[str, ...]]
    drugs: tuple[str, ...]
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...]
    implications: tuple[str, ...]
    populations: tuple[str, ...]
    classifications: tuple[str, ...]
    reasons: tuple[Reason, ...]
    caveats: tuple[Caveat, ...]


def vocabulary(knowledge: Knowledge, genes: tuple[str, ...] = COVERED_GENES) -> Vocabulary:
    """The codes of an interpretation of these genes."""
    used = guidelines(knowledge, genes)
    rows = [row for guideline in used for found in guideline.rows.values() for row in found]
    return Vocabulary(
        genes=genes,
        not_covered=tuple(gene for gene in EVERY_GENE if gene not in genes),
        phenotypes={gene: every_phenotype(knowledge.genes[gene]) for gene in genes},
        drugs=tuple(sorted({guideline.drug for guideline in used})),
        actions=tuple(
            sorted(
                {action for row in rows for action in (row.action, *row.actions, row.otherwise) if action is not None}
            )
        ),
        conditions=tuple(Condition),
        implications=tuple(sorted({code for row in rows for code in row.implications})),
        populations=tuple(sorted({row.population for row in rows})),
        classifications=tuple(sorted({row.classification for row in rows})),
        reasons=tuple(Reason),
        caveats=tuple(Caveat),
    )
