"""What guidelines say for a result, and what is said when they cannot be asked."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from genomics.interpretation import Context, Interpretation, interpret
from genomics.knowledge import COVERED_GENES
from genomics.model import (
    CAVEATS,
    REASONS,
    Assembly,
    Call,
    CallStatus,
    Caveat,
    Reason,
    Sample,
    Site,
    Source,
    TreatmentOption,
)
from genomics.pharmacogenomics import vocabulary
from genomics.pharmacogenomics.genes import interpret_gene
from genomics.readers.made_up import diplotype_names
from tests.genomics.people import KNOWLEDGE, calls_of

WORDS = vocabulary(KNOWLEDGE)


def person(diplotypes: dict[str, str], without: tuple[str, ...] = ()) -> Interpretation:
    calls: dict[Site, Call] = {}
    for name in COVERED_GENES:
        if name in without:
            continue
        gene = KNOWLEDGE.genes[name]
        default = "*1/*1" if name == "CYP2C19" else f"{gene.reference}/{gene.reference}"
        calls |= calls_of(gene, *diplotype_names(gene, diplotypes.get(name, default)), phased=True)
    return interpret(Sample("someone", Assembly.GRCH38, calls), Context(), KNOWLEDGE)


def options(result: Interpretation, drug: str, source: str) -> dict[str, TreatmentOption]:
    """By population."""
    found = [item for item in result.guidance if item.drug == drug and item.source == source]
    return {item.population: item for item in found}


@pytest.mark.parametrize(
    ("diplotypes", "gene", "phenotype", "score"),
    [
        ({"CYP2C19": "*1/*17"}, "CYP2C19", "Rapid Metabolizer", None),
        ({"CYP2C19": "*2/*3"}, "CYP2C19", "Poor Metabolizer", None),
        ({"CYP2C19": "*38/*2"}, "CYP2C19", "Intermediate Metabolizer", None),
        ({"CYP2C9": "*1/*2"}, "CYP2C9", "Intermediate Metabolizer", 1.5),
        ({"CYP2C9": "*3/*3"}, "CYP2C9", "Poor Metabolizer", 0.0),
        ({"CYP2C9": "*1/*76"}, "CYP2C9", "Indeterminate", None),
        ({"CYP3A4": "*1/*2"}, "CYP3A4", "Indeterminate", None),
        ({"CYP3A5": "*3/*3"}, "CYP3A5", "Poor Metabolizer", None),
        ({"NUDT15": "*1/*3"}, "NUDT15", "Intermediate Metabolizer", None),
        ({"TPMT": "*3A/*3C"}, "TPMT", "Poor Metabolizer", None),
        ({"SLCO1B1": "*5/*15"}, "SLCO1B1", "Poor Function", None),
        ({"UGT1A1": "*28/*80+*28"}, "UGT1A1", "Poor Metabolizer", None),
        ({"VKORC1": "rs9923231 reference (C)/rs9923231 variant (T)"}, "VKORC1", "-1639 AG", None),
        ({"ABCG2": "rs2231142 variant (T)/rs2231142 variant (T)"}, "ABCG2", "Poor Function", None),
        ({"IFNL3": "rs12979860 variant (T)/rs12979860 variant (T)"}, "IFNL3", None, None),
        ({"CYP4F2": "*1/*3"}, "CYP4F2", None, None),
    ],
)
def test_phenotypes_of_known_diplotypes(
    diplotypes: dict[str, str], gene: str, phenotype: str | None, score: float | None
) -> None:
    result = person(diplotypes).genes[gene]
    assert result.phenotype[Source.CPIC] == phenotype
    assert result.activity_score[Source.CPIC] == score


def test_cpic_finds_cyp2c9_by_activity_score() -> None:
    one_and_a_half = options(person({"CYP2C9": "*1/*2"}), "meloxicam", "CPIC")["general"]
    one = options(person({"CYP2C9": "*1/*3"}), "meloxicam", "CPIC")["general"]
    assert one_and_a_half.lookup == {"CYP2C9": "1.5"}
    assert (one_and_a_half.action, one.action) == ("standard_dose", "reduce_dose")


def test_a_row_for_the_diplotype_beats_the_row_for_its_phenotype() -> None:
    exact = options(person({"CYP2C9": "*1/*2"}), "siponimod", "DPWG")["general"]
    assert (dict(exact.lookup), exact.action) == ({"CYP2C9": "*1/*2"}, "no_action_required")
    by_phenotype = options(person({"CYP2C9": "*1/*11"}), "siponimod", "DPWG")["general"]
    assert dict(by_phenotype.lookup) == {"CYP2C9": "Intermediate Metabolizer"}
    assert (by_phenotype.action, by_phenotype.dose.percent) == ("reduce_dose", "49;50")


@pytest.mark.parametrize(
    ("diplotype", "key"),
    [("*28/*28", "*28/*28"), ("*1/*80+*28", "*1/*80+*28"), ("*80+*28/*80+*28", "*80+*28/*80+*28")],
)
def test_dpwg_finds_ugt1a1_by_diplotype(diplotype: str, key: str) -> None:
    found = options(person({"UGT1A1": diplotype}), "irinotecan", "DPWG")["general"]
    assert dict(found.lookup) == {"UGT1A1": key}


def test_each_population_of_a_guideline_is_answered() -> None:
    found = options(person({"CYP2C19": "*1/*2"}), "clopidogrel", "CPIC")
    assert set(found) == {"CVI ACS PCI", "CVI non-ACS non-PCI", "NVI"}
    assert (found["CVI ACS PCI"].action, found["CVI ACS PCI"].classification) == ("avoid", "Strong")


def test_later_guidance_replaces_earlier_guidance() -> None:
    found = options(person({"TPMT": "*1/*3A"}), "azathioprine", "CPIC")["general"]
    assert (found.facts_as_of, found.dose.percent) == ("2026", "30-80")


def test_a_gene_that_is_not_covered_leaves_the_answer_for_the_other_alone() -> None:
    found = options(person({"CYP2C19": "*2/*2"}), "amitriptyline", "CPIC")["general"]
    assert dict(found.lookup) == {"CYP2C19": "Poor Metabolizer", "CYP2D6": "No Result"}
    assert found.caveats == (Caveat.OTHER_GENE_NOT_TESTED,)


def test_a_gene_that_was_not_tested_leaves_the_answer_for_the_other_alone() -> None:
    found = options(person({"SLCO1B1": "*5/*5"}, without=("ABCG2",)), "rosuvastatin", "CPIC")["general"]
    assert dict(found.lookup) == {"ABCG2": "No Result", "SLCO1B1": "Poor Function"}
    assert Caveat.OTHER_GENE_NOT_TESTED in found.caveats


def test_nothing_tested_means_no_answers_but_everything_that_could_be() -> None:
    result = person({}, without=COVERED_GENES)
    assert result.guidance == ()
    clopidogrel = next(item for item in result.unanswered if item.drug == "clopidogrel" and item.source == "CPIC")
    assert clopidogrel.reason is Reason.NOT_TESTED
    assert {"avoid", "standard_dose"} <= set(clopidogrel.possible_actions)


@pytest.mark.parametrize("drug", ["warfarin", "peginterferon alfa-2a", "peginterferon alfa-2b", "ribavirin"])
def test_guidelines_without_rows_are_named_as_such(drug: str) -> None:
    [found] = [item for item in person({}).unanswered if item.drug == drug and item.source == "CPIC"]
    assert found.reason is Reason.NO_PER_GENOTYPE_ROW


def test_a_result_the_guideline_does_not_know_is_named_as_such() -> None:
    result = person({"CYP2C19": "*1/*17"})
    [found] = [item for item in result.unanswered if item.drug == "omeprazole" and item.source == "DPWG"]
    assert found.reason is Reason.NO_ROW_FOR_RESULT


def test_a_phenotype_that_is_not_stated_gives_no_single_answer() -> None:
    gene = KNOWLEDGE.genes["CYP2C19"]
    calls = calls_of(gene, "*1", "*2", phased=True)
    del calls[("chr10", 94780653)]
    result = interpret(Sample("someone", Assembly.GRCH38, calls), Context(), KNOWLEDGE)
    assert not options(result, "clopidogrel", "CPIC")
    [found] = [item for item in result.unanswered if item.drug == "clopidogrel" and item.source == "CPIC"]
    assert found.reason is Reason.PHENOTYPE_NOT_STATED
    assert found.missing_genes == ("CYP2C19",)
    assert "avoid" in found.possible_actions


def test_every_drug_is_answered_or_unanswered_by_each_source_it_has() -> None:
    result = person({"CYP2C19": "*2/*2"})
    said = {(item.drug, item.source) for item in (*result.guidance, *result.unanswered)}
    in_question = {row.drug for row in KNOWLEDGE.guidance if set(row.genes) & set(COVERED_GENES)}
    expected = {(row.drug, row.source) for row in KNOWLEDGE.guidance if row.drug in in_question}
    assert said == expected
    assert {drug for drug, _ in said} == set(WORDS.drugs)


def test_a_guideline_on_a_gene_that_is_not_covered_is_not_passed_over() -> None:
    """Allopurinol: ABCG2 is read, and HLA-B, on which the grave warning rests, is not."""
    found = [item for item in person({}).unanswered if item.drug == "allopurinol"]
    assert {(item.source, item.missing_genes, item.reason) for item in found} == {
        (Source.CPIC, ("HLA-B",), Reason.GENE_NOT_COVERED),
        (Source.DPWG, ("HLA-B",), Reason.GENE_NOT_COVERED),
    }
    assert "avoid" in {action for item in found for action in item.possible_actions}


def test_guidance_can_be_limited_to_some_medicines() -> None:
    calls = calls_of(KNOWLEDGE.genes["CYP2C19"], "*1", "*2", phased=True)
    context = Context(drugs=frozenset({"clopidogrel"}))
    result = interpret(Sample("someone", Assembly.GRCH38, calls), context, KNOWLEDGE)
    assert {item.drug for item in (*result.guidance, *result.unanswered)} == {"clopidogrel"}


@pytest.mark.parametrize("name", COVERED_GENES)
def test_every_phenotype_that_can_be_said_is_in_the_vocabulary(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    seen: set[str] = set()
    representatives = {(each.function, each.activity_value): each.name for each in gene.alleles}.values()
    for one, other in combinations_with_replacement(sorted(representatives), 2):
        result = interpret_gene(gene, Sample("x", Assembly.GRCH38, calls_of(gene, one, other, phased=True)))
        seen |= set(result.possible_phenotypes[Source.CPIC])
    assert seen == set(WORDS.phenotypes[name])


def test_every_code_of_an_answer_is_in_the_vocabulary() -> None:
    for diplotypes in ({}, {"CYP2C19": "*2/*2", "CYP2C9": "*3/*3", "TPMT": "*3A/*3A", "SLCO1B1": "*5/*5"}):
        for option in person(diplotypes).guidance:
            assert {option.action, *option.actions} <= set(WORDS.actions)
            assert set(option.implications) <= set(WORDS.implications)
            assert option.population in WORDS.populations
            assert option.classification in WORDS.classifications


def test_every_caveat_and_reason_says_what_it_means() -> None:
    assert set(CAVEATS) == set(Caveat)
    assert set(REASONS) == set(Reason)


def test_the_same_sample_gives_the_same_line_byte_for_byte() -> None:
    assert person({"CYP2C19": "*1/*2"}).to_json() == person({"CYP2C19": "*1/*2"}).to_json()


def test_findings_are_the_whole_interpretation() -> None:
    result = person({})
    assert len(result.findings) == len(result.genes) + len(result.guidance) + len(result.unanswered)


def test_half_of_a_toxic_pair_is_never_called_normal_for_both() -> None:
    result = person({}, without=("NUDT15",))
    found = options(result, "azathioprine", "CPIC")["general"]
    assert found.lookup["NUDT15"] == "No Result"
    assert Caveat.OTHER_GENE_NOT_TESTED in found.caveats


def test_a_call_without_two_alleles_is_not_a_call() -> None:
    site = ("chr16", 31096368)
    calls = {site: Call(CallStatus.NO_CALL, reason=Caveat.HALF_CALL)}
    result = interpret(Sample("someone", Assembly.GRCH38, calls), Context(), KNOWLEDGE).genes["VKORC1"]
    assert result.phenotype[Source.DPWG] is None
    assert set(result.possible_phenotypes[Source.DPWG]) == {"-1639 AA", "-1639 AG", "-1639 GG"}
