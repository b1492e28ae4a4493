"""The main road in a real browser: a laboratory's file becomes a report its patient reads and takes away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from consent.desk.texts import text
from consent.desk.understanding import right_answers
from portal.delivery.models import Annotation, Release, SignOff
from portal.results.models import FileStatus, Interpretation, ResultFile
from tests.browser import Visitor, needs_browser, picture
from tests.journeys.conftest import Town
from tests.people import PASSWORD
from tests.road import made_up_file, run_jobs
from tests.shared import shared_data

pytestmark = needs_browser

NOTE = "You do not take this now. Tell each doctor you see about it."


@pytest.fixture(params=["made-up", "NA18526"])
def genome(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A made-up person's file, and a real one when the shared data is there."""
    if request.param == "made-up":
        path = tmp_path / "result.vcf"
        path.write_bytes(made_up_file())
        return path
    data = shared_data()
    if data is None:
        pytest.skip("skipped: shared data not found")
    return data / "real" / "NA18526.GRCh38.raw_allsites_at_pgx.vcf"


def laboratory_sends(visitor: Visitor, town: Town, path: Path, *, family_name: str | None = None) -> None:
    page = visitor.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Send a file").click()
    page.get_by_label("Order number").fill(town.order.accession)
    page.get_by_label("Birth date").fill(town.patient.birth_date.isoformat())
    page.get_by_label("Family name").fill(family_name or town.patient.family_name)
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button[type=submit]").click()


def patient_answers(visitor: Visitor, answer: str) -> None:
    page = visitor.page
    page.get_by_role("link", name="Read about it and answer").click()
    visitor.meets_the_baseline()
    picture(page, "consent")
    if answer == "yes":
        page.get_by_role("link", name="Go on to a few questions").click()
        visitor.meets_the_baseline()
        for question, option in right_answers(text("pgx")).items():
            page.locator(f"#{question}-{option}").check()
        page.get_by_role("button", name="Go on").click()
        visitor.meets_the_baseline()
    page.locator(f"button[name=answer][value={answer}]").first.click()
    visitor.meets_the_baseline()
    page.get_by_role("button", name="Save my answer").click()
    page.wait_for_load_state()


def test_from_upload_to_a_patient_who_reads(
    town: Town, enter: Callable[..., Visitor], genome: Path, tmp_path: Path
) -> None:
    # Given a laboratory that was asked for a test
    laboratory = enter(town.technician)
    laboratory.meets_the_baseline()
    # When it sends the file with two identifiers
    laboratory_sends(laboratory, town, genome)
    laboratory.meets_the_baseline()
    picture(laboratory.page, "laboratory-sent")
    # Then the file is stored and nothing is read without the patient's yes
    file = ResultFile.objects.get()
    run_jobs()
    file.refresh_from_db()
    assert file.status == FileStatus.WAITING_FOR_CONSENT
    assert not Interpretation.objects.exists()

    # When the patient says yes
    patient = enter(town.account)
    patient.meets_the_baseline()
    picture(patient.page, "patient-asked")
    patient_answers(patient, "yes")
    patient.meets_the_baseline()
    # Then they can watch the file being read
    patient.page.goto("/")
    patient.page.get_by_role("heading", name="We are reading your file").wait_for()
    patient.meets_the_baseline()
    picture(patient.page, "patient-watches")
    patient.page.goto(f"/results/files/{file.pk}/")
    patient.meets_the_baseline()
    picture(patient.page, "file-progress")
    run_jobs("interpret", "compose")
    patient.page.goto("/")
    patient.page.get_by_role("heading", name="A doctor is checking your report").wait_for()
    patient.meets_the_baseline()

    # When the clinician opens the draft from the work queue, adds a note and signs
    clinician = enter(town.clinician)
    clinician.meets_the_baseline()
    picture(clinician.page, "queue")
    clinician.page.get_by_role("link", name="To check and sign").last.click()
    clinician.page.get_by_role("heading", name="Findings and evidence").wait_for()
    clinician.meets_the_baseline()
    picture(clinician.page, "review")
    clinician.page.get_by_label("This note is about").select_option("clopidogrel")
    clinician.page.get_by_label("Your note, in plain words").press_sequentially(NOTE)
    clinician.page.get_by_text("Easy to read").wait_for()
    clinician.page.get_by_role("button", name="Save this note").click()
    clinician.page.locator(".note").get_by_text(NOTE).wait_for()
    assert Annotation.objects.get().about == "clopidogrel"
    clinician.page.get_by_label("I have read the draft").check()
    clinician.page.get_by_role("button", name="Sign and send to the patient").click()
    # Then they are asked who they are first
    clinician.page.wait_for_url("**/accounts/reauthenticate/**")
    assert not SignOff.objects.exists()
    clinician.meets_the_baseline()
    clinician.page.get_by_label("Password").fill(PASSWORD)
    clinician.page.locator("main form button[type=submit]").first.click()
    clinician.page.get_by_text("Signed by Dr Amina Okafor").wait_for()
    clinician.meets_the_baseline()
    assert SignOff.objects.get().signed_by == town.clinician
    run_jobs("render")

    # When the patient comes back, they see what is new, and read
    patient.page.goto("/")
    patient.page.get_by_role("heading", name="Your report is ready").wait_for()
    patient.meets_the_baseline()
    picture(patient.page, "patient-new")
    patient.page.get_by_role("link", name="Read my report").click()
    patient.page.get_by_role("heading", level=1).wait_for()
    patient.meets_the_baseline()
    picture(patient.page, "report")
    assert patient.page.get_by_text(NOTE).count() >= 1
    assert Release.objects.get().first_read_at is not None
    # Then they take the PDF with them
    with patient.page.expect_download() as started:
        patient.page.get_by_role("link", name="Take it with you (PDF)").click()
    kept = tmp_path / "kept.pdf"
    started.value.save_as(kept)
    assert started.value.suggested_filename.startswith("report-")
    assert kept.read_bytes().startswith(b"%PDF")
    # And see that the clinician looked
    patient.page.get_by_role("link", name="Who looked").click()
    patient.page.get_by_text("Dr Amina Okafor").first.wait_for()
    patient.meets_the_baseline()


