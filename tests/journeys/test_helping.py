"""Anna lets her daughter help: invited, accepted with a code, let in, read for, and ended with one press."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from playwright.sync_api import Route

from consent.desk import understanding
from consent.desk.queries import current_text
from portal.delivery import actions as delivery
from portal.people.models import Role
from tests.browser import Visitor, needs_browser, picture
from tests.people import (
    PASSWORD,
    allow,
    care,
    make_laboratory,
    make_order,
    make_patient,
    make_user,
)
from tests.road import draft_from, run_jobs

pytestmark = needs_browser


def prove(visitor: Visitor) -> None:
    """Show again who it is, when the page asks for it."""
    page = visitor.page
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "reauthenticate" not in url)


@pytest.mark.usefixtures("transactional_db")
def test_a_daughter_helps_and_the_help_ends(enter: Callable[..., Visitor]) -> None:
    patient = make_patient("Anna", "Keller", made_up=True)
    clinician, laboratory = make_user(Role.CLINICIAN, "Dr Amina Okafor"), make_laboratory("Northgate Laboratory")
    technician = make_user(Role.LABORATORY, "Northgate intake", laboratory=laboratory)
    care(clinician, patient)
    care(make_user(Role.COUNSELLOR, "Sofia Marin"), patient)
    allow(patient)
    report = draft_from(technician, make_order(patient, laboratory, clinician, "N-2026-0007"))
    delivery.sign(clinician, report, delivery.shown_hash(report, []))
    run_jobs("render")
    daughter = make_user(Role.PATIENT, "Clara Keller", email="clara@example.org")
    assert patient.account is not None

    anna = enter(patient.account)
    page = anna.page
    page.goto("/access/helpers/")
    prove(anna)
    anna.meets_the_baseline()
    picture(page, "helpers")
    page.get_by_label("Their email").fill(daughter.email)
    page.get_by_label("My reports").check()
    page.get_by_role("button", name="Send the link").click()
    page.get_by_text("Tell them this code yourself").wait_for()
    code = re.search(r"in person: ([A-Z2-9]{8})\.", page.content())
    assert code
    anna.meets_the_baseline()

    clara = enter(daughter)
    clara.page.goto("/")
    assert "no record is linked" in clara.page.content()
    link = re.search(r"https?://[^/]+(/access/\S+)", str(mail.outbox[-1].body))
    assert link
    clara.page.goto(link[1])
    clara.page.get_by_label("Code").fill(code[1])
    clara.meets_the_baseline()
    clara.page.get_by_role("button", name="Accept").click()
    clara.page.wait_for_url("**/")

    page.goto("/access/helpers/")
    page.get_by_role("link", name="Let Clara Keller help").click()
    prove(anna)
    page.get_by_role("heading", name="Let Clara Keller help").wait_for()
    anna.meets_the_baseline()
    picture(page, "let-help")
    text = current_text(f"proxy.{daughter.pk}.reports", "en")
    for question, option in understanding.right_answers(text).items():
        page.locator(f"#{question}-{option}").check()
    page.get_by_role("button", name="Yes, let Clara Keller help").click()
    page.get_by_role("button", name="End the help of Clara Keller").wait_for()
    anna.meets_the_baseline()
    picture(page, "helpers-with-one")

    read = clara.page
    read.goto("/")
    read.get_by_role("link", name="Anna Keller").click()
    read.get_by_text("You are reading for Anna Keller.").wait_for()
    clara.meets_the_baseline()
    picture(read, "reading-for")
    read.locator("main .timeline a").first.click()
    read.wait_for_url("**/reports/for/**")
    read.get_by_text("You are reading for Anna Keller.").wait_for()
    clara.meets_the_baseline()
    picture(read, "report-read-for")
    address = read.url

    page.goto("/access/log/")
    page.get_by_text("Clara Keller, helping you, read a report.").first.wait_for()
    page.get_by_role("link", name=re.compile("You let them help on")).first.wait_for()
    anna.meets_the_baseline()
    picture(page, "log-with-a-helper")
    page.goto("/access/helpers/")
    prove(anna)
    page.get_by_role("button", name="End the help of Clara Keller").click()
    page.get_by_text("It has ended.").wait_for()

    answer = read.goto(address)
    assert answer is not None and answer.status == 404
    assert "Keller" not in read.locator("main").inner_text()
    read.goto("/")
    assert "Anna" not in read.locator("main").inner_text()


@pytest.mark.usefixtures("transactional_db")
def test_leaving_at_once_signs_out_and_opens_another_site(enter: Callable[..., Visitor]) -> None:
    patient = make_patient("Anna", "Keller", made_up=True)
    assert patient.account is not None
    anna = enter(patient.account)
    page = anna.page
    elsewhere: list[str] = []

    def other_site(route: Route) -> None:
        elsewhere.append(route.request.url)
        route.fulfill(body="elsewhere")

    page.route(settings.QUICK_EXIT_ADDRESS + "**", other_site)
    page.goto("/access/log/")
    page.get_by_role("button", name="Leave this site now").first.click()
    page.get_by_text("elsewhere").wait_for()
    assert elsewhere[0] == settings.QUICK_EXIT_ADDRESS
    page.goto("/access/log/")
    assert "/accounts/login/" in page.url
