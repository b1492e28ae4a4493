"""After a choice: a plan, reminders that tell nothing, a diary whose rules ask the team once, looking back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from consent.desk import hooks
from consent.desk.models import ConsentChange
from consent.ledger.models import Decision as Act
from portal.access.decide import Denied
from portal.access.models import AccessEvent, NoticeOwed
from portal.access.notices import send_owed
from portal.decisions.following import actions, instruments, queries, reminding, upkeep
from portal.decisions.following.diary_rules import Rule, Severity
from portal.decisions.following.errors import FollowRefused, Refusal
from portal.decisions.following.models import (
    AdherenceCheck,
    DiaryEntry,
    FollowUpTask,
    LookBack,
    Plan,
    Reminder,
    Stopped,
    Symptom,
)
from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm
from portal.decisions.models import JointDecision
from portal.people.models import Patient, User
from portal.settings.base import ROOT
from tests.people import Clinic, allow, decided, make_clinic

pytestmark = pytest.mark.django_db

WORDS = {"cue": "When I have eaten", "act": "I take zebrafinch", "obstacle": "If I am out", "instead": "I carry one"}


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def joint(clinic: Clinic) -> JointDecision:
    found = decided(clinic)["joint_decision"]
    assert isinstance(found, JointDecision)
    for model in (FollowUpTask, LookBack, AdherenceCheck, Plan, Symptom):
        model._base_manager.all().delete()
    return found


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def changed(patient: Patient, scope: str) -> None:
    """What every act of consent does once it is committed."""
    hooks.owe(patient, scope)
    for key in ConsentChange.objects.values_list("pk", flat=True):
        hooks.settle(key)


def planned(clinic: Clinic, joint: JointDecision) -> Plan:
    return actions.write_plan(clinic.ada_user, joint, version=0, **WORDS)


def daily(**fixed: Any) -> Rhythm:
    return Rhythm(**({"at": time(8), "weekdays": EVERY_DAY, "zone": "UTC", "first": timezone.now().date()} | fixed))


def reminded(clinic: Clinic, joint: JointDecision, **fixed: Any) -> Reminder:
    allow(clinic.ada, "contact.email")
    return actions.remind(clinic.ada_user, planned(clinic, joint), daily(**fixed))


def noted(clinic: Clinic, what: str = "A dry mouth", how: Severity = Severity.A_BIT, **fixed: Any) -> DiaryEntry:
    facts: dict[str, Any] = {
        "symptom": None,
        "since": date(2026, 1, 1),
        "words": "",
        "sent_once": uuid.uuid4(),
    } | fixed
    facts.setdefault("since", timezone.localdate())
    return actions.note(clinic.ada_user, clinic.ada, what=what, severity=how, **facts)


TODAY: dict[str, Any] = {"since": timezone.localdate()}


# --- plan --------------------------------------------------------------------------------------------------------


def test_a_plan_is_in_the_persons_own_words_and_sealed(clinic: Clinic, joint: JointDecision) -> None:
    page = client(clinic.ada_user)
    address = reverse("following:plan", args=[joint.pk])
    assert page.post(address, {**WORDS, "act": "", "version": 0}).status_code == 422
    assert page.post(address, {**WORDS, "version": 0}).status_code == 302
    assert "I take zebrafinch" in page.get(reverse("following:start")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT act FROM following_plan")
        assert b"zebrafinch" not in bytes(cursor.fetchone()[0])


def test_a_plan_changed_on_another_page_is_not_overwritten_and_nothing_typed_is_lost(
    clinic: Clinic, joint: JointDecision
) -> None:
    planned(clinic, joint)
    page = client(clinic.ada_user)
    address = reverse("following:plan", args=[joint.pk])
    page.post(address, {**WORDS, "act": "First page", "version": 1})
    answer = page.post(address, {**WORDS, "act": "Second page", "version": 1})
    told = answer.content.decode()
    assert answer.status_code == 422 and "First page" in told and "Second page" in told
    assert Plan.objects.get().act == "First page"
    assert page.post(address, {**WORDS, "act": "Both", "version": 2}).status_code == 302


# --- reminders ---------------------------------------------------------------------------------------------------


def test_a_reminder_says_that_it_is_time_and_nothing_else(clinic: Clinic, joint: JointDecision) -> None:
    """Whatever stands in the record, none of it is in the mail: its words are the template's own."""
    joint.option_name = "zebrafinch 75 mg"
    joint.save()
    reminder = reminded(clinic, joint)
    assert reminder.next_at is not None and reminding.send(reminder.pk, reminder.next_at)
    (letter,) = mail.outbox
    told = f"{letter.subject} {letter.body}"
    for word in ("zebrafinch", "CYP2C19", "gene", "medicine", "drug", "dose", "pill", "Ada", "health", "eaten"):
        assert word.lower() not in told.lower()
    template = (ROOT / "templates/decisions/follow_reminder.txt").read_text()
    subject = (ROOT / "templates/access/notice_subject.txt").read_text()
    own = set(re.findall(r"\w+", f"{template} {subject} Riverside Clinic")) | set(re.findall(r"\w+", _site()))
    assert set(re.findall(r"\w+", told)) <= own
    assert letter.to == [clinic.ada_user.email]


