"""The warfarin formula gives what its published coefficients give, worked out by hand, term by term."""

from __future__ import annotations

import pytest

from genomics.interpretation import Context, interpret
from genomics.knowledge import load
from genomics.model import GeneResult
from genomics.pharmacogenomics.warfarin import Ancestry, Facts, Step, WarfarinDose, warfarin_dose
from tests.genomics.people import KNOWLEDGE, calls_of, sample_of

C, T = "rs9923231 reference (C)", "rs9923231 variant (T)"


def results(cyp2c9: str, vkorc1: tuple[str, str] = (C, C), cyp4f2: str = "*1/*1") -> dict[str, GeneResult]:
    calls = calls_of(KNOWLEDGE.genes["VKORC1"], *vkorc1, phased=True)
    for gene, diplotype in (("CYP2C9", cyp2c9), ("CYP4F2", cyp4f2)):
        if diplotype:
            calls |= calls_of(KNOWLEDGE.genes[gene], *diplotype.split("/"), phased=True)
    return dict(interpret(sample_of(calls), Context(), KNOWLEDGE).genes)


def dose(cyp2c9: str, vkorc1: tuple[str, str] = (C, C), cyp4f2: str = "*1/*1", **facts: object) -> WarfarinDose:
    known = {"age_years": 60, "height_cm": 170.0, "weight_kg": 70.0, "ancestry": Ancestry.WHITE} | facts
    return warfarin_dose(load(), results(cyp2c9, vkorc1, cyp4f2), Facts(**known))  # type: ignore[arg-type]


BASE = 5.6044 - 0.2614 * 6 + 0.0087 * 170 + 0.0128 * 70


@pytest.mark.parametrize(
    ("cyp2c9", "vkorc1", "facts", "root"),
    [
        ("*1/*1", (C, C), {}, BASE),
        ("*1/*2", (C, C), {}, BASE - 0.5211),
        ("*1/*3", (C, C), {}, BASE - 0.9357),
        ("*2/*2", (C, C), {}, BASE - 1.0616),
        ("*2/*3", (C, T), {}, BASE - 1.9206 - 0.8677),
        ("*3/*3", (T, T), {}, BASE - 2.3312 - 1.6974),
        ("*1/*1", (C, T), {"ancestry": Ancestry.ASIAN}, BASE - 0.8677 - 0.1092),
        ("*1/*1", (T, T), {"ancestry": Ancestry.BLACK}, BASE - 1.6974 - 0.2760),
        ("*1/*1", (C, C), {"ancestry": Ancestry.MIXED_OR_NOT_STATED}, BASE - 0.1032),
        ("*1/*1", (C, C), {"takes_enzyme_inducer": True}, BASE + 1.1816),
        ("*1/*1", (C, C), {"takes_amiodarone": True}, BASE - 0.5503),
        ("*1/*1", (C, C), {"age_years": 69}, BASE),
        ("*1/*1", (C, C), {"age_years": 70}, BASE - 0.2614),
    ],
)
def test_worked_examples(cyp2c9: str, vkorc1: tuple[str, str], facts: dict[str, object], root: float) -> None:
    found = dose(cyp2c9, vkorc1, **facts)
    assert found.mg_per_week == pytest.approx(root**2)
    assert sum(found.terms.values()) == pytest.approx(root)
    assert (found.low, found.high) == (pytest.approx(root**2), pytest.approx(root**2))
    assert found.inputs["CYP2C9"] == cyp2c9


def test_other_decreased_alleles_lower_what_the_formula_says() -> None:
    plain, one, two = dose("*1/*1"), dose("*1/*8"), dose("*5/*11")
    assert plain.mg_per_week == one.mg_per_week == two.mg_per_week
    assert one.low == pytest.approx(plain.mg_per_week * 0.70) and one.high == pytest.approx(plain.mg_per_week * 0.85)
    assert two.low == pytest.approx(plain.mg_per_week * 0.60) and two.high == pytest.approx(plain.mg_per_week * 0.80)
    assert Step.DECREASE_FOR_OTHER_CYP2C9 in one.steps


def test_cyp4f2_raises_it_outside_african_ancestry_only() -> None:
    plain, raised = dose("*1/*1"), dose("*1/*1", cyp4f2="*1/*3")
    assert raised.low == pytest.approx(plain.mg_per_week * 1.05)
    assert raised.high == pytest.approx(plain.mg_per_week * 1.10)
    african = dose("*1/*1", cyp4f2="*1/*3", ancestry=Ancestry.BLACK)
    assert Step.INCREASE_FOR_CYP4F2 not in african.steps and Step.RS12777823_NOT_READ in african.steps


@pytest.mark.parametrize("cyp2c9", ["", "*1/*13"])
def test_without_a_genotype_the_formula_knows_there_is_no_number(cyp2c9: str) -> None:
    found = dose(cyp2c9)
    assert (found.steps, found.mg_per_week, found.low) == ((Step.DOSE_CLINICALLY,), None, None)


def test_a_poor_metaboliser_is_a_reason_for_another_medicine() -> None:
    assert Step.CONSIDER_ANOTHER_MEDICINE in dose("*3/*3").steps
    assert Step.CONSIDER_ANOTHER_MEDICINE not in dose("*1/*3").steps


@pytest.mark.parametrize("wrong", [{"age_years": 7}, {"height_cm": 1.7}, {"weight_kg": 0.0}])
def test_facts_that_cannot_be_of_an_adult_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="adults"):
        dose("*1/*1", **wrong)
