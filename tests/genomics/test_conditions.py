"""Advice that a guideline ties to a use, a dose or a person never loses what it is tied to."""

from __future__ import annotations

import csv

import pytest

from genomics.knowledge import COVERED_GENES, TABLES, GuidanceRow
from genomics.knowledge.readings import READINGS
from genomics.model import CONDITIONS, Condition, TreatmentOption
from genomics.pharmacogenomics.guidance import guidelines
from genomics.pharmacogenomics.vocabulary import vocabulary
from tests.genomics.people import KNOWLEDGE
from tests.genomics.test_guidance import options, person

KEEP = {"standard_dose", "no_action_required"}
CHANGE = {"avoid", "cap_dose", "consider_alternative", "increase_dose", "lower_maintenance_dose", "reduce_dose"}
# Rows whose codes name both a change and no change, and whose text is no condition on its first action.
PLAIN_ALL_THE_SAME = {
    ("CPIC", "amitriptyline"): "the usual dose; the lower one is the small dose of nerve pain, which stays as it is",
    ("CPIC", "clomipramine"): "as amitriptyline",
    ("CPIC", "doxepin"): "as amitriptyline",
    ("CPIC", "imipramine"): "as amitriptyline",
    ("CPIC", "trimipramine"): "as amitriptyline",
    ("CPIC", "citalopram"): "another medicine first, or the usual start; what follows depends on the effect",
    ("CPIC", "escitalopram"): "as citalopram",
    ("CPIC", "sertraline"): "the usual start; more only where the usual dose did not help",
    ("CPIC", "clopidogrel"): "the standard dose is that of the alternative; uses are told apart as populations",
}


def used_rows() -> list[GuidanceRow]:
    asked = [guideline for guideline in guidelines(KNOWLEDGE) if set(guideline.genes) & set(COVERED_GENES)]
    return [row for guideline in asked for found in guideline.rows.values() for row in found]


def the(drug: str, source: str, **diplotypes: str) -> TreatmentOption:
    [found] = options(person(diplotypes), drug, source).values()
    return found


@pytest.mark.parametrize("drug", ["omeprazole", "lansoprazole", "pantoprazole", "dexlansoprazole"])
@pytest.mark.parametrize("diplotype", ["*1/*1", "*1/*17"])
def test_more_of_an_acid_blocker_is_for_two_uses_only(drug: str, diplotype: str) -> None:
    found = the(drug, "CPIC", CYP2C19=diplotype)
    assert found.action == "increase_dose"
    assert found.when == (Condition.H_PYLORI_OR_EROSIVE_OESOPHAGITIS,)
    assert found.otherwise == "standard_dose"


@pytest.mark.parametrize("diplotype", ["*1/*2", "*2/*2"])
def test_less_of_an_acid_blocker_is_for_long_use_that_works(diplotype: str) -> None:
    found = the("omeprazole", "CPIC", CYP2C19=diplotype)
    assert (found.action, found.otherwise) == ("reduce_dose", "standard_dose")
    assert found.when == (Condition.AFTER_12_WEEKS_IF_IT_WORKS,)


@pytest.mark.parametrize(
    ("drug", "source", "diplotypes", "action", "when", "otherwise"),
    [
        ("omeprazole", "DPWG", {"CYP2C19": "*17/*17"}, "increase_dose", ["h_pylori"], "monitor_or_titrate"),
        ("omeprazole", "CPIC", {"CYP2C19": "*17/*17"}, "increase_dose", ["starting_dose"], None),
        (
            "clopidogrel",
            "DPWG",
            {"CYP2C19": "*1/*2"},
            "consider_alternative",
            ["stent_stroke_or_tia"],
            "no_action_required",
        ),
        ("clopidogrel", "DPWG", {"CYP2C19": "*2/*2"}, "avoid", ["stent_stroke_or_tia"], "monitor_or_titrate"),
        ("clomipramine", "DPWG", {"CYP2C19": "*17/*17"}, "avoid", ["compulsion_or_anxiety"], "no_action_required"),
        ("amitriptyline", "CPIC", {"CYP2C19": "*2/*2"}, "avoid", ["higher_initial_dose"], None),
        ("citalopram", "CPIC", {"CYP2C19": "*1/*2"}, "reduce_dose", ["maintenance_dose"], "standard_dose"),
        ("citalopram", "DPWG", {"CYP2C19": "*2/*2"}, "cap_dose", ["limit_by_age"], None),
        (
            "atorvastatin",
            "DPWG",
            {"SLCO1B1": "*1/*5"},
            "consider_alternative",
            ["other_risks_for_muscle_harm"],
            "monitor_or_titrate",
        ),
        ("quetiapine", "DPWG", {"CYP3A4": "*20/*20"}, "consider_alternative", ["depression"], "reduce_dose"),
        ("phenytoin", "DPWG", {"CYP2C9": "*1/*3"}, "reduce_dose", ["maintenance_dose"], "standard_dose"),
        (
            "siponimod",
            "DPWG",
            {"CYP2C9": "*1/*3"},
            "reduce_dose",
            ["maintenance_dose", "medicine_that_speeds_cyp3a4"],
            None,
        ),
        ("irinotecan", "DPWG", {"UGT1A1": "*28/*28"}, "reduce_dose", ["starting_dose"], None),
        ("atazanavir", "CPIC", {"UGT1A1": "*28/*28"}, "consider_alternative", ["jaundice_of_concern"], None),
        ("azathioprine", "CPIC", {"TPMT": "*1/*3A"}, "reduce_dose", ["starting_dose", "full_starting_dose"], None),
        ("mercaptopurine", "CPIC", {"TPMT": "*3A/*3A"}, "reduce_dose", ["cancer_treatment"], "consider_alternative"),
        (
            "tacrolimus",
            "CPIC",
            {"CYP3A5": "*1/*1"},
            "increase_dose",
            ["starting_dose", "liver_transplant_needs_donor_result"],
            None,
        ),
        (
            "efavirenz",
            "DPWG",
            {"CYP2B6": "*6/*6"},
            "reduce_dose",
            ["starting_dose", "weight_and_kind_of_tablet"],
            "monitor_or_titrate",
        ),
    ],
)
def test_what_a_guideline_text_ties_its_advice_to_is_carried(
    drug: str, source: str, diplotypes: dict[str, str], action: str, when: list[str], otherwise: str | None
) -> None:
    found = the(drug, source, **diplotypes)
    assert (found.action, list(found.when), found.otherwise) == (action, when, otherwise)


