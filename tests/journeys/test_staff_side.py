"""The clinic's side in a real browser: from draft to release, from a bad file to a good one, help with a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from consent.desk.texts import text
from consent.desk.understanding import right_answers
from consent.ledger.models import ConsentEvent, Decision
from portal.delivery.high_impact import grave_medicines
from portal.delivery.models import FirstSignature, Release, SignOff
from portal.people.models import Role
from portal.results.models import FileStatus, ResultFile
from tests.browser import Visitor, needs_browser, picture
from tests.journeys.conftest import Town
from tests.journeys.test_from_file_to_reader import laboratory_sends
from tests.people import PASSWORD, allow, care, make_file, make_user
from tests.road import draft_from, made_up_file, run_jobs

pytestmark = needs_browser

NOTE = "You do not take this now. Tell each doctor you see about it."


def looks_at(visitor: Visitor, name: str) -> None:
    """The page that was reached meets the baseline, and there is a picture of it."""
    visitor.meets_the_baseline()
    picture(visitor.page, f"staff-{name}")


def picks(visitor: Visitor, kind: str) -> None:
    """Choose a kind of work, and find it chosen after a reload."""
    kinds = visitor.page.get_by_role("navigation", name="Kind of work")
    kinds.get_by_role("link", name=kind).click()
    visitor.page.wait_for_url("**/?kind=*")
    visitor.page.reload()
    assert kinds.locator("[aria-current=true]").inner_text().startswith(kind)


def opens_row(visitor: Visitor, name: str) -> None:
    visitor.page.locator(".queue").get_by_role("link", name=name).first.click()


def signs(visitor: Visitor, label: str) -> None:
    visitor.page.get_by_label("I have read the draft").check()
    visitor.page.get_by_role("button", name=label).click()
    visitor.page.wait_for_url("**/accounts/reauthenticate/**")
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.locator("main form button[type=submit]").first.click()
    visitor.page.wait_for_url("**/review/**")


def test_from_review_to_release_with_two_names(town: Town, enter: Callable[..., Visitor], settings: Any) -> None:
    # Given a draft with grave findings where two people sign those, and another file on hold for its order
    settings.SIGNERS_OF_GRAVE_FINDINGS = 2
    second = make_user(Role.CLINICIAN, "Dr James Reid")
    care(second, town.patient)
    allow(town.patient)
    draft = draft_from(town.technician, town.order)
    make_file(town.patient, town.technician, town.order, status=FileStatus.HELD, original_name="later.vcf")

    # When the clinician chooses what is to be signed, by keyboard, and opens it
    clinician = enter(town.clinician)
    clinician.page.keyboard.press("Tab")
    assert clinician.page.evaluate("document.activeElement.getAttribute('href')") == "#main", "first the way past it"
    picks(clinician, "To check and sign")
    looks_at(clinician, "queue")
    clinician.page.locator(".queue a").first.focus()
    clinician.page.keyboard.press("Enter")
    # Then findings stand beside the draft, and the file on hold is told at the top
    clinician.page.get_by_role("heading", name="Findings and evidence").wait_for()
    clinician.page.get_by_text("Another file for this order is on hold").wait_for()
    looks_at(clinician, "review")

    # When they write a note, leave one advice out and add an option
    page = clinician.page
    page.get_by_label("This note is about").select_option("clopidogrel")
    page.get_by_label("It says").select_option("not_for_you")
    page.get_by_label("Your note, in plain words").press_sequentially(NOTE)
    page.get_by_text("Easy to read").wait_for()
    page.get_by_role("button", name="Save this note").click()
    page.locator(".note").get_by_text(NOTE).wait_for()
    page.get_by_text("Leave out the advice on a medicine").click()
    choice = page.get_by_label("Leave out the advice on", exact=True)
    offered = choice.locator("option").evaluate_all("options => options.map(option => option.value)")
    assert not set(offered) & set(grave_medicines(draft)), "a grave warning is never offered"
    left_out = next(value for value in offered if value)
    choice.select_option(left_out)
    page.get_by_label("The reason").select_option("not_taken")
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_text(": Left out").wait_for()
    page.get_by_text("Add an option").click()
    page.get_by_label("Medicine or other option").fill("Physiotherapy")
    page.get_by_label("What the patient should know about it").fill("It helps with pain.")
    page.get_by_role("button", name="Add it").click()
    page.get_by_text("Physiotherapy: Added").wait_for()
    picture(page, "staff-annotated")
    # And sign
    signs(clinician, "Sign first")
    # Then nothing is out, and it waits for somebody else
    page.get_by_text("Waits for a second signature, by somebody other than Dr Amina Okafor").wait_for()
    picture(page, "staff-signed-first")
    assert FirstSignature.objects.exists() and not SignOff.objects.exists() and not Release.objects.exists()
    page.goto("/")
    page.get_by_text("You signed first. It waits for a second signature, by somebody else.").wait_for()

    # When the colleague finds it in the queue and signs
    colleague = enter(second)
    colleague.page.get_by_text("Waits for a second signature, by somebody other than Dr Amina Okafor.").wait_for()
    opens_row(colleague, "Second signature")
    signs(colleague, "Sign and send to the patient")
    # Then it is released, and both names stand on it
    colleague.page.get_by_text("Signed by Dr James Reid").wait_for()
    colleague.page.get_by_role("link", name="When the report opens for the patient").click()
    colleague.page.get_by_text("It is open for the patient.").wait_for()
    looks_at(colleague, "release")
    run_jobs("render")

    # When the patient reads it
    patient = enter(town.account)
    patient.page.get_by_role("link", name="Read my report").click()
    patient.page.get_by_text(NOTE).first.wait_for()
    assert patient.page.get_by_text("Physiotherapy").count() >= 1
    assert "Dr Amina Okafor" in patient.page.content() and "Dr James Reid" in patient.page.content()
    assert Release.objects.get().first_read_at is not None
    # Then nothing of it is left in the queue; the file on hold still is
    page.goto("/")
    kinds = page.get_by_role("navigation", name="Kind of work")
    assert [name.split() for name in kinds.get_by_role("link").all_inner_texts()] == [
        ["All", "1"],
        ["On", "hold", "1"],
    ]


def test_a_file_that_fails_and_one_that_succeeds(town: Town, enter: Callable[..., Visitor], tmp_path: Path) -> None:
    allow(town.patient)
    # Given a letter that was saved under the name of a genome
    wrong = tmp_path / "result.vcf"
    wrong.write_text("This is a letter, not a genome.\n")
    laboratory = enter(town.technician)
    # When the laboratory sends it
    laboratory_sends(laboratory, town, wrong)
    # Then it is told why, and what to do
    refused = ResultFile.objects.get()
    assert refused.status == FileStatus.REFUSED
    laboratory.page.goto(f"/results/files/{refused.pk}/")
    laboratory.page.get_by_text(refused.explanation[:30]).first.wait_for()
    laboratory.page.get_by_text("Next: Send another file.").wait_for()
    looks_at(laboratory, "refused")
    # And the clinic sees it too, and puts it aside with a reason
    clinician = enter(town.clinician)
    picks(clinician, "Could not be read")
    opens_row(clinician, "Could not be read")
    clinician.page.get_by_label("Why need nobody look at it any more?").fill("The lab sends the right file.")
    clinician.page.get_by_role("button", name="Close this file").click()
    clinician.page.get_by_role("button", name="Open it again").wait_for()
    looks_at(clinician, "closed")

    # When it sends the right file, with a birth date that was mistyped
    right = tmp_path / "right.vcf"
    right.write_bytes(made_up_file())
    born, town.patient.birth_date = town.patient.birth_date, date(1999, 1, 1)
    laboratory_sends(laboratory, town, right)
    # Then the file is kept and waits
    file = ResultFile.objects.exclude(pk=refused.pk).get()
    assert file.status == FileStatus.HELD
    laboratory.page.goto(f"/results/files/{file.pk}/")
    laboratory.page.get_by_role("heading", name="Was something mistyped?").wait_for()
    looks_at(laboratory, "mistyped")
    # When it gives the right one
    laboratory.page.get_by_label("Birth date").fill(born.isoformat())
    laboratory.page.get_by_label("Family name").fill(town.patient.family_name)
    laboratory.page.get_by_role("button", name="Send these").click()
    # Then the very same file goes on, and is read
    laboratory.page.get_by_text("What you sent agrees with the order now.").wait_for()
    run_jobs("interpret", "compose")
    file.refresh_from_db()
    assert file.status == FileStatus.INTERPRETED and ResultFile.objects.count() == 2
    laboratory.page.goto("/")
    looks_at(laboratory, "done")
    # And the draft is the clinician's next work
    clinician.page.goto("/")
    opens_row(clinician, "To check and sign")
    clinician.page.get_by_role("heading", name="Findings and evidence").wait_for()


def test_a_counsellor_helps_and_the_patient_decides(town: Town, enter: Callable[..., Visitor]) -> None:
    questions = text("pgx").questions
    right = right_answers(text("pgx"))

    def answers(visitor: Visitor, *, rightly: bool) -> None:
        for question in questions:
            option = right[question.id] if rightly else (question.right + 1) % len(question.options)
            visitor.page.locator(f"#{question.id}-{option}").check()
        visitor.page.get_by_role("button", name="Go on").click()

    # Given a counsellor with nothing to do
    counsellor = enter(town.counsellor)
    counsellor.page.get_by_text("Nothing waits for you").wait_for()
    looks_at(counsellor, "nothing")
    # When the patient does not find the text clear, twice
    patient = enter(town.account)
    patient.page.get_by_role("link", name="Read about it and answer").click()
    patient.page.get_by_role("link", name="Go on to a few questions").click()
    answers(patient, rightly=False)
    answers(patient, rightly=False)
    # Then they are told who calls, and that is no yes
    patient.page.get_by_text("Sofia Marin will call you").first.wait_for()
    looks_at(patient, "somebody-calls")
    assert ConsentEvent.objects.latest("sequence").decision == Decision.UNCLEAR

    # When the counsellor looks again
    counsellor.page.goto("/")
    # Then the menu counts it, and the row says what to do
    menu = counsellor.page.get_by_role("navigation", name="Main").get_by_role("link", name="Consent")
    assert menu.inner_text().split() == ["Consent", "1"]
    counsellor.page.get_by_text("Did not find our text clear, twice. Call and talk it through.").wait_for()
    looks_at(counsellor, "talk")
    opens_row(counsellor, "Talk it through")
    assert counsellor.page.get_by_text("Is it urgent?").is_hidden(), "that line is for patients"
    looks_at(counsellor, "consent-desk")
    # When they have talked with the patient, they say so; they never answer
    assert counsellor.page.get_by_role("button", name="Yes").count() == 0
    counsellor.page.get_by_role("button", name="I have talked with them").click()
    counsellor.page.get_by_text("The person is asked again, and decides alone.").wait_for()

    # Then the patient is asked again, and decides
    patient.page.goto("/consent/pgx/")
    patient.page.get_by_role("link", name="Go on to a few questions").click()
    answers(patient, rightly=True)
    patient.page.locator("button[name=answer][value=yes]").first.click()
    patient.page.get_by_role("button", name="Save my answer").click()
    patient.page.get_by_text("We have kept your yes.").wait_for()
    given = ConsentEvent.objects.latest("sequence")
    assert (given.decision, given.signer) == (Decision.PERMIT, town.account.pk)
    # And nothing is left for the counsellor
    counsellor.page.goto("/")
    counsellor.page.get_by_text("Nothing waits for you").wait_for()
    assert menu.inner_text().split() == ["Consent"]
