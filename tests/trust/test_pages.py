"""The pages of trust, in a browser: without an accessibility fault, and no typed text is lost when time runs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from portal.access import actions, log, proxies
from portal.access.models import AccessEvent, BreakGlass
from portal.people.models import ProxyInvitation, Role
from tests.browser import Visitor, needs_browser, picture
from tests.journeys.conftest import Town
from tests.people import PASSWORD, make_user

pytestmark = needs_browser
WHY = "Unconscious in the emergency room, on an unknown blood thinner."


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def show_that_it_is_me(visitor: Visitor) -> None:
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="Confirm").click()
    visitor.page.wait_for_load_state()


def test_an_emergency_from_reason_to_verdict(town: Town, enter: Callable[..., Visitor]) -> None:
    doctor, officer = make_user(Role.CLINICIAN, "Dr Otto Other"), make_user(Role.PRIVACY_OFFICER, "Ingrid Dahl")
    visitor = enter(doctor)
    page = visitor.page
    page.goto("/access/emergency/")
    show_that_it_is_me(visitor)
    visitor.meets_the_baseline()
    picture(page, "emergency")
    page.get_by_label("Record number").fill(town.patient.record_number)
    page.get_by_label("Birth date").fill("1980-02-29")
    page.get_by_label("What is the emergency?").fill(WHY)
    page.get_by_role("button", name="Open the record").click()
    page.get_by_text("open to you for 60 minutes").wait_for()
    broken = BreakGlass.objects.get()

    visitor = enter(town.account)
    page = visitor.page
    page.goto("/access/log/")
    page.get_by_text("Dr Otto Other opened the record in an emergency.").first.wait_for()
    visitor.meets_the_baseline()
    picture(page, "who-looked")
    page.get_by_role("button", name="I did not expect this").first.click()
    page.get_by_text("You asked about this.").first.wait_for()
    visitor.meets_the_baseline()

    visitor = enter(officer)
    page = visitor.page
    page.goto("/access/reviews/")
    page.get_by_text(WHY).wait_for()
    visitor.meets_the_baseline()
    picture(page, "to-look-into")
    page.get_by_label("Justified", exact=True).check()
    page.get_by_label("Note").fill("The notes of that night say so.")
    page.get_by_role("button", name="Save the verdict").click()
    page.get_by_text("Your verdict is saved.").wait_for()
    broken.refresh_from_db()
    assert broken.verdict == "justified"


def test_the_pages_of_helping(town: Town, enter: Callable[..., Visitor]) -> None:
    helper = make_user(Role.PATIENT, "Hana Helper")
    invitation, _code = proxies.invite_proxy(town.account, town.patient, email=helper.email, covers=["reports"])
    visitor = enter(helper)
    visitor.page.goto(f"/access/helpers/invitations/{invitation.pk}/accept/")
    visitor.meets_the_baseline()
    ProxyInvitation.objects.update(accepted_by=helper)
    visitor = enter(town.account)
    page = visitor.page
    page.goto("/access/log/?mine=1")
    page.get_by_role("link", name="People who help me").click()
    show_that_it_is_me(visitor)
    visitor.meets_the_baseline()
    picture(page, "helpers")
    page.get_by_role("link", name="Let Hana Helper help").click()
    page.get_by_role("heading", name="Let Hana Helper help").wait_for()
    visitor.meets_the_baseline()


def test_typed_text_comes_back_to_the_same_person_only(town: Town, enter: Callable[..., Visitor]) -> None:
    officer = make_user(Role.PRIVACY_OFFICER, "Ingrid Dahl")
    event = log.record(town.clinician, "read.patient", town.patient)
    asked = actions.question(town.account, event)
    visitor = enter(officer)
    page = visitor.page
    page.goto("/access/reviews/")
    page.get_by_label("Your answer").fill("She prepared your visit of Monday.")
    Session.objects.all().delete()  # what the server does when time runs out
    page.get_by_role("button", name="Send the answer").click()
    page.wait_for_url("**/login/**")
    page.get_by_label("Email").fill(officer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto("/access/reviews/")
    assert page.get_by_label("Your answer").input_value() == "She prepared your visit of Monday."
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("Your answer is saved.").wait_for()
    asked.refresh_from_db()
    assert asked.answer == "She prepared your visit of Monday."
    assert "She prepared" not in page.evaluate("JSON.stringify(sessionStorage)"), "and nothing is left behind"


def test_it_warns_before_the_session_ends_and_one_press_keeps_it(
    town: Town, enter: Callable[..., Visitor], settings: Any
) -> None:
    visitor = enter(town.account)
    page = visitor.page
    settings.SESSION_LIMITS = {"patient": (100, 3600), "staff": (100, 3600)}
    page.goto("/access/log/")
    warning = page.get_by_role("dialog", name="Are you still there?")
    warning.wait_for()
    visitor.meets_the_baseline()
    picture(page, "still-there")
    settings.SESSION_LIMITS = {"patient": (1800, 3600), "staff": (900, 3600)}
    before = AccessEvent.objects.count()
    page.get_by_role("button", name="Stay signed in").click()
    warning.wait_for(state="hidden")
    page.wait_for_timeout(500)
    assert not warning.is_visible()
    assert AccessEvent.objects.count() == before
