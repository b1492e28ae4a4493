"""What somebody may see of how it goes after a choice: patients their own, care staff that of who they look after."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.access.decide import decide
from portal.decisions.following.models import (
    AdherenceCheck,
    DiaryEntry,
    FollowUpTask,
    LookBack,
    Plan,
    Reminder,
    Symptom,
)
from portal.decisions.models import JointDecision
from portal.people.models import Patient, Role, User
from portal.people.queries import looked_after_by, patient_of_account

CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


@dataclass(frozen=True)
class Followed:
    """One choice and what came after it."""

    choice: JointDecision
    plan: Plan | None
    reminders: tuple[Reminder, ...]
    checks: tuple[AdherenceCheck, ...]
    look_backs: tuple[LookBack, ...]

    @property
    def due(self) -> tuple[LookBack, ...]:
        """The questions that wait for an answer now; the newest stands for those before it."""
        now = timezone.now()
        waiting = [
            row for row in self.look_backs if row.due_at <= now and row.answered_at is None and not row.removed_at
        ]
        return tuple(waiting[-1:])

    @property
    def answered(self) -> tuple[LookBack, ...]:
        return tuple(row for row in self.look_backs if row.answered_at is not None)


def own_patient(user: User) -> Patient | None:
    """The patient who signs in with this account, once it is sure who they are."""
    patient = patient_of_account(user) if user.role == Role.PATIENT else None
    return patient if patient is not None and patient.identity_checked_at is not None else None


def _standing(patient: Patient) -> QuerySet[JointDecision]:
    """The choices that hold: none later in the same decision, and the decision not put aside."""
    later = JointDecision.objects.filter(decision=OuterRef("decision"), number__gt=OuterRef("number"))
    found = JointDecision.objects.filter(~Exists(later), decision__patient=patient, decision__closed_at=None)
    return found.select_related("decision__patient", "decision__report").order_by("-made_at")


def followed(user: User, patient: Patient) -> list[Followed]:
    """The choices of a patient that the asker may read, the newest first, each with what came after it."""
    choices = [row for row in _standing(patient) if decide(user, "read.joint_decision", row)]
    return [_followed(choice, patient) for choice in choices]


def _followed(choice: JointDecision, patient: Patient) -> Followed:
    plan = Plan.objects.filter(joint_decision=choice).select_related("patient").first()
    checks = AdherenceCheck.objects.filter(joint_decision=choice).select_related("patient")
    look_backs = LookBack.objects.filter(joint_decision=choice).select_related("patient")
    reminders = Reminder.objects.filter(plan=plan).select_related("plan__patient") if plan else ()
    return Followed(choice, plan, tuple(reminders), tuple(checks), tuple(look_backs))


def choice_for(user: User, joint_decision_id: UUID) -> JointDecision | None:
    """One of the asker's own choices that holds and is open to them."""
    patient = own_patient(user)
    found = _standing(patient).filter(pk=joint_decision_id).first() if patient else None
    return found if found is not None and decide(user, "read.joint_decision", found) else None


def plan_for(user: User, plan_id: UUID) -> Plan | None:
    rows = Plan.objects.select_related(
        "patient", "joint_decision__decision__patient", "joint_decision__decision__report"
    )
    return rows.filter(patient=own_patient(user), pk=plan_id).first()


def plan_of(choice: JointDecision) -> Plan | None:
    """The plan for a choice that was asked for."""
    return Plan.objects.filter(joint_decision=choice).select_related("patient").first()


def still_to_come(plan: Plan) -> tuple[list[Reminder], list[LookBack]]:
    """Of a plan that was asked for: the reminders that stand, and the questions nobody has answered."""
    reminders = Reminder.objects.filter(plan=plan, stopped_at=None).select_related("plan__patient")
    return list(reminders), list(LookBack.objects.filter(joint_decision=plan.joint_decision_id, answered_at=None))


def reminder_for(user: User, reminder_id: UUID) -> Reminder | None:
    rows = Reminder.objects.select_related("plan__patient").filter(plan__patient=own_patient(user))
    return rows.filter(pk=reminder_id).first()


def check_for(user: User, check_id: UUID) -> AdherenceCheck | None:
    rows = AdherenceCheck.objects.select_related("patient", "joint_decision")
    return rows.filter(patient=own_patient(user), pk=check_id).first()


def entry_for(user: User, entry_id: UUID) -> DiaryEntry | None:
    rows = DiaryEntry.objects.select_related("symptom__patient")
    return rows.filter(symptom__patient=own_patient(user), pk=entry_id).first()


def look_back_for(user: User, look_back_id: UUID) -> LookBack | None:
    """One of the asker's own questions, due now, about a choice that is open to them."""
    rows = LookBack.objects.select_related("patient__account", "joint_decision__decision__report")
    found = rows.filter(patient=own_patient(user), pk=look_back_id, due_at__lte=timezone.now()).first()
    return found if found is not None and decide(user, "read.joint_decision", found.joint_decision) else None


def symptoms(patient: Patient) -> list[Symptom]:
    """What a patient wrote down, newest first, each with its entries; the page has asked whether it may."""
    found = Symptom.objects.filter(patient=patient).prefetch_related("entries").order_by("-noted_at")
    rows = list(found)
    for symptom in rows:
        symptom.patient = patient
        for entry in symptom.entries.all():
            entry.symptom = symptom
    return rows


def asked_team(row: DiaryEntry | AdherenceCheck | LookBack) -> list[str]:
    """The rules for which the team was asked because of one row that was asked for."""
    return list(FollowUpTask.objects.filter(cause=row.pk).values_list("rule", flat=True))


def waits_for_answer(user: User) -> LookBack | None:
    """For a patient's first page: the question that waits, the oldest choice first."""
    patient = own_patient(user)
    if patient is None:
        return None
    due = LookBack.objects.filter(patient=patient, due_at__lte=timezone.now(), answered_at=None, removed_at=None)
    return next((row for choice in followed(user, patient) for row in choice.due), None) if due.exists() else None


def has_choices(user: User) -> bool:
    """For a patient's first page: whether there is something to follow."""
    patient = own_patient(user)
    return patient is not None and any(decide(user, "read.joint_decision", row) for row in _standing(patient))


def tasks(user: User) -> QuerySet[FollowUpTask]:
    """What waits for the asker about who they look after, the most urgent first."""
    if user.role not in CARE_ROLES:
        return FollowUpTask.objects.none()
    rows = FollowUpTask.objects.filter(settled_at=None, patient__in=looked_after_by(user), patient__erased_at=None)
    return rows.filter(patient__frozen_at=None).select_related("patient").order_by("due_at")


def task_for(user: User, follow_up_id: UUID) -> FollowUpTask | None:
    if user.role not in CARE_ROLES:
        return None
    rows = FollowUpTask.objects.select_related("patient").filter(patient__in=looked_after_by(user))
    return rows.filter(pk=follow_up_id).first()


def person_for(user: User, patient_id: UUID) -> Patient | None:
    """A patient whose follow-up the asker may see: one they look after, or opened in an emergency."""
    patient = Patient.objects.filter(pk=patient_id).first() if user.role in CARE_ROLES else None
    return patient if patient is not None and decide(user, "read.diary_entry", patient) else None


def settled(user: User, patient: Patient) -> QuerySet[FollowUpTask]:
    """What was done for one patient, newest first."""
    if not decide(user, "read.diary_entry", patient):
        return FollowUpTask.objects.none()
    return FollowUpTask.objects.filter(patient=patient, settled_at__isnull=False).select_related(
        "patient", "settled_by"
    ).order_by("-settled_at")  # fmt: skip
