"""From coded advice to one of five statuses: the whole rule, in one table.

The status is decided by a row's primary action, and by the action that holds otherwise where the row is conditional.
`usual` never means safe: it means the genes that were read give no reason to change the usual plan. A guide that is
silent about a usual result gives `no_special_advice`: that is known, and not a promise. Whatever is not in the table
is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """In order of care: the first is the most serious, and `not_known` never hides another one."""

    ASK_ABOUT_ANOTHER = "ask_about_another"
    TAKE_CARE = "take_care"
    USUAL = "usual"
    NO_SPECIAL_ADVICE = "no_special_advice"
    NOT_KNOWN = "not_known"


CARE = tuple(Status)
# What asks for nothing; it may be told only while no part of the answer is missing.
CALM = (Status.USUAL, Status.NO_SPECIAL_ADVICE)

STATUS_OF_ACTION: Mapping[str, Status] = {
    "avoid": Status.ASK_ABOUT_ANOTHER,
    "consider_alternative": Status.ASK_ABOUT_ANOTHER,
    "reduce_dose": Status.TAKE_CARE,
    "increase_dose": Status.TAKE_CARE,
    "cap_dose": Status.TAKE_CARE,
    "lower_maintenance_dose": Status.TAKE_CARE,
    "monitor_or_titrate": Status.TAKE_CARE,
    "confirm_with_enzyme_assay": Status.TAKE_CARE,
    "prior_tolerance_exception": Status.TAKE_CARE,
    "standard_dose": Status.USUAL,
    "no_action_required": Status.USUAL,
    "single_gene_basis": Status.NOT_KNOWN,
    "no_recommendation": Status.NOT_KNOWN,
    "no_guidance_for_this_result": Status.NO_SPECIAL_ADVICE,
    "indeterminate": Status.NOT_KNOWN,
    "none": Status.NOT_KNOWN,
    "not_coded": Status.NOT_KNOWN,
}
STRENGTHS = ("Strong", "Moderate", "Optional", "N/A", "", "No recommendation")

# Which way a medicine leans for this person; chooses the headline and the reason.
_DIRECTION_OF_ACTION = {
    "reduce_dose": "stronger",
    "cap_dose": "stronger",
    "lower_maintenance_dose": "stronger",
    "increase_dose": "weaker",
}


def status_of(action: str) -> Status:
    return STATUS_OF_ACTION.get(action, Status.NOT_KNOWN)


def status_of_row(row: Mapping[str, Any]) -> Status:
    """The status of a piece of advice; one that holds under a condition counts with what holds otherwise."""
    actions = [row["action"] or "not_coded", *filter(None, [row.get("otherwise")])]
    return worst(map(status_of, actions))


def holds_for_some_only(row: Mapping[str, Any]) -> bool:
    """Whether the same text says that others need no change."""
    return bool(row.get("otherwise")) and status_of(row["otherwise"]) in CALM


def worst(statuses: Iterable[Status]) -> Status:
    """The most serious status; nothing at all is not known."""
    return min(statuses, key=CARE.index, default=Status.NOT_KNOWN)


def strength(row: Mapping[str, Any]) -> int:
    """Rank of a row's classification, strongest first; an unknown one ranks last."""
    found = row["classification"]
    return STRENGTHS.index(found) if found in STRENGTHS else len(STRENGTHS)


def direction(action: str, implications: Sequence[str]) -> str:
    """How the medicine may act, from the action and the implication codes.

    `weaker`, `stronger`, `jaundice_risk_up` or `unclear`.
    """
    if "jaundice_risk_up" in implications:
        return "jaundice_risk_up"
    if action in _DIRECTION_OF_ACTION:
        return _DIRECTION_OF_ACTION[action]
    weaker = bool({"efficacy_down", "exposure_lower"} & set(implications))
    stronger = bool({"exposure_higher", "toxicity_risk_up"} & set(implications))
    faster = "metabolism_increased" in implications
    if weaker and "exposure_higher" not in implications and not ("toxicity_risk_up" in implications and faster):
        return "weaker"
    if stronger and not weaker and not faster:
        return "stronger"
    return "unclear"


# How guides write that a gene has no result, or none that says what the gene does.
_NO_RESULT = (None, "", "No Result", "Indeterminate", "n/a")


def missing_genes(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Genes a piece of advice also rests on, without a result of their own that says what they do."""
    return tuple(gene for gene in row["genes"] if row["lookup"].get(gene) in _NO_RESULT)
