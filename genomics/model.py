"""The shared vocabulary: what one file says about one person, and what follows from it.

Every value here is immutable. Engines pass these to each other and to whoever calls them; none of
them holds a sentence for a patient, only codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from genomics.codes import CAVEATS, CONDITIONS, REASONS, Caveat, Condition, Reason

__all__ = [
    "CAVEATS",
    "CONDITIONS",
    "REASONS",
    "UNDOCUMENTED",
    "Adjusted",
    "Assembly",
    "Call",
    "CallStatus",
    "Caveat",
    "Condition",
    "Coverage",
    "Dose",
    "Evidence",
    "Finding",
    "FindingDomain",
    "GeneResult",
    "Inhibition",
    "KnowledgeRelease",
    "Origin",
    "Position",
    "Reason",
    "Rule",
    "Sample",
    "SexEvidence",
    "Site",
    "Source",
    "TreatmentOption",
    "Unanswered",
]

Site = tuple[str, int]
"""Chromosome with its ``chr`` prefix, and the 1-based position, both on GRCh38."""

UNDOCUMENTED = "?"
"""Stands for an allele that a file carries at a defined position and no definition knows."""


class Assembly(StrEnum):
    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


class Origin(StrEnum):
    """Where a result comes from."""

    FILE = "file"
    OUTSIDE = "outside"
    INFERRED = "inferred"


class Source(StrEnum):
    """The bodies whose guidance is looked up."""

    CPIC = "CPIC"
    DPWG = "DPWG"


class Rule(StrEnum):
    """How a gene's result was reached."""

    NAMED_ALLELES = "named_alleles"
    LOWEST_FUNCTION = "lowest_function"
    SINGLE_SITE = "single_site"
    OUTSIDE_CALL = "outside_call"


class CallStatus(StrEnum):
    """A position that is in no row at all has no Call: it was not tested."""

    TESTED = "tested"
    NO_CALL = "no_call"


@dataclass(frozen=True, slots=True)
class Position:
    """One position of an allele definition; bases as in a VCF row, left-aligned."""

    gene: str
    chromosome: str
    position: int
    reference: str
    alternatives: tuple[str, ...]
    rsid: str | None
    position_grch37: int
    reference_grch37: str

    @property
    def site(self) -> Site:
        return (self.chromosome, self.position)


@dataclass(frozen=True, slots=True)
class Call:
    """What a file says at one defined position.

    ``alleles`` are spelt as in the definition (its reference or one of its alternatives), or
    ``UNDOCUMENTED``; there is one of them where a person has one copy (X of a man, mitochondria). ``phase_set`` is
    set when the file names one; phased without a set means one
    phase over the whole chromosome.
    """

    status: CallStatus
    alleles: tuple[str, ...] = ()
    phased: bool = False
    phase_set: str | None = None
    reason: Caveat | None = None


@dataclass(frozen=True, slots=True)
class SexEvidence:
    """Counts on the parts of X and Y that do not pair; from them the genetic sex is read."""

    x_heterozygous: int = 0
    x_homozygous_alternative: int = 0
    x_haploid: int = 0
    x_diploid: int = 0
    y_called: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What one file says about one person. A site that is not in ``calls`` was not tested."""

    name: str
    assembly: Assembly
    calls: Mapping[Site, Call]
    origin: Origin = Origin.FILE
    sex_evidence: SexEvidence = field(default_factory=SexEvidence)
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from."""

    source: str
    facts_as_of: str
    licence: str

    def to_dict(self) -> dict[str, Any]:
        return {"source": self.source, "facts_as_of": self.facts_as_of, "licence": self.licence}


@dataclass(frozen=True, slots=True)
class KnowledgeRelease:
    """The exact set of facts used; ``id`` is the start of ``hash``, a SHA-256 over the table files."""

    id: str
    hash: str
    facts_as_of: str

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "hash": self.hash, "facts_as_of": self.facts_as_of}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a gene's definition the file holds, and what it therefore cannot rule out."""

    tested: int
    defined: int
    deciding: int
    deciding_tested: int
    not_excluded: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "tested": self.tested,
            "defined": self.defined,
            "deciding": self.deciding,
            "deciding_tested": self.deciding_tested,
            "not_excluded": list(self.not_excluded),
        }


@dataclass(frozen=True, slots=True)
class Inhibition:
    """One of the medicines given that holds an enzyme back, as a table says."""

    medicine: str
    strength: str
    multiplier: float
    source: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "medicine": self.medicine,
            "strength": self.strength,
            "multiplier": self.multiplier,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What the medicines given make of a gene's result; ``not_assessed`` are those no table speaks of."""

    activity_score: Mapping[Source, float | None]
    phenotype: Mapping[Source, str | None]
    by: tuple[Inhibition, ...]
    not_assessed: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "activity_score": dict(self.activity_score),
            "phenotype": dict(self.phenotype),
            "by": [item.to_dict() for item in self.by],
            "not_assessed": list(self.not_assessed),
        }