def _site() -> str:
    from django.conf import settings

    return f"{settings.SITE_NAME} {settings.CLINIC_NAME}"


def test_what_lies_in_the_queue_is_an_id(clinic: Clinic, joint: JointDecision) -> None:
    reminder = reminded(clinic, joint)
    with patch("portal.decisions.following.reminding.app.send_task") as sent:
        assert reminding.wake(reminder.next_at) == 1
    assert sent.call_args.args == ("send_reminder",) and sent.call_args.kwargs["args"] == [str(reminder.pk)]


def test_a_reminder_is_sent_once_however_often_it_is_told_of(clinic: Clinic, joint: JointDecision) -> None:
    reminder = reminded(clinic, joint)
    due = reminder.next_at
    assert due is not None
    assert [reminding.send(reminder.pk, due) for _ in range(3)] == [True, False, False]
    reminder.refresh_from_db()
    assert reminder.next_at == due + timedelta(days=1) and len(mail.outbox) == 1


def test_killed_after_the_claim_it_is_left_out_never_doubled(clinic: Clinic, joint: JointDecision) -> None:
    reminder = reminded(clinic, joint)
    due = reminder.next_at
    assert due is not None
    killed = patch("portal.decisions.following.reminding.send_letter", side_effect=KeyboardInterrupt)
    with killed, pytest.raises(KeyboardInterrupt):
        reminding.send(reminder.pk, due)
    assert not reminding.send(reminder.pk, due) and mail.outbox == []
    assert reminding.send(reminder.pk, due + timedelta(days=1)), "the next day it comes again"


def test_one_that_is_hours_late_is_left_out(clinic: Clinic, joint: JointDecision) -> None:
    reminder = reminded(clinic, joint)
    assert reminder.next_at is not None
    assert not reminding.send(reminder.pk, reminder.next_at + timedelta(hours=3)) and mail.outbox == []
    reminder.refresh_from_db()
    assert reminder.next_at is not None and reminder.stopped_at is None


def test_after_its_last_day_it_is_over(clinic: Clinic, joint: JointDecision) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    reminder = reminded(clinic, joint, at=time(23, 59), first=tomorrow, last=tomorrow)
    assert reminder.next_at is not None and reminding.send(reminder.pk, reminder.next_at)
    reminder.refresh_from_db()
    assert (reminder.next_at, reminder.stopped) == (None, Stopped.OVER)


def _withdrawn(clinic: Clinic) -> None:
    allow(clinic.ada, "contact.email", Act.WITHDRAW)


def _result_withdrawn(clinic: Clinic) -> None:
    allow(clinic.ada, "pgx", Act.WITHDRAW)


def _dead(clinic: Clinic) -> None:
    Patient.objects.filter(pk=clinic.ada.pk).update(frozen_at=timezone.now())


def _erased(clinic: Clinic) -> None:
    Patient.objects.filter(pk=clinic.ada.pk).update(erased_at=timezone.now())


