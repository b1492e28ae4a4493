"""Teach-back: a yes needs the questions answered rightly. Two tries, then a counsellor calls; never a dead end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from consent.desk import texts
from consent.desk.actions import facts_of
from consent.desk.capacity import Footing, footing
from consent.desk.models import ComprehensionCheck, CounsellorTask, TaskKind
from consent.desk.queries import (
    counsellor_for,
    current_text,
    open_check,
    open_task,
    passed_check,
    talk_needed,
    tries_at,
)
from consent.ledger.append import append
from consent.ledger.fold import State
from consent.ledger.models import Capacity, ConsentEvent, Decision
from consent.ledger.standing import standing
from portal.access import log
from portal.access.decide import require
from portal.people.models import Patient, User

TRIES = 2


@dataclass(frozen=True)
class Outcome:
    """What came of one try: passed, try again with `wrong` explained anew, or a counsellor has the task."""

    passed: bool
    wrong: tuple[texts.Question, ...] = ()
    task: CounsellorTask | None = None


def right_answers(text: texts.ConsentText) -> dict[str, int]:
    """The right option of each question."""
    return {question.id: question.right for question in text.questions}


def answer(
    actor: User, patient: Patient, scope: str, answers: Mapping[str, int | None], *, locale: str | None = None
) -> Outcome:
    """One try at the questions of a scope's text. `answers` maps question ids to the number of the chosen option.

    A missing answer is a wrong one. After the second failed try a task is opened for a named counsellor and the
    ledger says so; until they have talked there is no yes.
    """
    require(actor, "answer.comprehension_check", patient)
    text = current_text(scope, locale or patient.language)
    wrong = tuple(question for question in text.questions if answers.get(question.id) != question.right)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        if passed_check(patient, actor, text) is not None:
            return Outcome(passed=True)
        waiting = talk_needed(patient, text.group)
        if waiting is not None:
            return Outcome(passed=False, wrong=wrong, task=waiting)
        check = open_check(patient, actor, text) or ComprehensionCheck(
            patient=patient,
            answered_by=actor,
            group=text.group,
            questions_hash=text.questions_hash,
            questions=[question.id for question in text.questions],
        )
        check.tries = [*check.tries, [question.id for question in wrong]]
        if not wrong:
            check.passed_at = timezone.now()
        elif len(check.tries) >= TRIES:
            check.closed_at = timezone.now()
        check.save()
        log.record(actor, "answer.comprehension_check", patient)
        if check.closed_at is None:
            return Outcome(passed=not wrong, wrong=wrong)
        append(
            decision=Decision.UNCLEAR,
            comprehension={"questions": check.questions, "attempts": tries_at(patient, actor, text), "passed": False},
            **facts_of(patient, text, actor, footing(actor, patient) or Footing(Capacity.SELF)),
        )
        return Outcome(passed=False, wrong=wrong, task=_open(patient, text, TaskKind.NOT_UNDERSTOOD))


def ask_to_talk(actor: User, patient: Patient, scope: str) -> CounsellorTask:
    """The person would rather talk first. Changes no state."""
    require(actor, "open.counsellor_task", patient)
    text = current_text(scope, patient.language)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        task = open_task(patient, scope) or _open(patient, text, TaskKind.WANTS_TO_TALK)
        log.record(actor, "open.counsellor_task", patient)
    return task


def settle(actor: User, task: CounsellorTask) -> ConsentEvent | None:
    """A counsellor has talked it through: the person is asked again. The counsellor does not answer for them."""
    require(actor, "settle.counsellor_task", task)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=task.patient_id)
        task = CounsellorTask.objects.select_related("patient").get(pk=task.pk)
        if task.settled_at is not None:
            return None
        task.settled_at, task.settled_by = timezone.now(), actor
        task.save()
        log.record(actor, "settle.counsellor_task", task)
        if standing(task.patient.subject, task.scope).state is not State.NEEDS_COUNSELLOR:
            return None
        text = current_text(task.scope, task.patient.language)
        facts = facts_of(task.patient, text, actor, Footing(Capacity.SELF))
        return append(decision=Decision.COUNSELLED, witness=actor.pk, method="counsellor", **facts)


def _open(patient: Patient, text: texts.ConsentText, kind: TaskKind) -> CounsellorTask:
    task, _ = CounsellorTask.objects.get_or_create(
        patient=patient,
        scope=text.scope,
        kind=kind,
        settled_at=None,
        defaults={"group": text.group, "counsellor": counsellor_for(patient)},
    )
    return task