def test_a_refused_file_and_then_a_good_one(town: Town, enter: Callable[..., Visitor], tmp_path: Path) -> None:
    # Given a file that is not what it says
    wrong = tmp_path / "result.vcf"
    wrong.write_text("This is a letter, not a genome.\n")
    laboratory = enter(town.technician)
    # When the laboratory sends it
    laboratory_sends(laboratory, town, wrong)
    # Then it is told why, in a sentence, and nothing is lost
    refused = ResultFile.objects.get()
    assert refused.status == FileStatus.REFUSED
    laboratory.page.goto(f"/results/files/{refused.pk}/")
    laboratory.page.get_by_text(refused.explanation[:30]).first.wait_for()
    laboratory.meets_the_baseline()
    # When it sends the right one
    right = tmp_path / "right.vcf"
    right.write_bytes(made_up_file())
    laboratory_sends(laboratory, town, right)
    # Then that one goes on
    assert set(ResultFile.objects.values_list("status", flat=True)) == {
        FileStatus.REFUSED,
        FileStatus.WAITING_FOR_CONSENT,
    }
    laboratory.page.goto("/")
    laboratory.meets_the_baseline()


def test_a_file_for_another_person_is_held_for_the_clinician(
    town: Town, enter: Callable[..., Visitor], tmp_path: Path
) -> None:
    # Given a paper that names somebody else
    path = tmp_path / "result.vcf"
    path.write_bytes(made_up_file())
    laboratory = enter(town.technician)
    laboratory_sends(laboratory, town, path, family_name="Somebody-Else")
    # Then the file is on hold, and the laboratory is not told the true name
    assert ResultFile.objects.get().status == FileStatus.HELD
    assert town.patient.family_name not in laboratory.page.content()
    laboratory.meets_the_baseline()
    # And the clinician finds it in the queue and decides
    clinician = enter(town.clinician)
    clinician.page.get_by_role("link", name="On hold").last.click()
    clinician.meets_the_baseline()
    picture(clinician.page, "file-held")


def test_a_patient_says_no_and_nothing_is_read(town: Town, enter: Callable[..., Visitor], tmp_path: Path) -> None:
    # Given a file that waits
    path = tmp_path / "result.vcf"
    path.write_bytes(made_up_file())
    laboratory_sends(enter(town.technician), town, path)
    # When the patient says no
    patient = enter(town.account)
    patient_answers(patient, "no")
    patient.meets_the_baseline()
    run_jobs()
    # Then nothing is read, and the first page says so
    assert not Interpretation.objects.exists()
    patient.page.goto("/")
    patient.page.get_by_role("heading", name="We do not read your genes").wait_for()
    patient.meets_the_baseline()
    # And staff see it waiting, without a draft
    counsellor = enter(town.counsellor)
    counsellor.page.get_by_role("link", name="Waiting for consent").last.wait_for()
    counsellor.meets_the_baseline()