def _closed(clinic: Clinic) -> None:
    User.objects.filter(pk=clinic.ada_user.pk).update(is_active=False)


def _report_gone(clinic: Clinic) -> None:
    clinic.release.delete()


@pytest.mark.parametrize("happened", [_withdrawn, _result_withdrawn, _dead, _erased, _closed, _report_gone])
def test_it_stops_at_once(clinic: Clinic, joint: JointDecision, happened: Callable[[Clinic], None]) -> None:
    reminder = reminded(clinic, joint)
    assert reminder.next_at is not None
    happened(clinic)
    assert not reminding.send(reminder.pk, reminder.next_at) and mail.outbox == []
    reminder.refresh_from_db()
    assert reminder.stopped_at is not None and reminder.next_at is None
    assert not reminding.send(reminder.pk, timezone.now() + timedelta(days=400))


def test_a_yes_taken_back_stops_it_before_it_is_due_and_a_new_yes_does_not_wake_it(
    clinic: Clinic, joint: JointDecision
) -> None:
    reminder = reminded(clinic, joint)
    _withdrawn(clinic)
    changed(clinic.ada, "contact.email")
    reminder.refresh_from_db()
    assert reminder.stopped == Stopped.NO_MAIL
    allow(clinic.ada, "contact.email")
    changed(clinic.ada, "contact.email")
    reminder.refresh_from_db()
    assert reminder.stopped == Stopped.NO_MAIL
    assert "took back your yes" in client(clinic.ada_user).get(reverse("following:start")).content.decode()


def test_without_a_yes_to_mail_there_is_the_calendar(clinic: Clinic, joint: JointDecision) -> None:
    plan = planned(clinic, joint)
    with pytest.raises(FollowRefused) as refused:
        actions.remind(clinic.ada_user, plan, daily())
    assert refused.value.refusal is Refusal.NO_MAIL
    page = client(clinic.ada_user).get(reverse("following:reminder", args=[plan.pk])).content.decode()
    assert reverse("consent:choice", args=["contact.email"]) in page and "By e-mail" not in page
    sent = {"at": "08:00", "weekdays": ["0"], "zone": "UTC", "last": "", "how": "mail"}
    address = reverse("following:reminder", args=[plan.pk])
    assert client(clinic.ada_user).post(address, sent).status_code == 422
    assert client(clinic.ada_user).post(address, {**sent, "how": "calendar"}).status_code == 302
    reminder = Reminder.objects.get()
    assert (reminder.by_mail, reminder.next_at) == (False, None)
    assert reminding.wake(timezone.now() + timedelta(days=9)) == 0
    file = client(clinic.ada_user).get(reverse("following:calendar", args=[plan.pk])).content.decode()
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO" in file
    changed(clinic.ada, "contact.email")
    reminder.refresh_from_db()
    assert reminder.stopped_at is None


def test_reminders_are_asked_for_and_stopped_on_pages(clinic: Clinic, joint: JointDecision) -> None:
    allow(clinic.ada, "contact.email")
    plan = planned(clinic, joint)
    page = client(clinic.ada_user)
    sent = {"at": "08:00", "weekdays": ["0", "3"], "zone": "Europe/Madrid", "last": "", "how": "mail"}
    assert page.post(reverse("following:reminder", args=[plan.pk]), sent).status_code == 302
    reminder = Reminder.objects.get()
    assert reminder.when.weekdays == {0, 3} and reminder.when.zone == "Europe/Madrid"
    with connection.cursor() as cursor:
        cursor.execute("SELECT rhythm FROM following_reminder")
        assert b"Madrid" not in bytes(cursor.fetchone()[0])
    past = {**sent, "last": "2020-01-01"}
    assert page.post(reverse("following:reminder", args=[plan.pk]), past).status_code == 422
    assert page.post(reverse("following:reminder", args=[plan.pk]), {**sent, "zone": "Mars/Base"}).status_code == 422
    page.post(reverse("following:stop_reminder", args=[reminder.pk]))
    reminder.refresh_from_db()
    assert reminder.stopped == Stopped.BY_PERSON


