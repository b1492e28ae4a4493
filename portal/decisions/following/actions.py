"""What people do here: plan, be reminded, say how it goes, keep a diary, look back, take back what is wrong; settle.

Each act asks `require` first and writes the access log in its own transaction. What a rule asks of the team is opened
in the transaction that keeps the words it rests on: both are there, or neither.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.plain_text import plain_text
from portal.decisions.following import diary_rules
from portal.decisions.following.diary_rules import DUE_WITHIN, Rule, Severity
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
    as_kept,
)
from portal.decisions.following.reminder_times import Rhythm, next_after
from portal.decisions.following.reminding import mail_allowed
from portal.decisions.models import JointDecision
from portal.people.models import Patient, User

MOST_REMINDERS = 6
OWN_QUESTIONS = "own-1"
LONGEST = 1000
Own = Plan | AdherenceCheck | DiaryEntry | LookBack


def write_plan(
    actor: User, joint: JointDecision, *, cue: str, act: str, obstacle: str, instead: str, version: int
) -> Plan:
    """Keep the plan for a choice. `version` is the one that was read (0: none yet); a newer one stays."""
    patient = joint.decision.patient
    require(actor, "read.joint_decision", joint)
    require(actor, "write.plan", patient)
    words = {
        name: plain_text(text)[:LONGEST]
        for name, text in (("cue", cue), ("act", act), ("obstacle", obstacle), ("instead", instead))
    }
    if not words["cue"] or not words["act"]:
        raise FollowRefused(Refusal.EMPTY)
    try:
        with transaction.atomic():
            plan = Plan.objects.select_for_update().filter(joint_decision=joint).first()
            if (plan.version if plan else 0) != version:
                raise FollowRefused(Refusal.CHANGED_MEANWHILE)
            plan = plan or Plan(patient=patient, joint_decision=joint, version=0)
            plan.cue, plan.act, plan.obstacle, plan.instead = words.values()
            plan.version += 1
            plan.changed_at = timezone.now()
            plan.save()
            log.record(actor, "write.plan", plan)
    except IntegrityError:
        raise FollowRefused(Refusal.CHANGED_MEANWHILE) from None
    return plan


def remind(actor: User, plan: Plan, rhythm: Rhythm, *, by_mail: bool = True) -> Reminder:
    """Choose a time to be reminded: by mail, which needs the person's yes to it, or only in their own calendar."""
    require(actor, "write.reminder", plan.patient)
    if by_mail and not mail_allowed(plan.patient):
        raise FollowRefused(Refusal.NO_MAIL)
    next_at = next_after(rhythm, timezone.now())
    if next_at is None:
        raise FollowRefused(Refusal.NO_DAY)
    with transaction.atomic():
        Plan.objects.select_for_update().get(pk=plan.pk)
        if plan.reminders.filter(stopped_at=None).count() >= MOST_REMINDERS:
            raise FollowRefused(Refusal.TOO_MANY)
        reminder = Reminder.objects.create(
            plan=plan, rhythm=as_kept(rhythm), by_mail=by_mail, next_at=next_at if by_mail else None
        )
        log.record(actor, "write.reminder", reminder)
    return reminder


def stop_reminder(actor: User, reminder: Reminder) -> None:
    """From now on it comes no more."""
    require(actor, "write.reminder", reminder)
    with transaction.atomic():
        standing = Reminder.objects.filter(pk=reminder.pk, stopped_at=None)
        if standing.update(stopped_at=timezone.now(), stopped=Stopped.BY_PERSON, next_at=None):
            log.record(actor, "write.reminder", reminder, reason="stopped")


def take_calendar(actor: User, plan: Plan) -> None:
    """Note that somebody took the reminders as a file."""
    require(actor, "read.plan", plan)
    log.record(actor, "read.plan", plan, reason="calendar")


def say_how_it_goes(
    actor: User,
    joint: JointDecision,
    *,
    missed_days: int,
    reasons: list[str],
    words: str,
    new_problem: bool,
    sent_once: UUID,
) -> AdherenceCheck:
    """Keep the answers to our own three questions about the last seven days."""
    patient = joint.decision.patient
    require(actor, "read.joint_decision", joint)
    require(actor, "write.adherence_check", patient)
    words = plain_text(words)[:LONGEST]
    answers = {"missed_days": missed_days, "reasons": sorted(reasons), "words": words, "new_problem": new_problem}
    rule = diary_rules.of_check(missed_days, "unwell" in reasons, words)
    return _keep_check(actor, joint, OWN_QUESTIONS, answers, sent_once, rule)


def answer_instrument(
    actor: User, joint: JointDecision, instrument: str, answers: dict[str, str], sent_once: UUID
) -> AdherenceCheck:
    """Keep the answers to a questionnaire of the clinic. It is shown, not scored, and opens no task."""
    require(actor, "read.joint_decision", joint)
    require(actor, "write.adherence_check", joint.decision.patient)
    return _keep_check(actor, joint, instrument, dict(answers), sent_once, None)


def _keep_check(
    actor: User, joint: JointDecision, instrument: str, answers: dict[str, Any], sent_once: UUID, rule: Rule | None
) -> AdherenceCheck:
    patient = joint.decision.patient
    try:
        with transaction.atomic():
            check = AdherenceCheck.objects.create(
                joint_decision=joint, patient=patient, instrument=instrument, answers=answers, sent_once=sent_once
            )
            ask_team(patient, rule, check.pk, joint.pk)
            log.record(actor, "write.adherence_check", check)
    except IntegrityError:
        return AdherenceCheck.objects.get(patient=patient, sent_once=sent_once)
    return check


