"""The shared vocabulary: what one file says about one person, and what follows from it.

Every value here is immutable. Engines pass these to each other and to whoever calls them; none of
them holds a sentence for a patient, only codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

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


class CallStatus(StrEnum):
    """A position that is in no row at all has no Call: it was not tested."""

    TESTED = "tested"
    NO_CALL = "no_call"


class Caveat(StrEnum):
    """Every caveat the engines can attach. Its meaning, one line each, is in ``CAVEATS``."""

    NOT_TESTED = "not_tested"
    DECIDING_POSITIONS_NOT_TESTED = "deciding_positions_not_tested"
    RARE_ALLELES_NOT_TESTED = "rare_alleles_not_tested"
    TIED_DIPLOTYPES = "tied_diplotypes"
    PHENOTYPES_DISAGREE = "phenotypes_disagree"
    NO_MATCHING_DIPLOTYPE = "no_matching_diplotype"
    DIPLOTYPE_LIST_CUT = "diplotype_list_cut"
    UNDOCUMENTED_VARIANT = "undocumented_variant"
    NO_CALL = "no_call"
    HALF_CALL = "half_call"
    ONE_ALLELE_ON_AUTOSOME = "one_allele_on_autosome"
    REFERENCE_DISAGREES = "reference_disagrees"
    CONTRADICTORY_ROWS = "contradictory_rows"
    DEPTH_CONTRADICTS_GENOTYPE = "depth_contradicts_genotype"
    INDEL_NOT_VALIDATED = "indel_not_validated"
    OTHER_GENE_NOT_TESTED = "other_gene_not_tested"
    ACTION_NOT_CODED = "action_not_coded"
    ASSEMBLY_FROM_HEADER = "assembly_from_header"
    MADE_UP_PERSON = "made_up_person"


CAVEATS: Mapping[Caveat, str] = MappingProxyType(
    {
        Caveat.NOT_TESTED: "the file holds no readable position of this gene",
        Caveat.DECIDING_POSITIONS_NOT_TESTED: "a position that decides the phenotype was not tested",
        Caveat.RARE_ALLELES_NOT_TESTED: "the phenotype is stated, but some rarer alleles were not looked for",
        Caveat.TIED_DIPLOTYPES: "several diplotypes fit the file equally well",
        Caveat.PHENOTYPES_DISAGREE: "diplotypes that cannot be told apart have different phenotypes",
        Caveat.NO_MATCHING_DIPLOTYPE: "no pair of defined alleles explains the genotypes in the file",
        Caveat.DIPLOTYPE_LIST_CUT: "more diplotypes fit than are listed",
        Caveat.UNDOCUMENTED_VARIANT: "the file carries a variant that no allele definition knows",
        Caveat.NO_CALL: "a position has a row in the file but no genotype",
        Caveat.HALF_CALL: "a genotype has one known and one unknown allele; it is not used",
        Caveat.ONE_ALLELE_ON_AUTOSOME: "a genotype has one allele where a person has two; it is not used",
        Caveat.REFERENCE_DISAGREES: "a row names another reference base than GRCh38; it is not used",
        Caveat.CONTRADICTORY_ROWS: "rows for the same position contradict each other; none is used",
        Caveat.DEPTH_CONTRADICTS_GENOTYPE: "read counts contradict a genotype; it is not used",
        Caveat.INDEL_NOT_VALIDATED: "a row does not show that an insertion or deletion was looked for",
        Caveat.OTHER_GENE_NOT_TESTED: "the guideline uses another gene as well, which has no result here",
        Caveat.ACTION_NOT_CODED: "the guideline's advice has no action code; read the guideline",
        Caveat.ASSEMBLY_FROM_HEADER: "too few positions to see the assembly; taken from the header",
        Caveat.MADE_UP_PERSON: "the file says that its person is made up",
    }
)


class Reason(StrEnum):
    """Why a medicine has no answer."""

    NOT_TESTED = "not_tested"
    PHENOTYPE_NOT_STATED = "phenotype_not_stated"
    ACTIVITY_SCORE_NOT_STATED = "activity_score_not_stated"
    NO_PER_GENOTYPE_ROW = "no_per_genotype_row"
    NO_ROW_FOR_RESULT = "no_row_for_result"
    OTHER_GENE_REQUIRED = "other_gene_required"
    GENE_NOT_COVERED = "gene_not_covered"


REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOT_TESTED: "no position of the genes was tested",
        Reason.PHENOTYPE_NOT_STATED: "the phenotype cannot be stated from what was tested",
        Reason.ACTIVITY_SCORE_NOT_STATED: "the guideline needs an activity score that cannot be stated",
        Reason.NO_PER_GENOTYPE_ROW: "the guideline gives a calculation, not an answer per genotype",
        Reason.NO_ROW_FOR_RESULT: "the guideline says nothing for this result",
        Reason.OTHER_GENE_REQUIRED: "the guideline says nothing without the other gene",
        Reason.GENE_NOT_COVERED: "the guideline rests on genes that are not covered yet",
    }
)


class Condition(StrEnum):
    """What a guideline's text ties its action to. Its meaning, one line each, is in ``CONDITIONS``."""

    H_PYLORI = "h_pylori"
    H_PYLORI_OR_EROSIVE_OESOPHAGITIS = "h_pylori_or_erosive_oesophagitis"
    STENT_STROKE_OR_TIA = "stent_stroke_or_tia"
    DEPRESSION = "depression"
    COMPULSION_OR_ANXIETY = "compulsion_or_anxiety"
    HIGHER_INITIAL_DOSE = "higher_initial_dose"
    CANCER_TREATMENT = "cancer_treatment"
    STARTING_DOSE = "starting_dose"
    FULL_STARTING_DOSE = "full_starting_dose"
    MAINTENANCE_DOSE = "maintenance_dose"
    AFTER_12_WEEKS_IF_IT_WORKS = "after_12_weeks_if_it_works"
    SIDE_EFFECTS_OCCUR = "side_effects_occur"
    LIMIT_BY_AGE = "limit_by_age"
    WEIGHT_AND_KIND_OF_TABLET = "weight_and_kind_of_tablet"
    OTHER_RISKS_FOR_MUSCLE_HARM = "other_risks_for_muscle_harm"
    HIGH_DOSE_RAISES_MUSCLE_RISK = "high_dose_raises_muscle_risk"
    JAUNDICE_OF_CONCERN = "jaundice_of_concern"
    LIVER_TRANSPLANT_NEEDS_DONOR_RESULT = "liver_transplant_needs_donor_result"
    MEDICINE_THAT_SPEEDS_CYP3A4 = "medicine_that_speeds_cyp3a4"


