"""The main pages with JavaScript switched off: all that matters still works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal.delivery.models import SignOff
from tests.browser import NARROWEST, Visitor, assert_no_sideways_scroll, needs_browser, speaking, speaks
from tests.journeys.conftest import Town
from tests.journeys.test_from_file_to_reader import laboratory_sends
from tests.people import PASSWORD, allow
from tests.road import made_up_file, run_jobs

pytestmark = needs_browser


def test_the_main_road_without_javascript(town: Town, enter: Callable[..., Visitor], tmp_path: Path) -> None:
    # Given a patient who said yes
    allow(town.patient)
    path = tmp_path / "result.vcf"
    path.write_bytes(made_up_file())
    # When the laboratory sends a file
    laboratory = enter(town.technician, javascript=False)
    laboratory_sends(laboratory, town, path)
    # Then the patient sees that it is being read, and a link to look
    patient = enter(town.account, javascript=False)
    patient.page.get_by_role("link", name="See how far we are").click()
    run_jobs("interpret", "compose")
    # When the clinician notes, signs and shows who they are
    clinician = enter(town.clinician, javascript=False)
    clinician.page.get_by_role("link", name="To check and sign").last.click()
    clinician.page.get_by_label("Your note, in plain words").fill("Let us talk about it.")
    clinician.page.get_by_role("button", name="Save this note").click()
    clinician.page.get_by_label("I have read the draft").check()
    clinician.page.get_by_role("button", name="Sign and send to the patient").click()
    clinician.page.get_by_label("Password").fill(PASSWORD)
    clinician.page.locator("main form button[type=submit]").first.click()
    clinician.page.get_by_text("Signed by Dr Amina Okafor").wait_for()
    assert SignOff.objects.count() == 1
    run_jobs("render")
    # Then the patient reads it and can take it away
    patient.page.goto("/")
    patient.page.get_by_role("link", name="Read my report").click()
    assert patient.page.get_by_text("Let us talk about it.").count() >= 1
    assert patient.page.get_by_role("link", name="Take it with you (PDF)").count() == 1
    # And so it is from right to left, on the narrowest screen
    report = patient.page.url
    for visitor, address in ((patient, "/"), (patient, report), (patient, "/consent/pgx/"), (clinician, "/")):
        with speaking(visitor.context, "ar"):
            visitor.page.goto(address)
        speaks(visitor.page, "ar")
        visitor.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
        assert visitor.page.locator("h1").is_visible()
        assert_no_sideways_scroll(visitor.page)


def test_what_does_it_mean_for_me_is_two_clicks_from_signing_in(
    town: Town, enter: Callable[..., Visitor], tmp_path: Path
) -> None:
    # Given a report that was released
    allow(town.patient)
    path = tmp_path / "result.vcf"
    path.write_bytes(made_up_file())
    laboratory_sends(enter(town.technician), town, path)
    run_jobs("interpret", "compose")
    clinician = enter(town.clinician)
    clinician.page.get_by_role("link", name="To check and sign").last.click()
    clinician.page.get_by_label("I have read the draft").check()
    clinician.page.get_by_role("button", name="Sign and send to the patient").click()
    clinician.page.get_by_label("Password").fill(PASSWORD)
    clinician.page.locator("main form button[type=submit]").first.click()
    clinician.page.get_by_text("Signed by Dr Amina Okafor").wait_for()
    # When the patient signs in (first click) and opens what is new (second click)
    patient = enter(town.account)
    patient.page.get_by_role("link", name="Read my report").click()
    # Then the answer stands on that page
    patient.page.get_by_role("heading", name="What it may mean").wait_for()
