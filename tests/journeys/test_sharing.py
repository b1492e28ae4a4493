"""Anna shares a report with a doctor outside the clinic: named, agreed to, opened by link and code, read, ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from playwright.sync_api import Browser

from portal.delivery import actions as delivery
from portal.people.models import Role
from tests.browser import Visitor, needs_browser, picture
from tests.journeys.test_helping import prove
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import draft_from, run_jobs

pytestmark = needs_browser


@pytest.mark.usefixtures("transactional_db")
def test_another_doctor_reads_for_a_time(enter: Callable[..., Visitor], browser: Browser) -> None:
    patient = make_patient("Anna", "Keller", made_up=True)
    clinician, laboratory = make_user(Role.CLINICIAN, "Dr Amina Okafor"), make_laboratory("Northgate Laboratory")
    technician = make_user(Role.LABORATORY, "Northgate intake", laboratory=laboratory)
    care(clinician, patient)
    allow(patient)
    report = draft_from(technician, make_order(patient, laboratory, clinician, "N-2026-0008"))
    delivery.sign(clinician, report, delivery.shown_hash(report, []))
    run_jobs("render")
    assert patient.account is not None

    anna = enter(patient.account)
    page = anna.page
    page.goto(f"/reports/{report.pk}/")
    page.get_by_role("link", name="Share with another doctor").click()
    prove(anna)
    anna.meets_the_baseline()
    picture(page, "share")
    page.get_by_label("Name of the doctor").fill("Dr Nora Outside")
    page.get_by_label("Their email").fill("nora@example.org")
    page.get_by_label("1 week").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Share with Dr Nora Outside").wait_for()
    anna.meets_the_baseline()
    picture(page, "share-agree")
    for question in ("The one person I named", "No, the door is closed at once", "No"):
        page.get_by_label(question, exact=True).check()
    page.get_by_role("button", name="Yes, share with Dr Nora Outside").click()
    page.get_by_text("The link is on its way").wait_for()
    code = re.search(r"code: ([A-Z2-9]{8})\.", page.content())
    link = re.search(r"https?://[^/]+(/shared/\S+)", str(mail.outbox[-1].body))
    assert code and link
    anna.meets_the_baseline()
    picture(page, "share-shared")

    doctor = Visitor(browser, anna.site)
    doctor.page.goto(link.group(1))
    doctor.meets_the_baseline()
    picture(doctor.page, "shared-link")
    doctor.page.get_by_label("Code").fill(code.group(1).lower())
    doctor.page.get_by_role("button", name="Open").click()
    doctor.page.get_by_text("Anna Keller shares this report with Dr Nora Outside.").wait_for()
    doctor.meets_the_baseline()
    picture(doctor.page, "shared-report")
    with doctor.page.expect_download() as saved:
        doctor.page.get_by_role("link", name="Save as PDF").click()
    assert saved.value.suggested_filename.startswith("report-")

    page.goto("/access/log/")
    page.get_by_text("Dr Nora Outside, with whom you shared, took a copy of a report.").first.wait_for()
    anna.meets_the_baseline()
    page.goto(f"/reports/{report.pk}/share/")
    page.get_by_role("button", name="Stop sharing with Dr Nora Outside").click()
    page.get_by_text("The report is closed for them.").wait_for()
    anna.meets_the_baseline()
    picture(page, "share-effect")
    doctor.page.reload()
    doctor.page.get_by_role("heading", name="Nothing is open here").wait_for()
    assert "Keller" not in doctor.page.content()
    picture(doctor.page, "shared-closed")
    doctor.leave()
