"""The closed lists of codes the engines speak, each with its meaning in one line.

Whoever puts words to them can prove that none is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


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
    CONSUMER_ARRAY = "consumer_array"
    ABSENT_READ_AS_REFERENCE = "absent_read_as_reference"
    MIXED_WHERE_ONE_COPY = "mixed_where_one_copy"
    STRUCTURE_NOT_TESTED = "structure_not_tested"
    ENZYME_TEST_NEEDED = "enzyme_test_needed"
    RISK_NOT_EXCLUDED = "risk_not_excluded"
    PRESUMED_ON_TWO_STRANDS = "presumed_on_two_strands"
    HAPB3_BY_ITS_SECOND_SITE = "hapb3_by_its_second_site"
    HAPB3_SITES_DISAGREE = "hapb3_sites_disagree"
    UNPHASED_PRIORITY_USED = "unphased_priority_used"
    SINGLE_SITE_FALLBACK = "single_site_fallback"
    COMBINATION_OR_PARTIAL = "combination_or_partial"
    OUTSIDE_DIFFERS_FROM_FILE = "outside_differs_from_file"
    OUTSIDE_CALL_INCONSISTENT = "outside_call_inconsistent"
    ADJUSTED_FOR_MEDICINES = "adjusted_for_medicines"
    INTERACTION_NOT_ASSESSED = "interaction_not_assessed"


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
        Caveat.CONSUMER_ARRAY: "raw data of a consumer test: rare alleles and copies are not in it; confirm it",
        Caveat.ABSENT_READ_AS_REFERENCE: "whoever asked vouches that positions absent from the file are reference",
        Caveat.MIXED_WHERE_ONE_COPY: "two bases are written where a person has one copy",
        Caveat.STRUCTURE_NOT_TESTED: "copies, deletions and hybrids of the gene cannot be seen in small variants",
        Caveat.ENZYME_TEST_NEEDED: "which copy is at work differs by cell; the enzyme has to be measured",
        Caveat.RISK_NOT_EXCLUDED: "no known damaging variant was found, which does not exclude the risk",
        Caveat.PRESUMED_ON_TWO_STRANDS: "phase is not known; the variants are taken to be on different strands",
        Caveat.HAPB3_BY_ITS_SECOND_SITE: "HapB3 was judged by its exonic site, as the deciding one was not tested",
        Caveat.HAPB3_SITES_DISAGREE: "the two sites of HapB3 disagree; the intronic one counts",
        Caveat.UNPHASED_PRIORITY_USED: "of unphased diplotypes that fit, the most frequent one is listed first",
        Caveat.SINGLE_SITE_FALLBACK: "no pair of alleles fits; the result rests on one deciding site alone",
        Caveat.COMBINATION_OR_PARTIAL: "research only: alleles are combined, or explain a part of the bases",
        Caveat.OUTSIDE_DIFFERS_FROM_FILE: "the call from elsewhere is used, and differs from the file",
        Caveat.OUTSIDE_CALL_INCONSISTENT: "the parts of the call from elsewhere contradict each other",
        Caveat.ADJUSTED_FOR_MEDICINES: "looked up with the activity score adjusted for the medicines given",
        Caveat.INTERACTION_NOT_ASSESSED: "how the medicines given change this enzyme was not assessed",
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