CONDITIONS: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.H_PYLORI: "treatment of Helicobacter pylori infection",
        Condition.H_PYLORI_OR_EROSIVE_OESOPHAGITIS: "treatment of H. pylori infection or erosive oesophagitis",
        Condition.STENT_STROKE_OR_TIA: "percutaneous coronary intervention, stroke or transient ischaemic attack",
        Condition.DEPRESSION: "the treatment is for depression",
        Condition.COMPULSION_OR_ANXIETY: "the treatment is for obsessive compulsive disorder or an anxiety disorder",
        Condition.HIGHER_INITIAL_DOSE: "the initial dose is a higher one, as for depression, not as for nerve pain",
        Condition.CANCER_TREATMENT: "the treatment is for a malignancy",
        Condition.STARTING_DOSE: "the action is about the starting dose; later doses follow effect and tolerance",
        Condition.FULL_STARTING_DOSE: "the planned starting dose is the full one; a lower one may need no change",
        Condition.MAINTENANCE_DOSE: "the action is about the maintenance dose, not the first or loading dose",
        Condition.AFTER_12_WEEKS_IF_IT_WORKS: "chronic therapy, longer than 12 weeks, and efficacy achieved",
        Condition.SIDE_EFFECTS_OCCUR: "side effects occur and the plasma concentration was determined",
        Condition.LIMIT_BY_AGE: "the highest dose depends on age, below or from 65 years",
        Condition.WEIGHT_AND_KIND_OF_TABLET: "single-ingredient tablets, from 40 kg, body mass index up to 25",
        Condition.OTHER_RISKS_FOR_MUSCLE_HARM: "additional significant risk factors for statin-induced myopathy",
        Condition.HIGH_DOSE_RAISES_MUSCLE_RISK: "possible increased risk for myopathy above the dose in the note",
        Condition.JAUNDICE_OF_CONCERN: "particularly where jaundice would be of concern to the patient",
        Condition.LIVER_TRANSPLANT_NEEDS_DONOR_RESULT: "after a liver transplant: only if the donor liver has it too",
        Condition.MEDICINE_THAT_SPEEDS_CYP3A4: "reconsider with a moderate CYP3A4 inducer",
    }
)


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
    ``UNDOCUMENTED``. ``phase_set`` is set when the file names one; phased without a set means one
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
class GeneResult:
    """One gene of one person. The first ``tied`` of ``diplotypes`` fit equally well."""

    gene: str
    diplotypes: tuple[str, ...]
    tied: int
    phenotype: Mapping[Source, str | None]
    possible_phenotypes: Mapping[Source, tuple[str, ...]]
    activity_score: Mapping[Source, float | None]
    possible_activity_scores: tuple[float | None, ...]
    coverage: Coverage
    phased: bool
    origin: Origin
    caveats: tuple[Caveat, ...]
    evidence: tuple[Evidence, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "diplotypes": list(self.diplotypes),
            "tied": self.tied,
            "phenotype": dict(self.phenotype),
            "possible_phenotypes": {source: list(names) for source, names in self.possible_phenotypes.items()},
            "activity_score": dict(self.activity_score),
            "coverage": self.coverage.to_dict(),
            "phased": self.phased,
            "origin": self.origin,
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
