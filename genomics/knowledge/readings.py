"""Conditions that guideline texts attach to their advice, read row by row, for the table of guidance.

The collected facts hold one action code per guideline row, taken from its text mechanically, and lose "only for
this use", "only the starting dose", "only if". Here is what was read again in those texts, in codes. A reading names
the rows it is about by their coded facts; `build.py` lays it over them and stops when a reading matches no row.
Where the code contradicted the text, `action` says what the text says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from genomics.model import Condition

PPI = ("dexlansoprazole", "lansoprazole", "omeprazole", "pantoprazole")
TRICYCLICS = ("amitriptyline", "clomipramine", "doxepin", "imipramine", "trimipramine")
SHORT_ACTING_NSAIDS = ("celecoxib", "flurbiprofen", "ibuprofen", "lornoxicam")

CPIC = "cpic-guidance-texts"
CPIC_THIOPURINES = "cpic-guidance-texts-thiopurines"
CPIC_UPDATES = "cpic-guidance-updates"
CPIC_SSRI = "cpic-guidance-texts-ssri"
CPIC_DPYD = "cpic-guidance-texts-dpyd"
DPWG = "dpwg-guidance-texts"
DPWG_DPYD = "dpwg-guidance-texts-dpyd"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for some rows of one body's guidance.

    `when`: what limits the action; `otherwise`: the action the same text gives where the limit does not hold, empty
    where it gives none. `action`, `fold` and `implication` are given where the text says more than the code.
    """

    body: Literal["CPIC", "DPWG"]
    drugs: tuple[str, ...]
    coded: tuple[str, ...]
    read_in: str
    when: tuple[Condition, ...] = ()
    otherwise: str = ""
    # None: whatever the result; else only the rows for these results of the gene.
    genes: str = ""
    results: tuple[str, ...] = ()
    also_coded: str = ""
    also_noted: str = ""
    action: str = ""
    fold: str = ""
    implication: str = ""

    def is_about(self, row: dict[str, str], results: Iterable[str]) -> bool:
        return (
            row["source"] == self.body
            and row["drug"] in self.drugs
            and row["primary_action"] in self.coded
            and (not self.genes or row["genes"] == self.genes)
            and (not self.results or bool(set(results) & set(self.results)))
            and self.also_noted in row["mg_or_note"]
            and (not self.also_coded or self.also_coded in row["actions"].split(";"))
        )


