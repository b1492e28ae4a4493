"""Warfarin by CPIC's flow: a dose from the IWPC algorithm, with every input shown, or the reason why there is none.

CPIC gives no row per genotype for warfarin. It says when a published dose algorithm may be used, and by how much to
change its answer for alleles the algorithm does not know. The numbers here are for a clinician to check, never for
a patient's report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from genomics.knowledge import Knowledge
from genomics.model import GeneResult, Source

_ALGORITHM_GENOTYPES = frozenset({"*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"})
_OTHER_DECREASED = frozenset({"*5", "*6", "*8", "*11"})


class Ancestry(StrEnum):
    """The groups the published formula was fitted in; it knows no others."""

    WHITE = "white"
    ASIAN = "asian"
    BLACK = "black"
    MIXED_OR_NOT_STATED = "mixed_or_not_stated"


class Step(StrEnum):
    """What CPIC's flow says at each turn."""

    DOSE_CLINICALLY = "dose_clinically"
    ALGORITHM = "algorithm"
    DECREASE_FOR_OTHER_CYP2C9 = "decrease_for_other_cyp2c9"
    INCREASE_FOR_CYP4F2 = "increase_for_cyp4f2"
    OTHER_CYP2C9_NOT_TESTED = "other_cyp2c9_not_tested"
    RS12777823_NOT_READ = "rs12777823_not_read"
    CONSIDER_ANOTHER_MEDICINE = "consider_another_medicine"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the formula needs beside the genes."""

    age_years: int
    height_cm: float
    weight_kg: float
    ancestry: Ancestry
    takes_enzyme_inducer: bool = False
    takes_amiodarone: bool = False

    def __post_init__(self) -> None:
        if not (18 <= self.age_years <= 120 and 100 <= self.height_cm <= 250 and 25 <= self.weight_kg <= 350):
            raise ValueError("The formula is for adults; check age, height and weight.")


@dataclass(frozen=True, slots=True)
class WarfarinDose:
    """Milligrams a week: the algorithm's answer, and the range after CPIC's changes to it. None where CPIC gives
    none.
    """

    steps: tuple[Step, ...]
    mg_per_week: float | None
    low: float | None
    high: float | None
    inputs: Mapping[str, Any]
    terms: Mapping[str, float]


def iwpc_terms(knowledge: Knowledge, facts: Facts, vkorc1: str | None, cyp2c9: str | None) -> dict[str, float]:
    """Each term of the formula with its value; their sum is the square root of milligrams a week."""
    table = knowledge.warfarin_terms
    terms = {
        "intercept": table["intercept"],
        "age_decades": table["age_decades"] * (facts.age_years // 10),
        "height_cm": table["height_cm"] * facts.height_cm,
        "weight_kg": table["weight_kg"] * facts.weight_kg,
    }
    chosen = {"-1639 GG": None, "-1639 AG": "VKORC1_AG", "-1639 AA": "VKORC1_AA"}.get(vkorc1 or "", "VKORC1_unknown")
    chosen_cyp2c9 = "CYP2C9_unknown" if cyp2c9 not in _ALGORITHM_GENOTYPES else f"CYP2C9_{cyp2c9}"
    race = {
        Ancestry.ASIAN: "race_asian",
        Ancestry.BLACK: "race_black",
        Ancestry.MIXED_OR_NOT_STATED: "race_missing_or_mixed",
    }.get(facts.ancestry)
    present = (
        chosen,
        chosen_cyp2c9 if chosen_cyp2c9 != "CYP2C9_*1/*1" else None,
        race,
        "enzyme_inducer" if facts.takes_enzyme_inducer else None,
        "amiodarone" if facts.takes_amiodarone else None,
    )
    return terms | {name: table[name] for name in present if name is not None}


def _certain_diplotype(result: GeneResult | None) -> str | None:
    if result is None or result.tied != 1 or set(result.phenotype.values()) == {None}:
        return None
    return result.diplotypes[0]


def _copies_of_t(result: GeneResult | None) -> int | None:
    """How many copies of CYP4F2 *3 (rs2108622 T); None when that is not certain."""
    if result is None or result.tied != 1:
        return None
    names = result.diplotypes[0].split("/")
    return sum(name in ("*3", "*4") for name in names) if set(names) <= {"*1", "*2", "*3", "*4"} else None


def warfarin_dose(knowledge: Knowledge, results: Mapping[str, GeneResult], facts: Facts) -> WarfarinDose:
    """Follow CPIC's flow for an adult with these results.

    A diplotype with *5, *6, *8 or *11 is worked out as if that allele were *1 and then lowered by 15 to 30 %, by 20
    to 40 % when both are such alleles. The range is that of the percentages; the algorithm's own error is larger
    and not in it.
    """
    vkorc1 = results["VKORC1"].phenotype[Source.CPIC] if "VKORC1" in results else None
    cyp2c9 = _certain_diplotype(results.get("CYP2C9"))
    inputs = {
        "age_years": facts.age_years,
        "height_cm": facts.height_cm,
        "weight_kg": facts.weight_kg,
        "ancestry": facts.ancestry,
        "takes_enzyme_inducer": facts.takes_enzyme_inducer,
        "takes_amiodarone": facts.takes_amiodarone,
        "VKORC1": vkorc1,
        "CYP2C9": cyp2c9,
    }
    names = cyp2c9.split("/") if cyp2c9 else []
    others = sum(name in _OTHER_DECREASED for name in names)
    for_formula = "/".join(sorted("*1" if name in _OTHER_DECREASED else name for name in names)) or None
    if vkorc1 is None or for_formula not in _ALGORITHM_GENOTYPES:
        return WarfarinDose((Step.DOSE_CLINICALLY,), None, None, None, inputs, {})
    terms = iwpc_terms(knowledge, facts, vkorc1, for_formula)
    dose = sum(terms.values()) ** 2
    low = high = 1.0
    steps = [Step.ALGORITHM]
    if others:
        steps.append(Step.DECREASE_FOR_OTHER_CYP2C9)
        low, high = (0.60, 0.80) if others == 2 else (0.70, 0.85)
    if facts.ancestry is Ancestry.BLACK:
        steps.append(Step.RS12777823_NOT_READ)
    elif _copies_of_t(results.get("CYP4F2")):
        steps.append(Step.INCREASE_FOR_CYP4F2)
        low, high = low * 1.05, high * 1.10
    if results["CYP2C9"].phenotype[Source.CPIC] == "Poor Metabolizer":
        steps.append(Step.CONSIDER_ANOTHER_MEDICINE)
    return WarfarinDose(tuple(steps), dose, dose * low, dose * high, inputs, terms)