@pytest.mark.parametrize(
    ("drug", "diplotypes", "action", "fold"),
    [
        ("allopurinol", {"ABCG2": "rs2231142 reference (G)/rs2231142 variant (T)"}, "increase_dose", "1.25"),
        ("allopurinol", {"ABCG2": "rs2231142 variant (T)/rs2231142 variant (T)"}, "increase_dose", "1.4"),
        ("tacrolimus", {"CYP3A5": "*1/*1"}, "increase_dose", "2.5"),
        ("tacrolimus", {"CYP3A5": "*1/*3"}, "increase_dose", "1.5"),
        ("voriconazole", {"CYP2C19": "*17/*17"}, "increase_dose", "1.5"),
    ],
)
def test_a_dose_the_text_gives_is_not_told_as_a_check(
    drug: str, diplotypes: dict[str, str], action: str, fold: str
) -> None:
    found = the(drug, "DPWG", **diplotypes)
    assert (found.action, found.dose.fold) == (action, fold)


def test_a_top_dose_the_text_gives_is_not_told_as_a_check() -> None:
    found = the("sertraline", "DPWG", CYP2C19="*2/*2")
    assert (found.action, found.dose.note) == ("cap_dose", "75 mg/day")


def test_jaundice_is_what_atazanavir_may_do() -> None:
    assert "jaundice_risk_up" in the("atazanavir", "CPIC", UGT1A1="*28/*28").implications


def test_no_row_says_both_change_and_no_change_without_saying_when() -> None:
    """Such rows were made from one text that says "if": they carry the condition, or were read and are named here."""
    unread = {
        (row.source, row.drug)
        for row in used_rows()
        if not row.when
        and (
            (set(row.actions) & KEEP and set(row.actions) & CHANGE)
            or {"increase_dose", "reduce_dose"} <= set(row.actions)
        )
    }
    assert unread == {*PLAIN_ALL_THE_SAME}


def test_an_action_that_holds_otherwise_has_a_condition_and_is_another_action() -> None:
    for row in used_rows():
        if row.otherwise is not None:
            assert row.when, row
            assert row.otherwise != row.action
            assert row.otherwise in vocabulary(KNOWLEDGE).actions


def test_every_row_with_a_condition_says_where_it_was_read() -> None:
    with (TABLES / "SOURCES.tsv").open(encoding="utf-8", newline="") as stream:
        sources = {row["source"] for row in csv.DictReader(stream, delimiter="\t")}
    with (TABLES / "guidance.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        assert bool(row["read_in"]) or not (row["when"] or row["otherwise"])
        assert not row["read_in"] or row["read_in"] in sources


def test_every_condition_is_used_and_says_what_it_means() -> None:
    assert set(CONDITIONS) == set(Condition)
    assert {code for reading in READINGS for code in reading.when} == set(Condition)


def test_conditions_are_printed_with_the_advice() -> None:
    told = the("omeprazole", "CPIC", CYP2C19="*1/*1").to_dict()
    assert (told["when"], told["otherwise"]) == (["h_pylori_or_erosive_oesophagitis"], "standard_dose")
