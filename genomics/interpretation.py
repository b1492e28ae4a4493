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
from dataclasses import dataclass
from typing import Any

from genomics.knowledge import COVERED_GENES, NOT_COVERED_GENES, Knowledge
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


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the sample. ``drugs`` limits guidance to these medicines; None means all."""

    drugs: frozenset[str] | None = None


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


def interpret(sample: Sample, context: Context, knowledge: Knowledge) -> Interpretation:
    """Interpret one sample. The same inputs always give the same output, byte for byte."""
    genes = {gene: interpret_gene(knowledge.genes[gene], sample) for gene in COVERED_GENES}
    guidance, unanswered = look_up(knowledge, genes)
    if context.drugs is not None:
        guidance = tuple(option for option in guidance if option.drug in context.drugs)
        unanswered = tuple(item for item in unanswered if item.drug in context.drugs)
    return Interpretation(
        sample=sample.name,
        assembly=sample.assembly,
        genes=genes,
        guidance=guidance,
        unanswered=unanswered,
        not_covered=NOT_COVERED_GENES,
        knowledge=knowledge.release,
        caveats=sample.caveats,
    )
