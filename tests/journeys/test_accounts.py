"""Account pages a person meets: signing in and enrolling a second step."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser import Visitor, needs_browser, picture
from tests.journeys.conftest import Town
from tests.people import PASSWORD

pytestmark = needs_browser


def test_signing_in_with_a_wrong_password_says_what_to_do(town: Town, enter: Callable[..., Visitor]) -> None:
    visitor = enter(None)
    page = visitor.page
    page.goto("/")
    visitor.meets_the_baseline()
    picture(page, "sign-in")
    page.get_by_label("Email").fill(town.account.email)
    page.get_by_label("Password", exact=True).fill("not my password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".error-summary, .field-error").first.wait_for()
    visitor.meets_the_baseline()


def test_a_person_can_look_at_the_second_step_and_start_enrolling(town: Town, enter: Callable[..., Visitor]) -> None:
    visitor = enter(town.account)
    page = visitor.page
    page.goto("/accounts/2fa/")
    visitor.meets_the_baseline()
    picture(page, "second-step")
    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.locator("main img").wait_for()
    visitor.meets_the_baseline()
    picture(page, "second-step-enrol")
