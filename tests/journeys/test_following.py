"""After a choice, in a real browser: from the plan to the look back, and to somebody of the team who calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.decisions.following import actions, upkeep
from portal.decisions.following.diary_rules import Severity
from portal.decisions.following.models import (
    AdherenceCheck,
    DiaryEntry,
    FollowUpTask,
    LookBack,
    Plan,
    Symptom,
)
from portal.decisions.models import JointDecision
from tests.browser import NARROWEST, WIDE, Visitor, needs_browser, picture
from tests.people import Clinic, allow, decided, make_clinic

pytestmark = needs_browser


def _chosen_four_weeks_ago(clinic: Clinic) -> JointDecision:
    """A choice, and what Ada said in the four weeks since."""
    joint = decided(clinic)["joint_decision"]
    assert isinstance(joint, JointDecision)
    for model in (FollowUpTask, LookBack, AdherenceCheck, Plan, Symptom):
        model._base_manager.all().delete()
    joint.option_name = "Another medicine to keep the blood flowing"
    joint.made_at = timezone.now() - timedelta(days=30)
    joint.save()
    for week, missed in enumerate((3, 1, 0), start=1):
        check = actions.say_how_it_goes(
            clinic.ada_user,
            joint,
            missed_days=missed,
            reasons=["forgot"] if missed else [],
            words="",
            new_problem=False,
            sent_once=uuid4(),
        )
        AdherenceCheck.objects.filter(pk=check.pk).update(at=joint.made_at + timedelta(weeks=week))
    entry = actions.note(
        clinic.ada_user,
        clinic.ada,
        symptom=None,
        what="Bruises on my arms",
        since=date(2026, 11, 1),
        severity=Severity.A_LOT,
        words="Two big ones.",
        sent_once=uuid4(),
    )
    DiaryEntry.objects.filter(pk=entry.pk).update(at=joint.made_at + timedelta(days=9))
    actions.note(
        clinic.ada_user,
        clinic.ada,
        symptom=entry.symptom,
        what="",
        since=None,
        severity=Severity.A_BIT,
        words="",
        sent_once=uuid4(),
    )
    upkeep.begin_look_backs()
    return joint


def _seen(visitor: Visitor, name: str) -> None:
    """Held to the baseline, and kept as pictures: light and wide, dark and narrow."""
    visitor.page.locator("main h1").wait_for()
    visitor.meets_the_baseline()
    picture(visitor.page, f"{name}-light-1280")
    visitor.page.emulate_media(color_scheme="dark")
    visitor.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    picture(visitor.page, f"{name}-dark-320")
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


@pytest.mark.usefixtures("transactional_db")
def test_from_the_plan_to_a_call(enter: Callable[..., Visitor]) -> None:
    # Given something that was chosen together four weeks ago
    clinic = make_clinic()
    allow(clinic.ada, "contact.email")
    _chosen_four_weeks_ago(clinic)
    ada = enter(clinic.ada_user)
    page = ada.page

    # When Ada is asked on her first page whether it is still right, she answers in two clicks
    page.get_by_role("link", name="Answer now").click()
    _seen(ada, "look-back")
    page.get_by_role("radio", name="I am not sure").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Written down").wait_for()
    _seen(ada, "looked-back")

    # And she writes her plan, in her own words
    page.get_by_role("link", name="Back to my plan").click()
    page.get_by_role("link", name="Write my plan").click()
    _seen(ada, "plan")
    page.get_by_label("When …").fill("When I have put the kettle on")
    page.get_by_label("… I will", exact=True).fill("take it with my first cup")
    page.get_by_role("button", name="Save my plan").click()

    # And she asks for reminders, and takes them for her calendar
    page.get_by_role("link", name="Remind me").click()
    page.get_by_label("At what time?").fill("08:00")
    page.get_by_label("Which clock do you live by?").select_option("Europe/Madrid")
    _seen(ada, "reminder")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("We will remind you.").wait_for()
    page.get_by_role("link", name="Remind me").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the calendar file").click()
    assert saved.value.suggested_filename == "reminders.ics"
    page.goto("/following/")

    # And she says how her week went
    page.get_by_role("link", name="Say how my week went").click()
    _seen(ada, "week")
    page.get_by_role("radio", name="2", exact=True).check()
    page.get_by_role("checkbox", name="I felt unwell from it").check()
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Send").click()

    # And she writes down something that cannot wait: then the page says at once what to do
    page.get_by_role("link", name="Write in my diary").click()
    page.get_by_role("radio", name="Something new").check()
    page.get_by_label("What do you feel?").fill("My chest hurts when I climb the stairs")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("What you wrote can be an emergency").wait_for()
    ada.complaints.clear()  # the browser's own note that the form came back
    _seen(ada, "diary-not-complete")
    page.get_by_label("Since when?").fill("2026-11-20")
    page.get_by_role("radio", name="A bit").check()
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("heading", name="Written down").wait_for()
    assert page.get_by_text("What you wrote can be an emergency").is_visible()
    _seen(ada, "diary-call-now")

    # Then all of it is on one page of hers, where each entry can be taken back
    page.get_by_role("link", name="Back to my plan").click()
    _seen(ada, "my-plan")
    bruises = page.locator(".follow-own").filter(has_text="Bruises on my arms").first
    bruises.locator("summary").click()
    bruises.get_by_role("button", name="This is wrong").click()
    page.get_by_text("Marked as wrong.").wait_for()
    bruises.locator("summary").click()
    bruises.get_by_role("link", name="Delete").click()
    _seen(ada, "delete")
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("It is gone.").wait_for()

    # And the team finds it, the most urgent first, and says what was done
    desk = enter(clinic.counsellor)
    desk.page.get_by_role("link", name="Call now: words that can mean an emergency").wait_for()
    desk.page.goto("/following/tasks/")
    _seen(desk, "to-follow-up")
    desk.page.get_by_role("link", name="Call now").click()
    _seen(desk, "how-it-goes")
    urgent = desk.page.get_by_role("article").filter(has_text="Call now")
    assert "My chest hurts when I climb the stairs: A bit" in urgent.inner_text()
    urgent.get_by_text("Say what was done").click()
    urgent.get_by_label("What did you do?").fill("Called her at once. She is on her way to hospital.")
    urgent.get_by_role("button", name="Done").click()
    desk.page.get_by_text("Called her at once.").wait_for()
    assert not FollowUpTask.objects.filter(rule="call_now", settled_at=None).exists()


@pytest.mark.usefixtures("transactional_db")
def test_it_works_without_javascript(enter: Callable[..., Visitor]) -> None:
    clinic = make_clinic()
    _chosen_four_weeks_ago(clinic)
    ada = enter(clinic.ada_user, javascript=False)
    ada.page.goto("/following/diary/")
    ada.page.get_by_role("radio", name="Bruises on my arms").check()
    ada.page.get_by_role("radio", name="It is gone").check()
    ada.page.get_by_role("button", name="Write it down").click()
    ada.page.get_by_role("heading", name="Written down").wait_for()
    ada.page.get_by_role("link", name="Back to my plan").click()
    assert ada.page.locator("svg.follow-picture title").count() == 2, "of the weeks and of what is felt"
