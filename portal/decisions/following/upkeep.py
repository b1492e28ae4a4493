"""What this room does by itself: remind, ask whether it is still right, and say when nobody answers. Each once."""

from __future__ import annotations

import calendar
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.access.decide import decide
from portal.access.models import NoticeOwed
from portal.decisions.following import reminding
from portal.decisions.following.actions import ask_team
from portal.decisions.following.diary_rules import Rule
from portal.decisions.following.models import FollowUpTask, LookBack, LookBackKind
from portal.decisions.models import JointDecision
from portal.people.models import Patient

OFTEN, A_MINUTE = 20.0, 60.0
ANSWER_WITHIN = timedelta(days=7)
NOT_ASKED_AFTER = timedelta(days=60)
"""What was due longer ago (a site that stood still, an old choice) is not asked any more."""
_last: dict[str, float] = {}


def look_after() -> None:
    """Called every few seconds. Any process may, at any time, twice."""
    if _is_time("reminders", OFTEN):
        reminding.wake()
    if _is_time("round", A_MINUTE):
        round_of_follow_up()


def _is_time(what: str, seconds: float) -> bool:
    now = time.monotonic()
    if what in _last and now - _last[what] < seconds:
        return False
    _last[what] = now
    return True


def round_of_follow_up(now: datetime | None = None) -> None:
    now = now or timezone.now()
    begin_look_backs()
    tell_of_due(now)
    ask_about_unanswered(now)


def due_dates(made_at: datetime) -> dict[LookBackKind, datetime]:
    """Two weeks and three months after a choice. The 30th of November comes round on the 28th or 29th of February."""
    month = made_at.month + 3
    year, month = made_at.year + (month - 1) // 12, (month - 1) % 12 + 1
    day = min(made_at.day, calendar.monthrange(year, month)[1])
    return {
        LookBackKind.TWO_WEEKS: made_at + timedelta(days=14),
        LookBackKind.THREE_MONTHS: made_at.replace(year=year, month=month, day=day),
    }


def begin_look_backs() -> None:
    """Every choice is looked back at, whoever recorded it and however."""
    for joint in JointDecision.objects.filter(look_backs=None).select_related("decision__patient"):
        for kind, due_at in due_dates(joint.made_at).items():
            LookBack.objects.get_or_create(
                joint_decision=joint, kind=kind, defaults={"patient": joint.decision.patient, "due_at": due_at}
            )


def standing_choices(rows: QuerySet[LookBack]) -> QuerySet[LookBack]:
    """Those of a choice that no later one has taken the place of, in a decision that is not put aside."""
    later = JointDecision.objects.filter(
        decision=OuterRef("joint_decision__decision"), number__gt=OuterRef("joint_decision__number")
    )
    return rows.filter(~Exists(later), joint_decision__decision__closed_at=None)


def _open_to_its_reader(row: LookBack) -> bool:
    return bool(decide(row.patient.account, "read.joint_decision", row.joint_decision))


_TOGETHER = ("patient__account", "joint_decision__decision__report")


def tell_of_due(now: datetime) -> None:
    """Tell the person that a question waits; the mail says no more than that there is news."""
    due = LookBack.objects.filter(told_at=None, answered_at=None, due_at__lte=now, due_at__gt=now - NOT_ASKED_AFTER)
    for row in standing_choices(due).select_related(*_TOGETHER):
        if not _open_to_its_reader(row):
            continue
        with transaction.atomic():
            if LookBack.objects.filter(pk=row.pk, told_at=None).update(told_at=now):
                NoticeOwed.objects.create(patient=row.patient, kind="follow_up", about=row.pk)


def ask_about_unanswered(now: datetime) -> None:
    """A week without an answer: somebody of the team may ask."""
    asked = FollowUpTask.objects.filter(rule=Rule.NOT_ANSWERED, cause=OuterRef("pk"))
    silent = LookBack.objects.filter(answered_at=None, removed_at=None, told_at__lte=now - ANSWER_WITHIN)
    for row in standing_choices(silent.filter(~Exists(asked))).select_related(*_TOGETHER):
        if _open_to_its_reader(row):
            ask_team(row.patient, Rule.NOT_ANSWERED, row.pk, row.joint_decision_id)


def consent_changed(patient: Patient, _scope: str) -> None:
    reminding.stop_what_must_not_come(patient)