@dataclass(frozen=True, slots=True)
class GeneResult:
    """One gene of one person. The first ``tied`` of ``diplotypes`` fit equally well.

    ``possible_scores`` are the keys guidance is found under; ``score_is_minimum`` says that the score is "at least".
    ``keys`` are the statements guidance is found under where they are not the phenotype (HLA). ``adjusted`` is what
    the medicines given make of it; ``set_aside`` is the file's own result where a call from elsewhere replaced it.
    """

    gene: str
    diplotypes: tuple[str, ...]
    tied: int
    phenotype: Mapping[Source, str | None]
    possible_phenotypes: Mapping[Source, tuple[str, ...]]
    activity_score: Mapping[Source, float | None]
    possible_scores: tuple[str, ...]
    coverage: Coverage
    phased: bool
    origin: Origin
    caveats: tuple[Caveat, ...]
    evidence: tuple[Evidence, ...]
    rule: Rule = Rule.NAMED_ALLELES
    carried: tuple[str, ...] = ()
    score_is_minimum: bool = False
    keys: Mapping[Source, tuple[str, ...]] = field(default_factory=dict)
    adjusted: Adjusted | None = None
    set_aside: GeneResult | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "diplotypes": list(self.diplotypes),
            "tied": self.tied,
            "phenotype": dict(self.phenotype),
            "possible_phenotypes": {source: list(names) for source, names in self.possible_phenotypes.items()},
            "activity_score": dict(self.activity_score),
            "adjusted": self.adjusted.to_dict() if self.adjusted else {},
            "coverage": self.coverage.to_dict(),
            "phased": self.phased,
            "origin": self.origin,
            "rule": self.rule,
            "carried": list(self.carried),
            "set_aside": None
            if self.set_aside is None
            else {
                "origin": self.set_aside.origin,
                "diplotypes": list(self.set_aside.diplotypes),
                "tied": self.set_aside.tied,
                "phenotype": dict(self.set_aside.phenotype),
            },
            "caveats": list(self.caveats),
            "evidence": [item.to_dict() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Dose:
    """Dose facts of a guideline row as its source gives them: per cent, a factor, or a note."""

    percent: str | None
    fold: str | None
    note: str | None

    def to_dict(self) -> dict[str, Any]:
        return {"percent": self.percent, "fold": self.fold, "note": self.note}


@dataclass(frozen=True, slots=True)
class TreatmentOption:
    """What one source says about one medicine for this result, in one population.

    ``when`` limits ``action``; ``otherwise`` is the action where the limit does not hold, None where none is given.
    """

    drug: str
    rxnorm: str | None
    atc: tuple[str, ...]
    source: Source
    guideline: str
    genes: tuple[str, ...]
    lookup: Mapping[str, str]
    population: str
    classification: str
    action: str
    actions: tuple[str, ...]
    when: tuple[Condition, ...]
    otherwise: str | None
    dose: Dose
    implications: tuple[str, ...]
    pmids: tuple[str, ...]
    facts_as_of: str
    caveats: tuple[Caveat, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "drug": self.drug,
            "rxnorm": self.rxnorm,
            "atc": list(self.atc),
            "source": self.source,
            "guideline": self.guideline,
            "genes": list(self.genes),
            "lookup": dict(self.lookup),
            "population": self.population,
            "classification": self.classification,
            "action": self.action,
            "actions": list(self.actions),
            "when": list(self.when),
            "otherwise": self.otherwise,
            "dose": self.dose.to_dict(),
            "implications": list(self.implications),
            "pmids": list(self.pmids),
            "facts_as_of": self.facts_as_of,
            "caveats": list(self.caveats),
        }


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A medicine with guidance that this person's result cannot be looked up in, and why."""

    drug: str
    rxnorm: str | None
    atc: tuple[str, ...]
    source: Source
    genes: tuple[str, ...]
    missing_genes: tuple[str, ...]
    reason: Reason
    possible_actions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "drug": self.drug,
            "rxnorm": self.rxnorm,
            "atc": list(self.atc),
            "source": self.source,
            "genes": list(self.genes),
            "missing_genes": list(self.missing_genes),
            "reason": self.reason,
            "possible_actions": list(self.possible_actions),
        }


class FindingDomain(StrEnum):
    PHARMACOGENE = "pharmacogene"
    MEDICINE = "medicine"
    MEDICINE_UNANSWERED = "medicine_unanswered"


@dataclass(frozen=True, slots=True)
class Finding:
    """One coded statement; ``result`` is the part of the interpretation it is about."""

    domain: FindingDomain
    subject: str
    result: GeneResult | TreatmentOption | Unanswered
