"""Pages of messages and of when a report opens, in a real browser: no fault, no sideways scroll, light and dark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from portal.contact import actions
from portal.delivery import releasing
from portal.delivery.models import HoldReason, Release, ResultKind
from portal.delivery.release_state import Choice
from tests.browser import assert_accessible, browser, needs_browser, picture
from tests.people import Clinic, make_clinic

__all__ = ["browser"]
pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


def prepare(clinic: Clinic) -> dict[str, tuple[Any, str]]:
    """Name of each page → who sees it, and where."""
    file = SimpleUploadedFile("x.pdf", b"%PDF-1.7")
    thread = actions.write(clinic.ada_user, clinic.ada, "May I take it with food?", files=[file])
    actions.answer(clinic.clinician, thread, "Yes, you may.")
    actions.write(clinic.ada_user, clinic.ada, "Averyverylongwordwithoutanyroomtobreak" * 4)
    actions.note_question(clinic.ada_user, clinic.ada, "For how long do I take it?")
    Release.objects.update(first_read_at=timezone.now())
    Release.objects.update(at=timezone.now() - timedelta(days=1))
    wrong = reverse("delivery:wrong", args=[clinic.report.pk])
    return {
        "messages-patient": (clinic.ada_user, reverse("contact:threads")),
        "messages-team": (clinic.clinician, reverse("contact:threads")),
        "thread": (clinic.ada_user, reverse("contact:thread", args=[thread.pk])),
        "write": (clinic.ada_user, reverse("contact:write")),
        "appointment": (clinic.ada_user, reverse("contact:appointment")),
        "questions": (clinic.ada_user, reverse("contact:questions")),
        "wrong": (clinic.ada_user, wrong),
        "release-team": (clinic.clinician, reverse("delivery:release", args=[clinic.draft.pk])),
        "home": (clinic.ada_user, "/"),
        "when": (clinic.ada_user, reverse("delivery:when")),
    }


def wait_for_it(clinic: Clinic) -> None:
    """The report waits: the patient wants to be asked, and the clinic keeps it back."""
    Release.objects.update(first_read_at=None, at=timezone.now() + timedelta(days=1))
    releasing.hold(clinic.clinician, clinic.report, HoldReason.TALK_FIRST, timezone.localdate() + timedelta(days=3))
    releasing.choose(clinic.ada_user, clinic.ada, ResultKind.MEDICINES, Choice.WHEN_I_ASK)


def test_every_page_meets_the_baseline(browser: Browser, live_server: Any) -> None:
    clinic = make_clinic()
    for name, (user, address) in prepare(clinic).items():
        if name in ("home", "when"):
            wait_for_it(clinic)
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, name
        assert_accessible(page)
        picture(page, name)
        page.set_viewport_size({"width": 320, "height": 720})
        page.emulate_media(color_scheme="dark")
        picture(page, f"{name}-narrow-dark")
        context.close()