def test_the_calendar_file_holds_no_word_of_the_record(clinic: Clinic, joint: JointDecision) -> None:
    reminder = reminded(clinic, joint)
    upkeep.begin_look_backs()
    answer = client(clinic.ada_user).get(reverse("following:calendar", args=[reminder.plan_id]))
    told = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/calendar") and told.count("BEGIN:VEVENT") == 3
    for word in ("zebrafinch", "eaten", "Ada", "Riverside", "medicine", "gene", str(clinic.ada.pk)):
        assert word not in told
    assert AccessEvent.objects.filter(action="read.plan", reason="calendar").count() == 1


# --- diary -------------------------------------------------------------------------------------------------------


def test_words_that_cannot_wait_show_the_sentence_at_once_and_open_a_task(clinic: Clinic) -> None:
    page = client(clinic.ada_user)
    sent = {
        "symptom": "new",
        "what": "Chest pain",
        "since": "2026-11-01",
        "severity": "a_bit",
        "sent_once": uuid.uuid4(),
    }
    answer = page.post(reverse("following:diary"), sent, follow=True)
    assert "Call your local emergency number now" in answer.content.decode()
    task = FollowUpTask.objects.get()
    assert task.rule == Rule.CALL_NOW and task.due_at - task.opened_at == timedelta(hours=1)
    desk = client(clinic.counsellor)
    assert "Call now: words that can mean an emergency" in desk.get("/").content.decode()
    assert "Call now" in desk.get(reverse("following:tasks")).content.decode()


def test_the_sentence_stands_there_too_when_the_form_is_not_complete(clinic: Clinic) -> None:
    sent = {"symptom": "new", "what": "I cannot breathe", "sent_once": uuid.uuid4()}
    answer = client(clinic.ada_user).post(reverse("following:diary"), sent)
    assert answer.status_code == 422 and "Call your local emergency number now" in answer.content.decode()
    assert not DiaryEntry.objects.exists()


def test_a_form_sent_twice_is_kept_once_and_asks_once(clinic: Clinic) -> None:
    mark = uuid.uuid4()
    first = noted(clinic, "Chest pain", sent_once=mark)
    assert noted(clinic, "Chest pain", sent_once=mark).pk == first.pk
    assert (Symptom.objects.count(), DiaryEntry.objects.count(), FollowUpTask.objects.count()) == (1, 1, 1)


def test_killed_at_any_write_the_entry_and_its_task_are_both_there_or_neither(clinic: Clinic) -> None:
    """The process dies at the first, second, third … statement that writes; then the form is sent again."""
    mark = uuid.uuid4()
    for deadly in range(1, 40):
        written = 0

        def die(execute: Any, sql: str, params: Any, many: bool, context: Any, deadly: int = deadly) -> Any:
            nonlocal written
            if sql.startswith(("INSERT", "UPDATE")):
                written += 1
                if written == deadly:
                    raise KeyboardInterrupt
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(die):
                noted(clinic, "Chest pain", sent_once=mark)
        except KeyboardInterrupt:
            assert (
                not DiaryEntry.objects.exists() and not FollowUpTask.objects.exists() and not Symptom.objects.exists()
            )
        else:
            break
    assert deadly > 3, "it was killed at several places"
    noted(clinic, "Chest pain", sent_once=mark)
    assert (DiaryEntry.objects.count(), FollowUpTask.objects.count()) == (1, 1)


def test_while_somebody_is_asked_about_a_symptom_nobody_is_asked_again(clinic: Clinic) -> None:
    first = noted(clinic, how=Severity.A_LOT)
    noted(clinic, how=Severity.A_LOT, symptom=first.symptom)
    task = FollowUpTask.objects.get()
    actions.settle(clinic.counsellor, task, "Called her.")
    noted(clinic, how=Severity.A_LOT, symptom=first.symptom)
    assert FollowUpTask.objects.count() == 2 and FollowUpTask.objects.filter(settled_at=None).count() == 1


def test_a_mild_thing_asks_nobody_until_it_has_lasted(clinic: Clinic) -> None:
    noted(clinic, **TODAY)
    assert not FollowUpTask.objects.exists()
    noted(clinic, since=timezone.localdate() - timedelta(days=14))
    assert FollowUpTask.objects.get().rule == Rule.LASTS


