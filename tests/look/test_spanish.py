"""The pages in Spanish, in a browser: longer words fit, nothing is left in English, nothing breaks right to left."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent.desk import actions, understanding
from portal.access import actions as accounts
from portal.access import log, proxies
from portal.people.models import User
from tests.browser import RULES, Axe, needs_browser, picture
from tests.people import Clinic, allow, make_clinic, release, sign
from tests.road import draft_from

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]

ENGLISH = re.compile(r"\b(the|you|your|this|with|from|and|are|was|not|please|sign|file)\b", re.IGNORECASE)
GIVEN = ("Let us talk about this.", "Lab One", "deed seen")
"""What people typed, and names: shown as they are."""

TEXTS_IN_SPANISH = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let node; (node = walker.nextNode());) {
        const around = node.parentElement;
        if (!node.data.trim() || !around.closest('[lang]').lang.startsWith('es')) continue;
        if (around.closest('script, style, code, .exact, bdi, [translate=no]')) continue;
        found.push(node.data.trim());
    }
    document.querySelectorAll('[aria-label]').forEach(part => found.push(part.getAttribute('aria-label')));
    return found;
}"""


def pages(clinic: Clinic) -> dict[str, tuple[User | None, str]]:
    """Name of each page → who sees it, and where."""
    ada, clinician, counsellor = clinic.ada_user, clinic.clinician, clinic.counsellor
    allow(clinic.ada, "pgx")
    accounts.choose_language(ada, "es")  # so that the report is written in it
    report = draft_from(clinic.laboratory_user, clinic.order)
    sign(report, clinician)
    release(report)
    back = actions.withdraw(ada, clinic.ada, "rare.match")
    for _try in range(2):
        understanding.answer(ada, clinic.ada, "raw.download", {})
    understanding.answer(ada, clinic.ada, "contact.email", {})
    line = log.record(clinician, "read.patient", clinic.ada)
    accounts.question(ada, line)
    accounts.break_glass(
        clinic.other_clinician, record_number=clinic.ada.record_number, birth_date=clinic.ada.birth_date, reason="X"
    )
    accounts.ask_factor_recovery(clinic.operator, ada)
    proxies.invite_proxy(ada, clinic.ada, email="helper@example.org", covers=["reports"])

    def consent(step: str, scope: str) -> str:
        return reverse(f"consent:{step}", args=[scope])

    return {
        "sign-in": (None, "/accounts/login/"),
        "forgotten": (None, "/accounts/password/reset/"),
        "no-sign-up": (None, "/accounts/signup/"),
        "missing": (None, "/nothing/"),
        "home": (ada, "/"),
        "reports": (ada, "/reports/"),
        "report": (ada, f"/reports/{report.pk}/"),
        "files": (ada, "/results/"),
        "file": (ada, f"/results/files/{clinic.file.pk}/"),
        "send": (ada, "/results/send/"),
        "choices": (ada, reverse("consent:choices")),
        "given": (ada, consent("choice", "pgx")),
        "read": (ada, consent("choice", "polygenic")),
        "questions": (ada, consent("understand", "polygenic")),
        "explained-again": (ada, consent("understand", "contact.email")),
        "counsellor": (ada, consent("choice", "raw.download")),
        "answer": (ada, consent("decide", "research.gru")),
        "effect": (ada, reverse("consent:effect", args=[back.id])),
        "who-looked": (ada, "/access/log/?mine=1"),
        "helpers": (ada, "/access/helpers/"),
        "email": (ada, "/accounts/email/"),
        "password": (ada, "/accounts/password/change/"),
        "second-step": (ada, "/accounts/2fa/"),
        "sessions": (ada, "/accounts/sessions/"),
        "sign-out": (ada, "/accounts/logout/"),
        "queue": (clinician, "/"),
        "review": (clinician, f"/reports/{report.pk}/review/"),
        "staff-files": (clinician, "/results/"),
        "emergency": (clinician, "/access/emergency/"),
        "patients": (counsellor, "/access/patients/"),
        "texts": (counsellor, reverse("consent:texts")),
        "my-data": (ada, "/rights/"),
        "leave": (ada, "/rights/leave/"),
        "leaving-desk": (clinic.privacy_officer, "/rights/desk/"),
        "corrections": (clinic.privacy_officer, reverse("consent:find_record")),
        "order": (clinician, f"/results/patients/{clinic.ada.pk}/order/"),
        "guardians": (clinician, reverse("consent:guardianship")),
        "desk": (counsellor, reverse("consent:desk")),
        "laboratory": (clinic.laboratory_user, "/"),
        "laboratory-sends": (clinic.laboratory_user, "/results/send/"),
        "privacy": (clinic.privacy_officer, "/access/reviews/"),
        "whole-log": (clinic.privacy_officer, "/access/log/"),
        "operator": (clinic.operator, "/"),
        "researcher": (clinic.researcher, "/"),
    }


def speak_spanish() -> None:
    for user in User.objects.all():
        accounts.choose_language(user, "es")


def visit(browser: Any, live_server: Any, user: User | None, address: str) -> tuple[Any, int]:
    context = browser.new_context(viewport={"width": 320, "height": 720}, locale="es-MX", reduced_motion="reduce")
    if user is not None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    answer = page.goto(live_server.url + address)
    return page, answer.status


def too_wide(page: Any, name: str) -> list[str]:
    """The innermost part that sticks out, if any does."""
    parts = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth + 1)
            .map(part => part.outerHTML.slice(0, 150)).slice(-1)"""
    )
    return [f"{name}: too wide: {part}" for part in parts]


def test_every_page_fits_and_speaks_spanish_only(browser: Any, live_server: Any) -> None:
    clinic = make_clinic(consent=False)
    found = pages(clinic)
    speak_spanish()
    wrong: list[str] = []
    for name, (user, address) in found.items():
        page, status = visit(browser, live_server, user, address)
        assert status == (404 if name == "missing" else 200), name
        assert page.locator("html").get_attribute("lang") == "es", name
        wrong += [f"{name}: not one main heading"] * (page.locator("h1").count() != 1)
        wrong += too_wide(page, name)
        found_by_axe = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
        wrong += [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in found_by_axe]
        wrong += [
            f"{name}: still in English: {text}"
            for text in page.evaluate(TEXTS_IN_SPANISH)
            if ENGLISH.search(text) and not any(given in text for given in GIVEN)
        ]
        picture(page, f"es-{name}-320")
        page.evaluate("document.documentElement.dir = 'rtl'")
        wrong += too_wide(page, f"{name}, right to left")
        page.context.close()
    assert not wrong, "\n".join(wrong)
