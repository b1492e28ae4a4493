"""Sending reminders: at the time, at most once, and not one more after a yes is taken back, a death or an erasure.

A reminder that comes twice may make somebody take something twice; one that is lost is one reminder less. So the time
is moved on first, and the mail goes out after that is committed: killed in between, this one does not come.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from consent.ledger.standing import standing
from portal.access.decide import decide
from portal.access.letters import send_letter
from portal.access.notices import CONTACT
from portal.celery import app
from portal.decisions.following.models import Reminder, Stopped
from portal.decisions.following.reminder_times import next_after
from portal.people.models import Patient

logger = logging.getLogger("portal.following")

TASK = "send_reminder"
LETTER = "decisions/follow_reminder.txt"
TOO_LATE = timedelta(hours=2)
"""A reminder later than this is left out: at night nobody wants the one of the morning."""
WOKEN_AT_ONCE = 200


def mail_allowed(patient: Patient) -> bool:
    """Whether the person has said yes to mail. Every doubt is a no."""
    try:
        return standing(patient.subject, CONTACT).permitted
    except Exception:
        logger.exception("contact_unreadable")
        return False


def why_not(reminder: Reminder) -> Stopped | None:
    """What stops a reminder now. Who may not read what was decided any more is not reminded of it: that covers a yes
    taken back, a report taken back, a closed account, a death and an erasure."""
    plan = reminder.plan
    if not decide(plan.patient.account, "read.joint_decision", plan.joint_decision):
        return Stopped.CLOSED
    return Stopped.NO_MAIL if reminder.by_mail and not mail_allowed(plan.patient) else None


def send(reminder_id: UUID, now: datetime | None = None) -> bool:
    """Send one reminder if it is due; whether a mail went out. Any number of workers may try at the same time."""
    now = now or timezone.now()
    with transaction.atomic():
        due = Reminder.objects.filter(pk=reminder_id, stopped_at=None, next_at__lte=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        reminder = due.select_related("plan__patient__account", "plan__joint_decision__decision__report").first()
        if reminder is None or reminder.next_at is None:
            return False
        stopped = why_not(reminder)
        if stopped is not None:
            stop(reminder, stopped, now)
            return False
        late = now - reminder.next_at > TOO_LATE
        following = next_after(reminder.when, now)
        # Compare and set: where rows are not locked, the second of two workers finds another time and stops here.
        moved = Reminder.objects.filter(pk=reminder.pk, stopped_at=None, next_at=reminder.next_at).update(
            next_at=following,
            last_sent_at=reminder.last_sent_at if late else now,
            stopped_at=None if following else now,
            stopped="" if following else Stopped.OVER,
        )
    reader = reminder.plan.patient.account
    if not moved or late or reader is None:
        return False
    try:
        send_letter(reader.email, LETTER, {}, reader.speaks)
    except Exception as error:
        logger.warning("reminder_not_sent", extra={"reason": type(error).__name__})
        return False
    return True


def stop(reminder: Reminder, why: Stopped, now: datetime) -> None:
    Reminder.objects.filter(pk=reminder.pk, stopped_at=None).update(stopped_at=now, stopped=why, next_at=None)


def stop_what_must_not_come(patient: Patient) -> None:
    """A yes was taken back: at once, not at the next time it is due."""
    standing_ones = Reminder.objects.filter(plan__patient=patient, stopped_at=None)
    for reminder in standing_ones.select_related("plan__patient__account", "plan__joint_decision__decision__report"):
        why = why_not(reminder)
        if why is not None:
            stop(reminder, why, timezone.now())


def wake(now: datetime | None = None) -> int:
    """Have workers send what is due; how many. A reminder told of twice is sent once."""
    due = Reminder.objects.filter(stopped_at=None, next_at__lte=now or timezone.now())
    found = list(due.order_by("next_at").values_list("pk", flat=True)[:WOKEN_AT_ONCE])
    for reminder_id in found:
        try:
            app.send_task(TASK, args=[str(reminder_id)], retry=False, expires=60)
        except Exception as error:  # the broker is away: the next round tells of it again
            logger.warning("reminder_not_dispatched", extra={"reason": type(error).__name__})
            return 0
    return len(found)