def note(
    actor: User,
    patient: Patient,
    *,
    symptom: Symptom | None,
    what: str,
    since: date | None,
    severity: Severity,
    words: str,
    sent_once: UUID,
) -> DiaryEntry:
    """Write down what is felt: something new with since when, or how something known is now."""
    require(actor, "write.diary_entry", patient)
    what, words = plain_text(what)[:LONGEST], plain_text(words)[:LONGEST]
    now = timezone.now()
    begins = symptom is None
    if symptom is None:
        if not what or since is None:
            raise FollowRefused(Refusal.EMPTY)
        if since > timezone.localdate(now):
            raise FollowRefused(Refusal.FUTURE)
        symptom = Symptom(patient=patient, what=what, since=since)
    elif symptom.patient_id != patient.pk:
        raise FollowRefused(Refusal.EMPTY)
    try:
        with transaction.atomic():
            if begins:
                symptom.save()
            entry = DiaryEntry.objects.create(
                symptom=symptom, severity=severity.value, note=words, at=now, sent_once=sent_once
            )
            rule = diary_rules.of_entry(severity, symptom.since, timezone.localdate(now), symptom.what, words)
            ask_team(patient, rule, entry.pk, symptom.pk)
            log.record(actor, "write.diary_entry", entry)
    except IntegrityError:
        return DiaryEntry.objects.get(symptom__patient=patient, sent_once=sent_once)
    return entry


def look_back(
    actor: User, asked: LookBack, *, still_right: str, same_again: str, words: str, wants_to_talk: bool
) -> LookBack:
    """Answer "is it still right for you?". The first answer counts until the person takes it away."""
    require(actor, "answer.look_back", asked)
    words = plain_text(words)[:LONGEST]
    rule = diary_rules.of_look_back(still_right == "yes" and same_again in ("", "yes"), wants_to_talk, words)
    with transaction.atomic():
        row = LookBack.objects.select_for_update(of=("self",)).select_related("patient").get(pk=asked.pk)
        if row.answered_at is not None:
            raise FollowRefused(Refusal.ANSWERED)
        row.answers = {"still_right": still_right, "same_again": same_again, "words": words, "talk": wants_to_talk}
        row.answered_at, row.wrong_at = timezone.now(), None
        row.save(update_fields=["answers", "answered_at", "wrong_at"])
        ask_team(row.patient, rule, row.pk, row.joint_decision_id)
        log.record(actor, "answer.look_back", row)
    return row


def ask_team(patient: Patient, rule: Rule | None, cause: UUID, matter: UUID) -> None:
    """Open the task of a rule: once for a cause, and no second one while its matter is open."""
    if rule is None:
        return
    now = timezone.now()
    try:
        with transaction.atomic():
            FollowUpTask.objects.create(
                patient=patient,
                rule=rule.value,
                cause=cause,
                matter=matter,
                opened_at=now,
                due_at=now + DUE_WITHIN[rule],
            )
    except IntegrityError:
        return  # somebody is asked already


def mark_wrong(actor: User, row: AdherenceCheck | DiaryEntry | LookBack) -> None:
    """The person says that this is wrong: it stays readable, marked, and no picture counts it. Again: it counts."""
    require(actor, _act_on(row), row)
    with transaction.atomic():
        row.wrong_at = None if row.wrong_at else timezone.now()
        row.save(update_fields=["wrong_at"])
        log.record(actor, _act_on(row), row, reason="wrong" if row.wrong_at else "not_wrong")


def remove(actor: User, row: Own) -> None:
    """The person takes it away: the words are gone. What the team was asked because of it stays asked."""
    require(actor, _act_on(row), row)
    with transaction.atomic():
        log.record(actor, _act_on(row), row, reason="removed")
        match row:
            case LookBack():
                row.answers, row.answered_at, row.wrong_at, row.removed_at = {}, None, None, timezone.now()
                row.save(update_fields=["answers", "answered_at", "wrong_at", "removed_at"])
            case DiaryEntry(symptom=symptom):
                row.delete()
                if not symptom.entries.exists():
                    symptom.delete()
            case _:
                row.delete()


def _act_on(row: Own) -> str:
    match row:
        case Plan():
            return "write.plan"
        case AdherenceCheck():
            return "write.adherence_check"
        case DiaryEntry():
            return "write.diary_entry"
        case LookBack():
            return "answer.look_back"


READ_TOGETHER = ("read.plan", "read.adherence_check", "read.diary_entry", "read.look_back")


def open_person(actor: User, patient: Patient) -> None:
    """Somebody of the team looks at how it goes: all of it at once, one line in the log."""
    for action in READ_TOGETHER:
        require(actor, action, patient)
    log.record(actor, "read.diary_entry", patient, reason="follow_up")


def settle(actor: User, task: FollowUpTask, done: str) -> None:
    """Somebody has called or looked, and says what was done."""
    require(actor, "settle.follow_up_task", task)
    done = plain_text(done)[:LONGEST]
    if not done:
        raise FollowRefused(Refusal.EMPTY)
    with transaction.atomic():
        row = FollowUpTask.objects.select_for_update(of=("self",)).select_related("patient").get(pk=task.pk)
        if row.settled_at is None:
            row.settled_at, row.settled_by, row.done = timezone.now(), actor, done
            row.save(update_fields=["settled_at", "settled_by", "done"])
            log.record(actor, "settle.follow_up_task", row)
