"""Several workers at the same moment: one mail, one task, one entry."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date, time

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from portal.access.models import NoticeOwed
from portal.decisions.following import actions, reminding, upkeep
from portal.decisions.following.diary_rules import Rule, Severity
from portal.decisions.following.models import DiaryEntry, FollowUpTask, LookBack, LookBackKind, Symptom
from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm
from portal.decisions.models import JointDecision
from tests.people import Clinic, allow, decided, make_clinic

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(work: Callable[[], object]) -> list[object]:
    """The same work in several threads that begin together; what each gave."""
    start, gave, failures = threading.Barrier(WORKERS), [], []

    def run() -> None:
        try:
            start.wait()
            gave.append(work())
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return gave


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def joint(clinic: Clinic) -> JointDecision:
    found = decided(clinic)["joint_decision"]
    assert isinstance(found, JointDecision)
    for model in (FollowUpTask, LookBack, Symptom):
        model._base_manager.all().delete()
    return found


def test_a_reminder_goes_out_once(clinic: Clinic, joint: JointDecision) -> None:
    allow(clinic.ada, "contact.email")
    plan = joint.plan
    reminder = actions.remind(clinic.ada_user, plan, Rhythm(time(8), EVERY_DAY, "UTC", first=timezone.now().date()))
    due = reminder.next_at
    assert sorted(map(bool, at_once(lambda: reminding.send(reminder.pk, due)))) == [False] * (WORKERS - 1) + [True]
    assert len(mail.outbox) == 1


def test_a_form_sent_by_several_hands_is_one_entry_and_one_task(clinic: Clinic) -> None:
    mark = uuid.uuid4()
    rows = at_once(
        lambda: actions.note(
            clinic.ada_user,
            clinic.ada,
            symptom=None,
            what="Chest pain",
            since=date(2026, 1, 1),
            severity=Severity.A_LOT,
            words="",
            sent_once=mark,
        )
    )
    assert len({row.pk for row in rows if isinstance(row, DiaryEntry)}) == 1
    assert (Symptom.objects.count(), DiaryEntry.objects.count(), FollowUpTask.objects.count()) == (1, 1, 1)


def test_one_cause_is_one_task(clinic: Clinic) -> None:
    cause, matter = uuid.uuid4(), uuid.uuid4()
    at_once(lambda: actions.ask_team(clinic.ada, Rule.A_LOT, cause, matter))
    assert FollowUpTask.objects.count() == 1


def test_a_round_of_several_workers_asks_and_tells_once(clinic: Clinic, joint: JointDecision) -> None:
    later = upkeep.due_dates(joint.made_at)[LookBackKind.TWO_WEEKS] + upkeep.ANSWER_WITHIN
    upkeep.begin_look_backs()
    at_once(lambda: upkeep.round_of_follow_up(later))
    assert LookBack.objects.count() == 2 and NoticeOwed.objects.filter(kind="follow_up").count() == 1
    at_once(lambda: upkeep.round_of_follow_up(later + upkeep.ANSWER_WITHIN))
    assert FollowUpTask.objects.filter(rule=Rule.NOT_ANSWERED).count() == 1