def test_what_is_refused_keeps_nothing(clinic: Clinic) -> None:
    with pytest.raises(FollowRefused):
        noted(clinic, since=timezone.localdate() + timedelta(days=2))
    with pytest.raises(FollowRefused):
        noted(clinic, "  ")
    other = Symptom.objects.create(patient=clinic.ben, what="x", since=timezone.localdate())
    with pytest.raises(FollowRefused):
        noted(clinic, symptom=other)
    assert not DiaryEntry.objects.exists() and not Symptom.objects.filter(patient=clinic.ada).exists()


def test_every_entry_of_ones_own_can_be_marked_wrong_and_deleted(clinic: Clinic, joint: JointDecision) -> None:
    page = client(clinic.ada_user)
    entry = noted(clinic, "purple-otter", **TODAY)
    check = actions.say_how_it_goes(
        clinic.ada_user,
        joint,
        missed_days=1,
        reasons=["forgot"],
        words="x",
        new_problem=False,
        sent_once=uuid.uuid4(),
    )
    upkeep.begin_look_backs()
    LookBack.objects.update(due_at=timezone.now())
    asked = LookBack.objects.filter(kind="two_weeks").get()
    actions.look_back(clinic.ada_user, asked, still_right="yes", same_again="", words="", wants_to_talk=False)
    for name, row in (("entry", entry), ("check", check), ("look_back", asked)):
        page.post(reverse(f"following:{name}_wrong", args=[row.pk]))
        row.refresh_from_db()
        assert row.wrong_at is not None
    assert page.get(reverse("following:start")).content.decode().count("(marked as wrong)") == 3
    assert (
        "(marked as wrong)"
        in client(clinic.clinician).get(reverse("following:person", args=[clinic.ada.pk])).content.decode()
    )
    for name, row in (("entry", entry), ("check", check), ("look_back", asked)):
        address = reverse(f"following:remove_{name}", args=[row.pk])
        assert page.get(address).status_code == 200
        page.post(address)
    assert not DiaryEntry.objects.exists() and not Symptom.objects.exists() and not AdherenceCheck.objects.exists()
    asked.refresh_from_db()
    assert asked.answers == {} and asked.answered_at is None
    plan = planned(clinic, joint)
    page.post(reverse("following:remove_plan", args=[plan.pk]))
    assert not Plan.objects.exists()


# --- how it goes, looking back -----------------------------------------------------------------------------------


def test_our_own_questions_are_labelled_as_our_own_and_open_a_task(clinic: Clinic, joint: JointDecision) -> None:
    page = client(clinic.ada_user)
    address = reverse("following:check", args=[joint.pk])
    assert "not a tested scale" in page.get(address).content.decode()
    sent = {"missed_days": "2", "reasons": ["unwell"], "new_problem": "yes", "words": "", "sent_once": uuid.uuid4()}
    answer = page.post(address, sent, follow=True).content.decode()
    assert "5 of 7" in answer and "You feel something new" in answer
    page.post(address, sent)
    assert AdherenceCheck.objects.count() == 1
    assert FollowUpTask.objects.get().rule == Rule.UNWELL_SO_MISSED


def test_it_is_asked_at_two_weeks_and_three_months_once(clinic: Clinic, joint: JointDecision) -> None:
    allow(clinic.ada, "contact.email")
    made = datetime(2026, 11, 30, 10, tzinfo=UTC)
    JointDecision.objects.filter(pk=joint.pk).update(made_at=made)
    for days in (0, 13, 14, 14, 89, 90, 90, 91):
        upkeep.round_of_follow_up(made + timedelta(days=days))
    assert [(row.kind, row.due_at) for row in LookBack.objects.all()] == [
        ("two_weeks", datetime(2026, 12, 14, 10, tzinfo=UTC)),
        ("three_months", datetime(2027, 2, 28, 10, tzinfo=UTC)),
    ]
    assert NoticeOwed.objects.filter(kind="follow_up").count() == 2
    send_owed()
    assert all("There is news for you" in letter.body and "Who looked" not in letter.body for letter in mail.outbox)
    assert FollowUpTask.objects.filter(rule=Rule.NOT_ANSWERED).count() == 1, "nobody answered for a week"
    upkeep.round_of_follow_up(made + timedelta(days=120))
    assert FollowUpTask.objects.count() == 1, "and while that stands, nobody is asked twice"


