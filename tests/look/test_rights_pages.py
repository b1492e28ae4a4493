"""The pages of a person's rights and of arrival in a real browser: no fault, no sideways scroll, light and dark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access import actions, arriving, undo_links
from portal.access.models import EmailChange
from portal.people.models import Patient
from portal.rights import exporting, leaving, life, retention
from portal.rights.models import Erasure, LifeEvent, RetentionDue, RetentionKind
from tests.browser import assert_accessible, needs_browser, picture
from tests.jobs import work_off
from tests.people import PASSWORD, Clinic, allow, care, make_clinic, make_patient

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


def prepare(clinic: Clinic) -> dict[str, tuple[Any, str]]:
    """Name of each page → who sees it, and where."""
    allow(clinic.ada, "raw.download")
    exporting.ask(clinic.ada_user, clinic.ada)
    work_off("export")
    leaving.ask(clinic.ada_user, clinic.ada)
    Erasure.objects.update(not_before=timezone.now())
    Erasure.objects.create(
        patient=clinic.ben,
        status="done",
        done_at=timezone.now(),
        statement={"erased": {"report": 2}, "kept": {"consent_event": 5}, "files": 3, "copies_outside": []},
    )
    cleo = make_patient("Cleopatra-Alexandrina", "Featherstonehaugh-Example")
    care(clinic.counsellor, cleo)
    life.record(clinic.counsellor, cleo, LifeEvent.Kind.MOVED, basis="Letter seen", clinic="Hillside Clinic")
    retention.set_rule(clinic.privacy_officer, RetentionKind.MOVED, years=10, law="Rule of the clinic")
    RetentionDue.objects.create(patient=cleo, kind="moved", since=timezone.now() - timedelta(days=4000))
    late = RetentionDue.objects.create(patient=clinic.ada, kind="moved", since=timezone.now())
    retention.ask(clinic.privacy_officer, late)
    care(clinic.counsellor, unknown := make_patient("Una", "Known", identity_checked_at=None))
    Patient.objects.filter(pk=unknown.pk).update(account=None)
    actions.ask_factor_recovery(clinic.operator, clinic.clinician)
    moved = EmailChange.objects.create(
        user=clinic.ben_user, old_email="old@example.org", new_email="new@example.org", undo_until=timezone.now()
    )
    invited = make_patient("Nia", "New")
    care(clinic.counsellor, invited)
    Patient.objects.filter(pk=invited.pk).update(account=None)
    invited.refresh_from_db()
    invitation, _code = arriving.invite_patient(clinic.counsellor, invited, email="nia@example.org")
    return {
        "my-data": (clinic.ada_user, reverse("rights:mine")),
        "leave": (clinic.ben_user, reverse("rights:leave")),
        "leaving-officer": (clinic.privacy_officer, reverse("rights:desk")),
        "leaving-counsellor": (clinic.counsellor, reverse("rights:desk")),
        "patients": (clinic.counsellor, reverse("access:patients")),
        "reviews": (clinic.privacy_officer, reverse("access:reviews")),
        "email": (clinic.ada_user, reverse("account_email")),
        "welcome": (None, reverse("access:welcome", args=[invitation.pk])),
        "undo": (None, undo_links.address(undo_links.EMAIL, moved.pk, "")),
        "undo-over": (None, reverse("access:undo", args=["nothing"])),
    }


def visit(browser: Any, site: str, user: Any) -> Any:
    context = browser.new_context(base_url=site)
    if user is not None:
        client = Client()
        client.force_login(user)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    return context.new_page()


def test_every_page_meets_the_baseline(browser: Any, live_server: Any) -> None:
    clinic = make_clinic()
    for name, (user, address) in prepare(clinic).items():
        page = visit(browser, live_server.url, user)
        page.goto(address)
        assert page.locator("h1").count() == 1, name
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                picture(page, f"rights-{name}-{scheme}-{width}")
        page.context.close()


def test_leaving_and_staying_by_hand(browser: Any, live_server: Any) -> None:
    clinic = make_clinic()
    page = visit(browser, live_server.url, clinic.ada_user)
    page.goto("/")
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("link", name="My data").click()
    page.get_by_role("button", name="Make a copy for me").click()
    work_off("export")
    page.reload()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take the copy").click()
    assert taken.value.suggested_filename == "my-record.zip"
    page.get_by_role("link", name="See what goes and what stays").click()
    page.get_by_label("I have read what goes and what stays").check()
    page.get_by_role("button", name="Ask to erase my record").click()
    page.get_by_role("button", name="Stop. Keep my record").click()
    assert page.get_by_text("Stopped. Nothing was erased.").count() == 1
    page.context.close()
