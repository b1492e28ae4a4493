"""One status per medicine; unknown is never told as usual."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports.status import CARE, STATUS_OF_ACTION, Status, direction, status_of, status_of_row, strength, worst


def test_an_action_nobody_knows_is_not_known() -> None:
    assert status_of("dance") is Status.NOT_KNOWN
    assert status_of("") is Status.NOT_KNOWN


@pytest.mark.parametrize("action", ["no_recommendation", "indeterminate", "not_coded", "none"])
def test_no_advice_is_never_told_as_usual(action: str) -> None:
    assert STATUS_OF_ACTION[action] is Status.NOT_KNOWN


def test_a_guide_that_is_silent_about_a_result_is_neither_usual_nor_unknown() -> None:
    assert STATUS_OF_ACTION["no_guidance_for_this_result"] is Status.NO_SPECIAL_ADVICE
    assert CARE.index(Status.USUAL) < CARE.index(Status.NO_SPECIAL_ADVICE) < CARE.index(Status.NOT_KNOWN)


@pytest.mark.parametrize(
    ("action", "otherwise", "status"),
    [
        ("increase_dose", "standard_dose", Status.TAKE_CARE),
        ("reduce_dose", "consider_alternative", Status.ASK_ABOUT_ANOTHER),
        ("consider_alternative", "no_action_required", Status.ASK_ABOUT_ANOTHER),
        ("avoid", None, Status.ASK_ABOUT_ANOTHER),
    ],
)
def test_advice_under_a_condition_counts_with_what_holds_otherwise(
    action: str, otherwise: str | None, status: Status
) -> None:
    assert status_of_row({"action": action, "otherwise": otherwise}) is status


@given(st.lists(st.sampled_from(CARE)))
def test_the_most_serious_status_counts_whatever_the_order(statuses: list[Status]) -> None:
    found = worst(statuses)
    assert all(CARE.index(found) <= CARE.index(status) for status in statuses)
    assert worst(reversed(statuses)) == worst(sorted(statuses)) == found


def test_nothing_at_all_is_not_known() -> None:
    assert worst([]) is Status.NOT_KNOWN


def test_stronger_advice_ranks_first_and_an_unknown_strength_last() -> None:
    rank = [strength({"classification": name}) for name in ("Strong", "Moderate", "Optional", "N/A", "Loud")]
    assert rank == sorted(rank)


@pytest.mark.parametrize(
    ("action", "implications", "leaning"),
    [
        ("reduce_dose", (), "stronger"),
        ("increase_dose", ("toxicity_risk_up",), "weaker"),
        ("avoid", ("metabolism_reduced", "toxicity_risk_up"), "stronger"),
        ("avoid", ("metabolism_increased", "exposure_lower", "efficacy_down"), "weaker"),
        ("avoid", ("metabolism_increased", "toxicity_risk_up"), "unclear"),
        ("avoid", (), "unclear"),
        ("consider_alternative", ("jaundice_risk_up",), "jaundice_risk_up"),
    ],
)
def test_a_medicine_leans_the_way_its_codes_say(action: str, implications: tuple[str, ...], leaning: str) -> None:
    assert direction(action, implications) == leaning
