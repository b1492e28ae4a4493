"""One decision whole, by one person, in English and Spanish: from the result to the question after three months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from playwright.sync_api import Locator

from portal.decisions.following import upkeep
from portal.decisions.following.models import (
    AdherenceCheck,
    DiaryEntry,
    FollowUpTask,
    LookBack,
    LookBackKind,
    Plan,
    Symptom,
)
from portal.decisions.models import Decision, DecisionTask, JointDecision
from portal.delivery import actions as delivery
from portal.people.models import Patient, Role, User
from tests.browser import NARROWEST, WIDE, Visitor, needs_browser, picture
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import draft_from, run_jobs

pytestmark = needs_browser

WORDS = {
    "en": {
        "own": "I want to be sure that it works.",
        "why": "It works without this gene.",
        "cue": "When I sit down to breakfast",
        "act": "take my pill with the first glass of water",
        "felt": "Small bruises on my legs",
        "looking": "I have got used to it.",
    },
    "es": {
        "own": "Quiero estar segura de que funciona.",
        "why": "Funciona sin este gen.",
        "cue": "Cuando me siento a desayunar",
        "act": "tomo mi pastilla con el primer vaso de agua",
        "felt": "Moratones pequeños en las piernas",
        "looking": "Ya me he acostumbrado.",
    },
}


def _seen(visitor: Visitor, name: str) -> None:
    """Held to the baseline, and kept as pictures: light and wide, dark and narrow."""
    visitor.page.locator("main h1").wait_for()
    visitor.meets_the_baseline()
    picture(visitor.page, f"months-{name}-light-1280")
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    picture(visitor.page, f"months-{name}-dark-320")
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def _pass_time(joint: JointDecision, kind: LookBackKind) -> None:
    """Until a question is due: all that happened so far lies further back. The portal then does its round."""
    gone = LookBack.objects.get(joint_decision=joint, kind=kind).due_at - timezone.now() + timedelta(minutes=1)
    JointDecision.objects.filter(pk=joint.pk).update(made_at=F("made_at") - gone)
    LookBack.objects.filter(joint_decision=joint).update(
        due_at=F("due_at") - gone, told_at=F("told_at") - gone, answered_at=F("answered_at") - gone
    )
    AdherenceCheck.objects.filter(joint_decision=joint).update(at=F("at") - gone)
    DiaryEntry.objects.filter(symptom__patient=joint.decision.patient).update(at=F("at") - gone)
    for symptom in Symptom.objects.filter(patient=joint.decision.patient):
        symptom.since -= gone
        symptom.save()
    upkeep.round_of_follow_up()


def _signed_result(language: str) -> tuple[Patient, User]:
    """A poor metaboliser whose report is signed and released, and her clinician."""
    patient = make_patient("Elena", "Ortiz", made_up=True, language=language)
    clinician, second = make_user(Role.CLINICIAN, "Dr Amina Okafor"), make_user(Role.CLINICIAN, "Dr James Reid")
    for member in (clinician, second, make_user(Role.COUNSELLOR, "Sofia Marin")):
        care(member, patient)
    allow(patient)
    laboratory = make_laboratory("Northgate Laboratory")
    technician = make_user(Role.LABORATORY, "Northgate intake", laboratory=laboratory)
    report = draft_from(technician, make_order(patient, laboratory, clinician, "N-2026-0012"))
    for signer in (clinician, second):
        report.refresh_from_db()
        if report.signed_at is None:
            delivery.sign(signer, report, delivery.shown_hash(report, []))
    run_jobs("render")
    assert patient.account is not None
    patient.account.language = language
    patient.account.save()
    return patient, clinician


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("language", ["en", "es"])
def test_from_the_result_to_three_months_after(enter: Callable[..., Visitor], language: str) -> None:
    patient, clinician = _signed_result(language)
    account, told = patient.account, WORDS[language]
    assert account is not None

    def said(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    # Given a signed result, out of which the clinician opens the decision and releases it
    doctor = enter(clinician, every_language=False)
    desk = doctor.page
    desk.goto(f"/decisions/new/{patient.pk}/")
    desk.get_by_label("Clopidogrel").check()
    desk.get_by_role("button", name="Open it").click()
    desk.get_by_role("button", name="I have read it").click()
    desk.get_by_text("This edition is open to the patient").wait_for()
    decision = Decision.objects.get()
    assert decision.language == language

    # When Elena reads her result, and goes from it through the decision
    elena = enter(account, every_language=False)
    page = elena.page

    def heading(text: str) -> Locator:
        return page.get_by_role("heading", name=said(text), exact=True)

    page.goto(f"/reports/{decision.report_id}/")
    assert "clopidogrel" in page.locator("main").inner_text().casefold()
    page.goto("/")
    page.get_by_role("link", name=said("Go to my decisions")).click()
    page.locator(f"a[href='/decisions/{decision.pk}/']").first.click()
    page.wait_for_url(f"**/decisions/{decision.pk}/")
    assert page.locator("html").get_attribute("lang") == language
    _seen(elena, f"{language}-decision")
    page.goto(f"/decisions/{decision.pk}/matters/")
    page.locator("#weight-clots").fill("10")
    page.locator("#id_role_1").check()
    page.locator("main form > .button-row button:not([name])").click()
    page.locator("#fit").wait_for()
    page.goto(f"/decisions/{decision.pk}/ready/")
    for fieldset in page.locator("form:has(button[name=four]) fieldset").all():
        fieldset.locator("input[value=yes]").check()
    page.locator("button[name=four]").click()
    page.get_by_text(said("You said yes to all four. You can still change your mind at any time.")).wait_for()
    assert not DecisionTask.objects.exists(), "nobody has to call who is ready"
    page.goto(f"/decisions/{decision.pk}/end/")
    page.locator("#id_words").fill(told["own"])
    page.locator("form:has(#id_words) button[type=submit]").click()
    page.wait_for_load_state()

    # And both look at one page in the talk, and it is written down what they decided
    desk.goto(f"/decisions/{decision.pk}/visit/")
    assert told["own"] in desk.locator("main").inner_text()
    desk.get_by_role("radio", name="prasugrel").check()
    desk.get_by_label("Why").fill(told["why"])
    desk.get_by_role("button", name="Write it down").click()
    desk.get_by_text(told["why"]).first.wait_for()
    joint = JointDecision.objects.get()
    assert (joint.option, joint.own_words) == ("prasugrel", told["own"])
    upkeep.round_of_follow_up()

    # Then she finds what was decided, and writes her plan
    page.goto(f"/decisions/{decision.pk}/visit/")
    _seen(elena, f"{language}-visit")
    page.get_by_role("link", name=said("My plan and my diary")).click()
    assert page.locator("html").get_attribute("lang") == language
    assert page.get_by_role("link", name=said("Answer now")).count() == 0, "nothing is asked yet"
    page.get_by_role("link", name=said("Write my plan")).click()
    page.locator("#id_cue").fill(told["cue"])
    page.locator("#id_act").fill(told["act"])
    page.get_by_role("button", name=said("Save my plan")).click()
    page.get_by_text(told["cue"]).wait_for()
    assert Plan.objects.get().act == told["act"]

    # And she says how her week went, and what she feels
    page.get_by_role("link", name=said("Say how my week went")).click()
    page.locator("input[name=missed_days][value='1']").check()
    page.locator("input[name=reasons][value=forgot]").check()
    page.locator("input[name=new_problem][value=yes]").check()
    page.get_by_role("button", name=said("Send")).click()
    page.get_by_role("link", name=said("Write in my diary")).click()
    page.locator("#id_what").fill(told["felt"])
    page.locator("#id_since").fill(timezone.localdate().isoformat())
    page.locator("input[name=severity][value=a_bit]").check()
    page.get_by_role("button", name=said("Write it down")).click()
    heading("Written down").wait_for()
    assert not FollowUpTask.objects.exists(), "a bit, since today: nobody has to call"

    # When two weeks have gone, her first page asks whether it is still right, and not yet whether she regrets it
    page.goto("/")
    assert page.get_by_role("link", name=said("Answer now")).count() == 0
    _pass_time(joint, LookBackKind.TWO_WEEKS)
    page.goto("/")
    page.get_by_role("link", name=said("Answer now")).click()
    heading("Is it still right for you?").wait_for()
    assert page.locator("input[name=same_again]").count() == 0
    page.locator("input[name=still_right][value=yes]").check()
    page.locator("#id_words").fill(told["looking"])
    page.get_by_role("button", name=said("Send")).click()
    heading("Written down").wait_for()
    page.goto("/")
    assert page.get_by_role("link", name=said("Answer now")).count() == 0, "answered, it is not asked again"

    # When three months have gone, it is asked again, with the question of regret
    _pass_time(joint, LookBackKind.THREE_MONTHS)
    joint.refresh_from_db()
    assert timezone.now() - joint.made_at >= timedelta(days=89)
    page.goto("/")
    page.get_by_role("link", name=said("Answer now")).click()
    with translation.override(language):
        chosen_on = date_format(timezone.localtime(joint.made_at), "DATE_FORMAT")
    assert chosen_on in page.locator("main").inner_text()
    again = said("Knowing what you know now: would you choose the same again?")
    assert page.get_by_role("group", name=again).is_visible()
    _seen(elena, f"{language}-three-months")
    page.locator("input[name=still_right][value=yes]").check()
    page.locator("input[name=same_again][value=not_sure]").check()
    page.get_by_role("button", name=said("Send")).click()
    heading("Written down").wait_for()
    _seen(elena, f"{language}-written-down")

    # Then all of it stands on her page, and somebody of the team is asked once, because she is not sure
    page.goto("/following/")
    for text in (joint.option_name, told["cue"], told["felt"], told["looking"]):
        assert page.get_by_text(text).first.is_visible(), text
    _seen(elena, f"{language}-my-plan")
    answers = {row.kind: row.answers for row in LookBack.objects.filter(joint_decision=joint)}
    assert answers[LookBackKind.TWO_WEEKS]["still_right"] == "yes"
    assert answers[LookBackKind.THREE_MONTHS]["same_again"] == "not_sure"
    assert list(FollowUpTask.objects.values_list("rule", flat=True)) == ["not_right"]
    desk.goto(f"/following/of/{patient.pk}/")
    assert told["felt"] in desk.locator("main").inner_text()
    _seen(doctor, f"{language}-desk")