def test_a_choice_that_is_closed_or_replaced_is_not_asked_about(clinic: Clinic, joint: JointDecision) -> None:
    later = timezone.now() + timedelta(days=15)
    upkeep.begin_look_backs()
    allow(clinic.ada, "pgx", Act.WITHDRAW)
    upkeep.tell_of_due(later)
    assert not NoticeOwed.objects.filter(kind="follow_up").exists()
    allow(clinic.ada, "pgx")
    JointDecision.objects.create(
        decision=joint.decision, number=2, edition=joint.edition, option="b", option_name="B", why="x",
        recorded_by=clinic.clinician, made_at=later,
    )  # fmt: skip
    upkeep.round_of_follow_up(later)
    assert not NoticeOwed.objects.filter(kind="follow_up").exists()
    assert queries.choice_for(clinic.ada_user, joint.pk) is None


def test_not_being_sure_opens_a_task_and_the_second_sending_changes_nothing(
    clinic: Clinic, joint: JointDecision
) -> None:
    upkeep.begin_look_backs()
    LookBack.objects.update(due_at=timezone.now())
    asked = LookBack.objects.get(kind="three_months")
    page = client(clinic.ada_user)
    assert "Is it still right for you?" in page.get("/").content.decode()
    address = reverse("following:look_back", args=[asked.pk])
    assert "would you choose the same again" in page.get(address).content.decode()
    assert page.post(address, {"still_right": "yes", "words": ""}).status_code == 422, "regret is asked too"
    page.post(address, {"still_right": "yes", "same_again": "not_sure", "words": "Hm"})
    page.post(address, {"still_right": "no", "same_again": "no", "words": "Other"})
    asked.refresh_from_db()
    assert asked.answers["words"] == "Hm"
    assert FollowUpTask.objects.get().rule == Rule.NOT_RIGHT
    assert "Hm" in page.get(address).content.decode()


# --- who sees it -------------------------------------------------------------------------------------------------


def test_the_team_sees_it_under_decide_and_every_look_is_in_the_log(clinic: Clinic, joint: JointDecision) -> None:
    planned(clinic, joint)
    noted(clinic, "purple-otter", how=Severity.A_LOT)
    address = reverse("following:person", args=[clinic.ada.pk])
    page = client(clinic.clinician).get(address).content.decode()
    assert "purple-otter: A lot" in page and "zebrafinch" in page
    actions.remove(clinic.ada_user, DiaryEntry.objects.get())
    again = client(clinic.clinician).get(address).content.decode()
    assert "purple-otter" not in again and "has deleted what this was about" in again
    event = AccessEvent.objects.filter(actor=clinic.clinician, action="read.diary_entry").first()
    assert event is not None
    assert event.patient == clinic.ada
    assert "looked at the plan, the diary" in client(clinic.ada_user).get(reverse("access:log")).content.decode()
    for user in (clinic.other_clinician, clinic.ben_user, clinic.researcher, clinic.operator, clinic.privacy_officer):
        assert client(user).get(address).status_code == 404


def test_without_a_yes_to_the_result_the_team_reads_the_diary_and_not_the_choice(
    clinic: Clinic, joint: JointDecision
) -> None:
    joint.option_name = "Quagga"
    joint.save()
    noted(clinic, "purple-otter")
    allow(clinic.ada, "pgx", Act.WITHDRAW)
    page = client(clinic.clinician).get(reverse("following:person", args=[clinic.ada.pk])).content.decode()
    assert "purple-otter" in page and "Quagga" not in page


