"""From a signed report to a decision made together: opened, read five ways, weighed, talked over, written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.decisions.models import Decision, DecisionTask, JointDecision
from portal.delivery import actions as delivery
from portal.people.models import Role
from tests.browser import NARROWEST, Visitor, needs_browser, picture
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import draft_from, run_jobs

pytestmark = needs_browser


def shown(visitor: Visitor, name: str) -> None:
    """Held to the baseline, and kept as pictures: wide, narrow, dark."""
    visitor.meets_the_baseline()
    page = visitor.page
    picture(page, f"decide-{name}")
    page.emulate_media(color_scheme="dark")
    picture(page, f"decide-{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    picture(page, f"decide-{name}-narrow")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("language", ["en", "es"])
def test_from_a_result_to_a_decision_made_together(enter: Callable[..., Visitor], language: str) -> None:
    patient = make_patient("Elena", "Ortiz", made_up=True, language=language)
    clinician, laboratory = make_user(Role.CLINICIAN, "Dr Amina Okafor"), make_laboratory("Northgate Laboratory")
    second, counsellor = make_user(Role.CLINICIAN, "Dr James Reid"), make_user(Role.COUNSELLOR, "Sofia Marin")
    for member in (clinician, second, counsellor):
        care(member, patient)
    allow(patient)
    technician = make_user(Role.LABORATORY, "Northgate intake", laboratory=laboratory)
    report = draft_from(technician, make_order(patient, laboratory, clinician, "N-2026-0009"))
    for signer in (clinician, second):
        report.refresh_from_db()
        if report.signed_at is None:
            delivery.sign(signer, report, delivery.shown_hash(report, []))
    run_jobs("render")
    assert patient.account is not None
    patient.account.language = language
    patient.account.save()
    spanish = language == "es"

    doctor = enter(clinician)
    page = doctor.page
    page.goto("/decisions/")
    page.get_by_role("link", name="Elena Ortiz").click()
    doctor.meets_the_baseline()
    page.get_by_label("Clopidogrel").check()
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("IPDAS: 27 of 27").wait_for()
    shown(doctor, f"desk-{language}")
    decision = Decision.objects.get()
    page.goto(f"/decisions/{decision.pk}/edit/?part=outcome&key=bleed")
    page.locator("#id_stay-known_1").check()
    page.get_by_label("how many people have it").first.fill("12")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Say out of how many people").first.wait_for()
    doctor.complaints.clear()  # the browser notes the refusal itself
    shown(doctor, f"refused-{language}")
    page.goto(f"/decisions/{decision.pk}/")
    page.get_by_role("button", name="I have read it").click()
    page.get_by_text("This edition is open to the patient").wait_for()

    elena = enter(patient.account)
    read = elena.page
    read.goto(f"/decisions/{decision.pk}/")
    assert read.locator("h1").inner_text().startswith("¿Qué medicina" if spanish else "Which medicine")
    shown(elena, f"what-{language}")
    for view in ("words", "numbers", "pictures", "bars"):
        read.goto(f"/decisions/{decision.pk}/facts/?view={view}")
        elena.meets_the_baseline()
    shown(elena, f"facts-{language}")
    read.goto(f"/decisions/{decision.pk}/matters/")
    slider = read.locator("#weight-clots")
    before = int(slider.input_value())
    read.locator(".matter").first.locator("button[data-step='1']").click()
    assert int(slider.input_value()) == before + 1, "buttons move the slider"
    slider.focus()
    read.keyboard.press("ArrowRight")
    assert int(slider.input_value()) == before + 2, "and so do the keys"
    read.locator("#id_role_1").check()
    read.locator("main form > .button-row .button").last.scroll_into_view_if_needed()
    read.locator("main form > .button-row button:not([name])").click()
    read.locator("#fit").wait_for()
    shown(elena, f"matters-{language}")
    read.goto(f"/decisions/{decision.pk}/ready/")
    for fieldset in read.locator("form:has(button[name=four]) fieldset").all():
        fieldset.locator("input[value=yes]").check()
    read.locator("form:has(button[name=four]) fieldset").first.locator("input[value=no]").check()
    read.locator("button[name=four]").click()
    read.wait_for_load_state()
    shown(elena, f"ready-{language}")
    assert DecisionTask.objects.filter(kind="not_ready", settled_at=None).count() == 1
    read.goto(f"/decisions/{decision.pk}/end/")
    read.locator("#id_words").fill("Tengo miedo." if spanish else "I am afraid of a clot.")
    read.locator("form:has(#id_words) button[type=submit]").click()
    shown(elena, f"end-{language}")
    with read.expect_download() as taken:
        read.locator(f"a[href='/decisions/{decision.pk}/paper/']").click()
    assert taken.value.suggested_filename.startswith("paper-")

    page.goto("/decisions/")
    page.get_by_text("People to call").wait_for()
    shown(doctor, f"list-{language}")
    page.goto(f"/decisions/{decision.pk}/visit/")
    shown(doctor, f"visit-{language}")
    page.get_by_role("button", name="I have called").first.click()
    page.goto(f"/decisions/{decision.pk}/visit/")
    page.locator("#id_option_1").check()
    page.get_by_label("Why").fill("It works for her.")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("It works for her.").first.wait_for()
    assert JointDecision.objects.get().own_words
    read.goto(f"/decisions/{decision.pk}/talk/")
    for fieldset in read.locator("main fieldset").all():
        fieldset.locator("input[value='4']").check()
    elena.meets_the_baseline()
    read.locator("main form button[type=submit]").click()
    read.goto(f"/decisions/{decision.pk}/")
    elena.meets_the_baseline()
