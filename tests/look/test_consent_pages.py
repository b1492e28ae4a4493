"""The consent pages in a real browser: no accessibility fault, no sideways scroll, light and dark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent.desk import actions, guardians, understanding
from tests.people import Clinic, allow, care, make_clinic, make_patient, say_yes

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRONG: dict[str, int | None] = {}


def visitor(browser: Any, live_server: Any, user: Any, theme: str, width: int) -> Any:
    client = Client()
    client.force_login(user)
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return context.new_page()


def meets_the_baseline(page: Any, width: int, name: str) -> None:
    found = axe_playwright.Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def prepare(clinic: Clinic) -> dict[str, tuple[Any, str]]:
    """Name of each page → who sees it, and where."""
    ada = clinic.ada_user
    say_yes(ada, clinic.ada, "research.hmb")
    allow(clinic.ada, "pgx")
    back = actions.withdraw(ada, clinic.ada, "rare.match")
    understanding.answer(ada, clinic.ada, "contact.email", WRONG)
    understanding.answer(ada, clinic.ada, "raw.download", WRONG)
    understanding.answer(ada, clinic.ada, "raw.download", WRONG)
    guardians.record(clinic.counsellor, clinic.ada, clinic.ben_user, capacity="attorney", basis="deed seen")
    lena = make_patient("Lena", "Example", language="es")
    care(clinic.counsellor, lena)
    understanding.answer(lena.account, lena, "pgx", WRONG, locale="es")
    understanding.ask_to_talk(lena.account, lena, "carrier")
    return {
        "choices": (ada, reverse("consent:choices")),
        "given": (ada, reverse("consent:choice", args=["pgx"])),
        "read": (ada, reverse("consent:choice", args=["polygenic"])),
        "questions": (ada, reverse("consent:understand", args=["polygenic"])),
        "explained-again": (ada, reverse("consent:understand", args=["contact.email"])),
        "counsellor": (ada, reverse("consent:choice", args=["raw.download"])),
        "answer": (ada, reverse("consent:decide", args=["research.gru"])),
        "effect": (ada, reverse("consent:effect", args=[back.id])),
        "spanish": (lena.account, reverse("consent:choice", args=["pgx"])),
        "spanish-again": (lena.account, reverse("consent:understand", args=["pgx"])),
        "guardians": (clinic.clinician, reverse("consent:guardianship")),
        "desk": (clinic.counsellor, reverse("consent:desk")),
    }


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 320), ("light", 1280), ("dark", 1280)])
def test_every_page_meets_the_baseline(browser: Any, live_server: Any, theme: str, width: int) -> None:
    clinic = make_clinic(consent=False)
    for name, (user, address) in prepare(clinic).items():
        page = visitor(browser, live_server, user, theme, width)
        page.goto(live_server.url + address)
        assert page.locator("h1").count() == 1, name
        meets_the_baseline(page, width, f"{name}-{theme}")
        if name == "answer":
            page.locator("button[name=answer][value=yes]").click()
            assert page.get_by_role("heading", name="What changes if I save this").count() == 1
            meets_the_baseline(page, width, f"preview-{theme}")
        if name == "given":
            page.locator("summary", has_text="What changes if I take it back?").click()
            meets_the_baseline(page, width, f"take-back-{theme}")
        page.context.close()