def test_a_task_is_settled_with_words_once(clinic: Clinic) -> None:
    noted(clinic, how=Severity.STOPS_MY_DAY)
    task = FollowUpTask.objects.get()
    desk = client(clinic.counsellor)
    address = reverse("following:settle", args=[task.pk])
    assert desk.post(address, {"done": " "}).status_code == 422
    assert desk.post(address, {"done": "Called her, she sees us on Monday."}).status_code == 302
    desk.post(address, {"done": "Again"})
    task.refresh_from_db()
    assert task.done == "Called her, she sees us on Monday." and task.settled_by == clinic.counsellor
    assert client(clinic.other_clinician).post(address, {"done": "x"}).status_code == 404
    assert not queries.tasks(clinic.counsellor).exists()


@pytest.mark.parametrize("who", ["ben_user", "clinician", "other_clinician", "researcher", "operator"])
def test_nobody_else_writes(clinic: Clinic, joint: JointDecision, who: str) -> None:
    user, entry = getattr(clinic, who), noted(clinic)
    once = uuid.uuid4()
    acts: list[Callable[[], object]] = [
        lambda: actions.write_plan(user, joint, version=0, **WORDS),
        lambda: actions.note(
            user,
            clinic.ada,
            symptom=None,
            what="x",
            since=date(2026, 1, 1),
            severity=Severity.A_BIT,
            words="",
            sent_once=once,
        ),
        lambda: actions.say_how_it_goes(
            user, joint, missed_days=0, reasons=[], words="", new_problem=False, sent_once=once
        ),
        lambda: actions.mark_wrong(user, entry),
        lambda: actions.remove(user, entry),
    ]
    for act in acts:
        with pytest.raises(Denied):
            act()
    assert DiaryEntry.objects.count() == 1


# --- a clinic's own questionnaire --------------------------------------------------------------------------------

FORM = """{"resourceType": "Questionnaire", "name": "Made-up-scale", "title": "A made-up scale", "language": "en",
 "copyright": "Made up for a check. Nobody's.", "item": [{"linkId": "1", "text": "Do you agree?", "type": "choice",
 "answerOption": [{"valueCoding": {"code": "a", "display": "Quite"}},
 {"valueCoding": {"code": "b", "display": "Not"}}]}]}"""


def test_a_licensed_questionnaire_is_shown_word_for_word_with_its_notice_and_drives_nothing(
    clinic: Clinic, joint: JointDecision, settings: Any, tmp_path: Path
) -> None:
    settings.FOLLOW_UP_INSTRUMENTS = tmp_path
    (tmp_path / "made-up.json").write_text(FORM)
    page = client(clinic.ada_user)
    address = reverse("following:instrument", args=[joint.pk, "Made-up-scale"])
    assert address in page.get(reverse("following:start")).content.decode()
    told = page.get(address).content.decode()
    assert "Nobody&#x27;s." in told and "Do you agree?" in told and "not a tested scale" not in told
    assert page.post(address, {"item-1": "c", "sent_once": uuid.uuid4()}).status_code == 422
    page.post(address, {"item-1": "a", "sent_once": uuid.uuid4()})
    assert AdherenceCheck.objects.get().answers == {"1": "a"} and not FollowUpTask.objects.exists()
    assert page.get(reverse("following:instrument", args=[joint.pk, "other"])).status_code == 302
    assert page.get(reverse("following:start")).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        ('"copyright": "Made up for a check. Nobody\'s.",', ""),
        ("Questionnaire", "Patient"),
        ('"type": "choice"', '"type": "string"'),
        ("Made-up-scale", "../../etc"),
        ('"code": "b"', '"code": "a"'),
        ("{", "["),
    ],
)
def test_a_questionnaire_that_is_not_understood_is_left_out_whole(change: tuple[str, str]) -> None:
    with pytest.raises(instruments.NotUnderstood):
        instruments.read(FORM.replace(*change))


def test_pages_are_there_in_spanish(clinic: Clinic, joint: JointDecision) -> None:
    planned(clinic, joint)
    noted(clinic, how=Severity.A_LOT)
    User.objects.filter(pk=clinic.ada_user.pk).update(language="es")
    with translation.override("es"):
        page = client(User.objects.get(pk=clinic.ada_user.pk)).get(reverse("following:start")).content.decode()
    assert "Mi plan" in page and "My plan" not in page
