"""A person can set up the second sign-in step, use it, and undo it, on pages without an accessibility fault."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from portal.people.models import Role, User

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL, PASSWORD = "rosa@example.org", "a long and quiet river"


@pytest.fixture
def page(browser: Any, live_server: Any) -> Any:
    User.objects.create_user(EMAIL, PASSWORD, name="Rosa Example", role=Role.PATIENT)
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def sign_in(page: Any) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def open_again(page: Any, address: str) -> None:
    page.goto(address)
    show_that_it_is_me(page)


def show_that_it_is_me(page: Any) -> None:
    """Types the password once more when the page asks for it before a change."""
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_load_state()


def has_no_fault(page: Any) -> None:
    found = axe_playwright.Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert page.locator("h1").count() == 1


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_an_app_is_set_up_used_and_turned_off(page: Any) -> None:
    open_again(page, "/accounts/2fa/totp/activate/")
    has_no_fault(page)
    secret = page.get_by_label("Or type this secret into the app").input_value()
    page.set_viewport_size({"width": 320, "height": 720})
    box = page.get_by_label("Or type this secret into the app")
    cut = "box => [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight]"
    assert max(box.evaluate(cut)) <= 0, "the whole secret is seen on the smallest screen"
    assert len(secret) == 32 and secret.strip() == secret
    page.get_by_label("The code your app shows").fill(code_for(secret))
    page.get_by_role("button", name="Turn the app on").click()
    page.wait_for_load_state()

    open_again(page, "/accounts/2fa/")
    has_no_fault(page)
    page.get_by_role("link", name="See the spare codes").click()
    page.wait_for_load_state()
    has_no_fault(page)
    spare = page.get_by_label("Codes you can still use").input_value().split()[0]

    page.goto("/accounts/logout/")
    has_no_fault(page)
    page.locator("main").get_by_role("button", name="Sign out").click()
    sign_in(page)
    assert page.get_by_role("heading", level=1).inner_text() == "One more step"
    has_no_fault(page)
    page.locator("main").get_by_role("textbox").first.fill(spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()

    open_again(page, "/accounts/2fa/")
    page.get_by_role("link", name="Turn the app off").click()
    page.wait_for_load_state()
    has_no_fault(page)
    show_that_it_is_me(page)
    has_no_fault(page)
    page.get_by_role("button", name="Turn it off").click()
    page.wait_for_load_state()
    assert page.get_by_role("link", name="Set up the app").is_visible()


def test_a_passkey_is_added_and_opens_the_account(page: Any) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    open_again(page, "/accounts/2fa/webauthn/add/")
    has_no_fault(page)
    page.locator("main").get_by_role("textbox").fill("my phone")
    page.locator("main").get_by_role("checkbox").check()
    page.get_by_role("button", name="Add this key").click()
    page.wait_for_url("**/recovery-codes/**")

    open_again(page, "/accounts/2fa/webauthn/")
    assert page.get_by_text("my phone").first.is_visible()
    has_no_fault(page)

    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/**")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto("/accounts/sessions/")
    assert page.get_by_text("This device").is_visible()
    has_no_fault(page)


@pytest.mark.parametrize("address", ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/webauthn/"])
def test_an_account_page_has_no_fault(page: Any, address: str) -> None:
    open_again(page, address)
    has_no_fault(page)
