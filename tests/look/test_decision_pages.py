"""A decision with numbers in a real browser: every view of them, no fault, no sideways scroll, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from tests.browser import assert_accessible, browser, needs_browser, picture
from tests.people import make_clinic
from tests.portal.decisions.examples import opened

__all__ = ["browser"]
pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


def test_every_view_of_the_numbers_meets_the_baseline(browser: Browser, live_server: Any) -> None:
    clinic = make_clinic()
    facts = reverse("decisions:facts", args=[opened(clinic).pk])
    client = Client()
    client.force_login(clinic.ada_user)
    context = browser.new_context(base_url=live_server.url)
    session = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    context.add_cookies([session | {"url": live_server.url}])
    page = context.new_page()
    for view in ("words", "numbers", "pictures", "bars"):
        page.goto(f"{facts}?view={view}")
        assert_accessible(page)
        picture(page, f"facts-{view}")
        page.emulate_media(color_scheme="dark")
        picture(page, f"facts-{view}-dark")
        page.emulate_media(color_scheme="light")
    context.close()
