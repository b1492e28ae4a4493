"""Which decisions somebody may see, and what stands around one: always scoped to the asker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from consent.ledger.standing import permitted_subjects
from portal.access.matrix import PGX
from portal.contact.models import Thread, ThreadKind
from portal.contact.queries import threads
from portal.decisions.content import Aid, Bearing
from portal.decisions.models import (
    Decision,
    DecisionTask,
    Edition,
    JointDecision,
    Preparation,
    ReadinessCheck,
    TaskKind,
    VisitRating,
)
from portal.people.models import Patient, Role, User
from portal.people.queries import looked_after_by
from portal.reports.models import Report, ReportStatus

CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


def decisions(user: User) -> QuerySet[Decision]:
    """The asker's decisions, newest first: patients those released to them while the report behind is open, care
    staff those of who they look after. Nothing is listed while the patient's yes does not hold."""
    rows = Decision.objects.select_related("patient__account", "report__release", "report__sign_off")
    if user.role == Role.PATIENT:
        now = timezone.now()
        released = Edition.objects.filter(decision=OuterRef("pk"), released_at__lte=now)
        rows = rows.filter(
            Exists(released),
            Q(report=None) | Q(report__signed_at__isnull=False, report__release__at__lte=now),
            patient__account=user,
            patient__identity_checked_at__isnull=False,
        )
    elif user.role in CARE_ROLES:
        rows = rows.filter(patient__in=looked_after_by(user))
    else:
        return rows.none()
    return rows.filter(patient__subject__in=permitted_subjects(rows.values("patient__subject"), PGX))


def decision_for(user: User, decision_id: UUID) -> Decision | None:
    """One of them, or None alike for unknown and somebody else's."""
    return decisions(user).filter(pk=decision_id).first()


def open_decisions(user: User) -> list[Decision]:
    """For a patient's first page: what is open to them and not decided yet."""
    if user.role != Role.PATIENT:
        return []
    undecided = decisions(user).filter(closed_at=None, joint_decisions=None)
    return list(undecided.exclude(report__status=ReportStatus.WITHDRAWN))


def edition_for(user: User, decision: Decision) -> Edition:
    """What the asker reads: the newest edition, for a patient the newest that was released."""
    rows = decision.editions.select_related("author", "released_by")
    if user.role == Role.PATIENT:
        rows = rows.filter(released_at__lte=timezone.now())
    found = rows.order_by("number").last()
    if found is None:
        raise Edition.DoesNotExist
    found.decision = decision
    return found


def edition_numbered(decision: Decision, number: int) -> Edition | None:
    """One edition of a decision that was asked for."""
    found = decision.editions.filter(number=number).first()
    if found is not None:
        found.decision = decision
    return found


def history(decision: Decision) -> list[Edition]:
    """Who wrote and released what, newest first, of a decision that was asked for."""
    return list(decision.editions.select_related("author", "released_by").defer("content").order_by("-number"))


def preparation_of(decision: Decision) -> Preparation:
    """What the patient prepared for a decision that was asked for; empty when nothing is there yet."""
    found = Preparation.objects.filter(decision=decision).first() or Preparation(decision=decision)
    found.decision = decision
    return found


def last_check(decision: Decision) -> ReadinessCheck | None:
    found = ReadinessCheck.objects.filter(decision=decision).order_by("at").last()
    if found is not None:
        found.decision = decision
    return found


def ask_again(decision: Decision, check: ReadinessCheck | None) -> bool:
    """Whether somebody called since the last answers: then the four questions are asked again."""
    if check is None or check.ready:
        return False
    called = DecisionTask.objects.filter(decision=decision, kind=TaskKind.NOT_READY, settled_at__gte=check.at)
    return called.exists()


def tasks_on(decision: Decision) -> list[DecisionTask]:
    """Who is to call about a decision that was asked for."""
    return list(decision.tasks.filter(settled_at=None).select_related("counsellor"))


def tasks_for(user: User) -> QuerySet[DecisionTask]:
    """Calls about decisions of those the asker looks after, the one due first on top."""
    if user.role not in CARE_ROLES:
        return DecisionTask.objects.none()
    return DecisionTask.objects.filter(decision__patient__in=looked_after_by(user), settled_at=None).select_related(
        "decision__patient", "counsellor"
    )


def joint_decisions(decision: Decision) -> list[JointDecision]:
    """What was decided, the latest first, of a decision that was asked for."""
    found = list(decision.joint_decisions.select_related("recorded_by").order_by("-number"))
    for one in found:
        one.decision = decision
    return found


def to_rate(user: User, decision: Decision) -> JointDecision | None:
    """For the patient: the latest talk they have said nothing about."""
    if user.role != Role.PATIENT:
        return None
    latest = next(iter(joint_decisions(decision)), None)
    rated = latest is None or VisitRating.objects.filter(joint_decision=latest).exists()
    return None if rated else latest


def question_threads(user: User, decision: Decision) -> list[Thread]:
    """Lists of questions the patient sent; what is not sent yet stays theirs."""
    return list(threads(user).filter(patient=decision.patient_id, kind=ThreadKind.QUESTIONS)[:5])


def patient_to_open_for(user: User, patient_id: UUID) -> Patient | None:
    return looked_after_by(user).filter(pk=patient_id).first() if user.role == Role.CLINICIAN else None


def openable(user: User) -> QuerySet[Patient]:
    """For whom this clinician can open a decision."""
    if user.role != Role.CLINICIAN:
        return Patient.objects.none()
    rows = looked_after_by(user)
    return rows.filter(subject__in=permitted_subjects(rows.values("subject"), PGX))


CALM = frozenset({"standard_dose", "no_action_required", "no_recommendation", "no_guidance_for_this_result"})


def findings_to_open(patient: Patient) -> list[tuple[Report, str]]:
    """Medicines of the patient's signed reports with advice that asks for a choice, each with its report."""
    found: dict[str, Report] = {}
    signed = Report.objects.filter(patient=patient, status=ReportStatus.SIGNED).select_related("interpretation")
    for report in signed.order_by("-signed_at"):
        for row in report.interpretation.result.get("guidance", []):
            if row.get("action") not in CALM:
                found.setdefault(row["drug"], report)
    return [(report, drug) for drug, report in sorted(found.items())]


@dataclass(frozen=True)
class Matter:
    """One thing that may matter: how much, and how each option bears on it (in the order of the options)."""

    key: str
    label: str
    weight: int | None
    own: bool
    bearings: tuple[str, ...]


def matters_of(aid: Aid, told: dict[str, Any]) -> list[Matter]:
    """What matters, most first, by the way the person chose. A thing of their own bears on nothing we know."""
    own = told.get("own", {})
    weights = told.get("weights", {})
    found = [
        Matter(
            key,
            item.label,
            weights.get(key),
            False,
            tuple(item.bearings.get(option) or Bearing.NOT_KNOWN for option in aid.options),
        )
        for key, item in aid.items.items()
    ]
    found += [
        Matter(key, label, weights.get(key), True, tuple(Bearing.NOT_KNOWN for _option in aid.options))
        for key, label in own.items()
    ]
    if told.get("way") == "order":
        most, least = list(told.get("most", [])), list(told.get("least", []))
        middle = [matter.key for matter in found if matter.key not in (*most, *least)]
        order = [*most, *middle, *least]
        return sorted(found, key=lambda matter: order.index(matter.key))
    return sorted(found, key=lambda matter: -(matter.weight if matter.weight is not None else -1))
