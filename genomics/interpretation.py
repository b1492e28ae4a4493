"""The front door: a sample goes in, everything that can be said about it comes out, in codes.

>>> from genomics.knowledge import load
>>> from genomics.model import Assembly, Sample
>>> nothing_tested = Sample("somebody", Assembly.GRCH38, calls={})
>>> result = interpret(nothing_tested, Context(), load())
>>> print(result.genes["CYP2C19"].phenotype["CPIC"])
None
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genomics.knowledge import COVERED_GENES, EVERY_GENE, OUTSIDE_ONLY_GENES, Knowledge
from genomics.model import (
    Assembly,
    Caveat,
    Finding,
    FindingDomain,
    GeneResult,
    KnowledgeRelease,
    Sample,
    TreatmentOption,
    Unanswered,
)
from genomics.pharmacogenomics import interpret_gene, look_up
from genomics.pharmacogenomics.outside import OutsideCall, outside_result
from genomics.pharmacogenomics.phenoconversion import adjusted
from genomics.pharmacogenomics.research import with_combinations


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the sample, and what is asked.

    ``drugs`` limits guidance to these medicines, None means all; ``genes`` are those to interpret; ``outside`` are
    calls
    from elsewhere; ``medicines`` are what the person takes, which may change how an enzyme works; ``research`` lists
    combinations and partial matches, which are never looked up.
    """

    drugs: frozenset[str] | None = None
    genes: tuple[str, ...] = COVERED_GENES
    outside: Mapping[str, OutsideCall] = field(default_factory=dict)
    medicines: tuple[str, ...] = ()
    research: bool = False


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One run over one sample with one release of knowledge."""

    sample: str
    assembly: Assembly
    genes: Mapping[str, GeneResult]
    guidance: tuple[TreatmentOption, ...]
    unanswered: tuple[Unanswered, ...]
    not_covered: tuple[str, ...]
    knowledge: KnowledgeRelease
    caveats: tuple[Caveat, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The same as a flat list of coded statements."""
        return (
            *(Finding(FindingDomain.PHARMACOGENE, gene, result) for gene, result in self.genes.items()),
            *(Finding(FindingDomain.MEDICINE, option.drug, option) for option in self.guidance),
            *(Finding(FindingDomain.MEDICINE_UNANSWERED, item.drug, item) for item in self.unanswered),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "sample": self.sample,
            "assembly": self.assembly,
            "genes": {gene: result.to_dict() for gene, result in self.genes.items()},
            "guidance": [option.to_dict() for option in self.guidance],
            "unanswered": [item.to_dict() for item in self.unanswered],
            "not_covered": list(self.not_covered),
            "knowledge": self.knowledge.to_dict(),
            "caveats": list(self.caveats),
        }

    def to_json(self) -> str:
        """One line of JSON; the keys and their order are part of the interface."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


def _result_of(gene: str, sample: Sample, context: Context, knowledge: Knowledge) -> GeneResult:
    known = knowledge.genes[gene]
    by_file = interpret_gene(known, sample) if gene not in OUTSIDE_ONLY_GENES else None
    if context.research and by_file is not None:
        by_file = with_combinations(known, sample, by_file)
    call = context.outside.get(gene)
    return by_file if call is None and by_file is not None else outside_result(known, context.outside[gene], by_file)


def interpret(sample: Sample, context: Context, knowledge: Knowledge) -> Interpretation:
    """Interpret one sample. The same inputs always give the same output, byte for byte."""
    genes = {
        gene: adjusted(_result_of(gene, sample, context, knowledge), knowledge, context.medicines)
        for gene in context.genes
        if gene not in OUTSIDE_ONLY_GENES or gene in context.outside
    }
    guidance, unanswered = look_up(knowledge, genes, context.genes)
    if context.drugs is not None:
        guidance = tuple(option for option in guidance if option.drug in context.drugs)
        unanswered = tuple(item for item in unanswered if item.drug in context.drugs)
    return Interpretation(
        sample=sample.name,
        assembly=sample.assembly,
        genes=genes,
        guidance=guidance,
        unanswered=unanswered,
        not_covered=tuple(gene for gene in EVERY_GENE if gene not in genes),
        knowledge=knowledge.release,
        caveats=sample.caveats,
    )
