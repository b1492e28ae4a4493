"""Every page in Spanish and in Arabic, in a browser: words fit, none is left in English, each runs its own way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from consent.desk import actions, understanding
from portal.access import actions as accounts
from portal.access import log, proxies
from portal.people.models import Patient, User
from tests.browser import NARROWEST, assert_accessible, needs_browser, picture, speaks
from tests.people import Clinic, allow, make_clinic, release, sign
from tests.road import draft_from

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]

ENGLISH = {
    "es": re.compile(r"\b(the|you|your|this|with|from|and|are|was|not|please|sign|file)\b", re.IGNORECASE),
    "ar": re.compile(r"\b[a-z]{3,}\b"),  # other letters: a word in Latin ones is a name or a slip
}
GIVEN = ("Let us talk about this.", "Lab One", "deed seen", ".vcf", "gzip")
"""What people typed, and names of people and formats: shown as they are."""

TEXTS = """language => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let node; (node = walker.nextNode());) {
        const around = node.parentElement;
        if (!node.data.trim() || !around.closest('[lang]').lang.startsWith(language)) continue;
        if (around.closest('script, style, noscript, code, .exact, bdi, [translate=no]')) continue;
        found.push(node.data.trim());
    }
    document.querySelectorAll('[aria-label]').forEach(part => {
        if (part.closest('[lang]').lang.startsWith(language)) found.push(part.getAttribute('aria-label'));
    });
    return found;
}"""
"""What a page says in its own language: no names, no codes, and nothing that is marked as another language."""


def pages(clinic: Clinic, language: str) -> dict[str, tuple[User | None, str]]:
    """Name of each page → who sees it, and where."""
    ada, clinician, counsellor = clinic.ada_user, clinic.clinician, clinic.counsellor
    allow(clinic.ada, "pgx")
    accounts.choose_language(ada, language)  # so that the report is written in it, when it can be
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


def left_in_english(texts: Iterable[str], language: str) -> list[str]:
    """A value that stands apart in a sentence is a name or an address."""
    said = (re.sub(r"\u2068[^\u2069]*\u2069", "", text) for text in texts)
    return [text for text in said if ENGLISH[language].search(text) and not any(given in text for given in GIVEN)]


class Readers:
    """Everybody at a browser of their own, opened once."""

    def __init__(self, browser: Browser, site: str, language: str) -> None:
        self.browser, self.site, self.language = browser, site, language
        self.pages: dict[User | None, Page] = {}

    def open(self, user: User | None, address: str) -> tuple[Page, int]:
        if user not in self.pages:
            self.pages[user] = self._browser_of(user).new_page()
        answer = self.pages[user].goto(self.site + address)
        assert answer is not None
        return self.pages[user], answer.status

    def _browser_of(self, user: User | None) -> BrowserContext:
        context = self.browser.new_context(viewport=NARROWEST, locale=self.language, reduced_motion="reduce")  # type: ignore[arg-type]
        if user is not None:
            client = Client()
            client.force_login(user)
            request = HttpRequest()
            request.user, request.session = user, client.session
            reauthenticate_by_password(request)  # just now: no page asks for the password once more
            request.session.save()
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.site}])
        return context

    def leave(self) -> None:
        for page in self.pages.values():
            page.context.close()


@pytest.mark.parametrize("language", ["es", "ar"])
def test_every_page_fits_and_speaks_one_language_only(
    browser: Browser, live_server: Any, settings: Any, language: str
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 60  # the walk may be slow
    clinic = make_clinic(consent=False)
    found = pages(clinic, language)
    User.objects.update(language=language)
    Patient.objects.update(language=language)
    readers = Readers(browser, live_server.url, language)
    wrong: list[str] = []
    for name, (user, address) in found.items():
        page, status = readers.open(user, address)
        assert status == (404 if name == "missing" else 200), name
        speaks(page, language)
        assert "reauthenticate" not in page.url, name
        wrong += [f"{name}: not one main heading"] * (page.locator("h1").count() != 1)
        wrong += [
            f"{name}: still in English: {text}" for text in left_in_english(page.evaluate(TEXTS, language), language)
        ]
        try:
            assert_accessible(page)
        except AssertionError as fault:
            wrong.append(f"{name}: {fault}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
            picture(page, f"{language}-{name}-{scheme}-320")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        picture(page, f"{language}-{name}-light-1280")
    readers.leave()
    assert not wrong, "\n".join(wrong)