READINGS = (
    # CPIC, stomach acid: the usual dose first; more for two uses only; less only after long use that works.
    Reading(
        "CPIC",
        PPI,
        ("increase_dose",),
        CPIC,
        when=(Condition.H_PYLORI_OR_EROSIVE_OESOPHAGITIS,),
        otherwise="standard_dose",
        results=("Normal Metabolizer", "Rapid Metabolizer"),
    ),
    Reading(
        "CPIC",
        PPI,
        ("increase_dose",),
        CPIC,
        when=(Condition.STARTING_DOSE,),
        results=("Ultrarapid Metabolizer",),
    ),
    Reading(
        "CPIC",
        PPI,
        ("reduce_dose",),
        CPIC,
        when=(Condition.AFTER_12_WEEKS_IF_IT_WORKS,),
        otherwise="standard_dose",
    ),
    # CPIC, low mood: the usual start; then slower, and a lower dose to stay on.
    Reading(
        "CPIC",
        ("citalopram", "escitalopram", "sertraline"),
        ("reduce_dose",),
        CPIC_SSRI,
        when=(Condition.MAINTENANCE_DOSE,),
        otherwise="standard_dose",
        also_coded="lower_maintenance_dose",
    ),
    # CPIC, tricyclics: written for the doses of low mood, not for the small doses of nerve pain.
    Reading(
        "CPIC",
        TRICYCLICS,
        ("avoid", "consider_alternative", "reduce_dose"),
        CPIC,
        when=(Condition.HIGHER_INITIAL_DOSE,),
    ),
    Reading(
        "CPIC",
        ("fosphenytoin", "phenytoin"),
        ("reduce_dose",),
        CPIC,
        when=(Condition.MAINTENANCE_DOSE,),
        otherwise="standard_dose",
    ),
    Reading(
        "CPIC",
        SHORT_ACTING_NSAIDS,
        ("reduce_dose",),
        CPIC,
        when=(Condition.STARTING_DOSE,),
        also_coded="standard_dose",
    ),
    Reading(
        "CPIC",
        ("fluvastatin", "pravastatin", "rosuvastatin"),
        ("standard_dose",),
        CPIC,
        when=(Condition.HIGH_DOSE_RAISES_MUSCLE_RISK,),
        results=("Decreased Function", "Possible Decreased Function"),
        also_noted=">",
    ),
    # The dose that usually works is reached by few of these people.
    Reading(
        "CPIC",
        ("voriconazole",),
        ("consider_alternative",),
        CPIC,
        results=("Rapid Metabolizer", "Ultrarapid Metabolizer"),
        implication="exposure_lower",
    ),
    Reading("CPIC", ("efavirenz",), ("reduce_dose",), CPIC, when=(Condition.STARTING_DOSE,)),
    Reading(
        "CPIC",
        ("tacrolimus",),
        ("increase_dose",),
        CPIC,
        when=(Condition.STARTING_DOSE, Condition.LIVER_TRANSPLANT_NEEDS_DONOR_RESULT),
    ),
    Reading(
        "CPIC",
        ("atazanavir",),
        ("consider_alternative",),
        CPIC,
        when=(Condition.JAUNDICE_OF_CONCERN,),
        implication="jaundice_risk_up",
    ),
    Reading(
        "CPIC",
        ("azathioprine",),
        ("reduce_dose",),
        CPIC_THIOPURINES,
        when=(Condition.STARTING_DOSE, Condition.FULL_STARTING_DOSE),
    ),
    # As the collected facts note on these rows: a tenth of the dose in cancer, another medicine in all else.
    Reading(
        "CPIC",
        ("mercaptopurine",),
        ("reduce_dose",),
        CPIC_UPDATES,
        when=(Condition.CANCER_TREATMENT,),
        otherwise="consider_alternative",
        results=("Poor Metabolizer",),
    ),
    # A starting dose, then by harm and effect; more only for those who bear it well.
    Reading(
        "CPIC",
        ("capecitabine", "fluorouracil"),
        ("reduce_dose",),
        CPIC_DPYD,
        when=(Condition.STARTING_DOSE,),
    ),
    # DPWG
    Reading(
        "DPWG",
        ("capecitabine", "fluorouracil"),
        ("reduce_dose",),
        DPWG_DPYD,
        when=(Condition.STARTING_DOSE,),
    ),
    Reading(
        "DPWG",
        ("lansoprazole", "omeprazole", "pantoprazole"),
        ("increase_dose",),
        DPWG,
        when=(Condition.H_PYLORI,),
        otherwise="monitor_or_titrate",
    ),
    Reading(
        "DPWG",
        ("clopidogrel",),
        ("consider_alternative",),
        DPWG,
        when=(Condition.STENT_STROKE_OR_TIA,),
        otherwise="no_action_required",
    ),
    Reading(
        "DPWG",
        ("clopidogrel",),
        ("avoid",),
        DPWG,
        when=(Condition.STENT_STROKE_OR_TIA,),
        otherwise="monitor_or_titrate",
    ),
    Reading(
        "DPWG",
        ("atorvastatin",),
        ("consider_alternative",),
        DPWG,
        when=(Condition.OTHER_RISKS_FOR_MUSCLE_HARM,),
        otherwise="monitor_or_titrate",
    ),
    Reading(
        "DPWG",
        ("quetiapine",),
        ("consider_alternative",),
        DPWG,
        when=(Condition.DEPRESSION,),
        otherwise="reduce_dose",
    ),
    Reading(
        "DPWG",
        ("clomipramine",),
        ("avoid",),
        DPWG,
        when=(Condition.COMPULSION_OR_ANXIETY,),
        otherwise="no_action_required",
    ),
    Reading(
        "DPWG",
        ("tacrolimus",),
        ("increase_dose",),
        DPWG,
        when=(Condition.STARTING_DOSE, Condition.LIVER_TRANSPLANT_NEEDS_DONOR_RESULT),
        fold="1.5",
    ),
    # The text of the next six rows gives a dose; their code said to check, or the usual dose.
    Reading(
        "DPWG",
        ("tacrolimus",),
        ("monitor_or_titrate",),
        DPWG,
        when=(Condition.STARTING_DOSE, Condition.LIVER_TRANSPLANT_NEEDS_DONOR_RESULT),
        results=("Normal Metabolizer",),
        action="increase_dose",
        fold="2.5",
    ),
    Reading(
        "DPWG",
        ("voriconazole",),
        ("monitor_or_titrate",),
        DPWG,
        when=(Condition.STARTING_DOSE,),
        results=("Ultrarapid Metabolizer",),
        action="increase_dose",
        fold="1.5",
    ),
    Reading(
        "DPWG",
        ("allopurinol",),
        ("monitor_or_titrate",),
        DPWG,
        results=("Decreased Function",),
        action="increase_dose",
        fold="1.25",
    ),
    Reading("DPWG", ("allopurinol",), ("increase_dose",), DPWG, results=("Poor Function",), fold="1.4"),
    Reading("DPWG", ("sertraline",), ("monitor_or_titrate",), DPWG, results=("Poor Metabolizer",), action="cap_dose"),
    Reading(
        "DPWG",
        ("efavirenz",),
        ("standard_dose",),
        DPWG,
        when=(Condition.STARTING_DOSE, Condition.WEIGHT_AND_KIND_OF_TABLET),
        otherwise="monitor_or_titrate",
        results=("Poor Metabolizer",),
        action="reduce_dose",
    ),
    Reading(
        "DPWG",
        ("efavirenz",),
        ("reduce_dose",),
        DPWG,
        when=(Condition.SIDE_EFFECTS_OCCUR,),
        results=("Intermediate Metabolizer",),
    ),
    Reading("DPWG", ("irinotecan",), ("reduce_dose",), DPWG, when=(Condition.STARTING_DOSE,)),
    Reading(
        "DPWG",
        ("azathioprine", "mercaptopurine"),
        ("reduce_dose",),
        DPWG,
        when=(Condition.STARTING_DOSE, Condition.FULL_STARTING_DOSE),
        genes="TPMT",
    ),
    Reading("DPWG", ("mercaptopurine",), ("reduce_dose",), DPWG, when=(Condition.STARTING_DOSE,), genes="NUDT15"),
    Reading("DPWG", ("thioguanine",), ("reduce_dose",), DPWG, when=(Condition.STARTING_DOSE,), genes="TPMT"),
    Reading(
        "DPWG",
        ("phenytoin",),
        ("reduce_dose",),
        DPWG,
        when=(Condition.MAINTENANCE_DOSE,),
        otherwise="standard_dose",
    ),
    Reading(
        "DPWG",
        ("acenocoumarol", "phenprocoumon", "warfarin"),
        ("reduce_dose",),
        DPWG,
        when=(Condition.STARTING_DOSE,),
    ),
    Reading(
        "DPWG",
        ("siponimod",),
        ("reduce_dose",),
        DPWG,
        when=(Condition.MAINTENANCE_DOSE, Condition.MEDICINE_THAT_SPEEDS_CYP3A4),
    ),
    Reading("DPWG", ("citalopram", "escitalopram"), ("cap_dose",), DPWG, when=(Condition.LIMIT_BY_AGE,)),
)
