"""Rosa writes down what she takes, asks about a medicine, is refused where nobody knows, and makes a card."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.delivery import actions as delivery
from portal.record.models import ListedMedicine
from tests.browser import Visitor, needs_browser, picture
from tests.portal.delivery.conftest import make_ward

pytestmark = needs_browser


def looked_at(visitor: Visitor, name: str) -> None:
    """Hold the page to the baseline, and keep it as pictures where somebody wants to look at them."""
    visitor.meets_the_baseline()
    page = visitor.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            picture(page, f"{name}-{scheme}-{width}")
    page.emulate_media(color_scheme="light")


@pytest.mark.usefixtures("transactional_db")
def test_a_patient_asks_before_she_takes(enter: Callable[..., Visitor]) -> None:
    ward = make_ward()
    delivery.sign(ward.clinician, ward.draft, delivery.shown_hash(ward.draft, []))
    rosa = enter(ward.account)
    page = rosa.page

    # What she takes; a name that is only close is offered, not taken.
    page.get_by_role("link", name="My medicines", exact=True).click()
    looked_at(rosa, "mine-empty")
    page.get_by_label("Name of the medicine").fill("omeprasole")
    page.get_by_role("button", name="Put it on my list").click()
    page.get_by_text("Do you mean one of these?").wait_for()
    # The browser's own note of a form that came back is no complaint.
    rosa.complaints = [said for said in rosa.complaints if "422" not in said]
    looked_at(rosa, "mine-close")
    page.get_by_role("button", name="Omeprazole", exact=True).click()
    page.get_by_text("RxNorm 7646").wait_for()
    assert ListedMedicine.objects.count() == 1
    looked_at(rosa, "mine")

    # What harmed her, and what is true of her body.
    page.get_by_role("link", name="Allergies and bad reactions").click()
    page.get_by_label("An allergy").check()
    page.get_by_label("What caused it?").fill("codeine")
    page.get_by_label("What happened to you?").fill("trouble with breathing")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("button", name="This is wrong").wait_for()
    looked_at(rosa, "reactions")
    page.goto("/about-me/body/")
    page.get_by_role("group", name="How well do your kidneys work?").get_by_label("I do not know").check()
    looked_at(rosa, "body")
    page.get_by_role("button", name="Keep my answers").click()
    page.get_by_text("We kept your answers.").wait_for()

    # She asks, and gets the words that were signed.
    page.get_by_role("link", name="Can I take …?").click()
    looked_at(rosa, "ask")
    page.get_by_label("Which medicine?").fill("Clopidogrel 75 mg")
    page.get_by_role("button", name="Look it up").click()
    page.get_by_role("heading", name="Can I take clopidogrel?").wait_for()
    assert page.get_by_text("Ask about another medicine", exact=True).count()
    assert page.get_by_text("Do not start, stop or change a medicine before you ask.").is_visible()
    assert page.get_by_text("you do not know how well your kidneys work").is_visible()
    assert "clopidogrel" not in page.url
    looked_at(rosa, "answer")

    # What harmed her comes first; what nobody knows is refused.
    page.get_by_label("Which medicine?").fill("codeine")
    page.get_by_role("button", name="Look it up").click()
    page.get_by_text("You told us that you are allergic to codeine.").wait_for()
    looked_at(rosa, "answer-harmed")
    page.get_by_label("Which medicine?").fill("moon dust")
    page.get_by_role("button", name="Look it up").click()
    page.get_by_text("That does not mean yes and it does not mean no.").wait_for()
    assert page.get_by_text("Do not start, stop or change a medicine before you ask.").is_visible()
    looked_at(rosa, "answer-unknown")

    # Her card holds what she ticks.
    page.goto("/about-me/card/")
    page.get_by_label("Name: Rosa Alvarez").check()
    page.get_by_label("Clopidogrel: Ask about another medicine").check()
    looked_at(rosa, "card")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make my card (PDF)").click()
    assert waiting.value.suggested_filename.startswith("card-")


@pytest.mark.usefixtures("transactional_db")
def test_it_works_without_scripts(enter: Callable[..., Visitor]) -> None:
    ward = make_ward()
    rosa = enter(ward.account, javascript=False)
    page = rosa.page
    page.goto("/about-me/ask/")
    page.locator("input[name=name]").fill("omeprazole")
    page.get_by_role("button", name="Look it up").click()
    assert page.locator(".answer-not_known").count() == 1  # a draft is no report
    rosa.meets_the_baseline()
