"""What someone may see of orders, files and their progress. Every question is asked for a person, and scoped to them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.access.decide import Denied, decide
from portal.people.models import Patient, Role, User
from portal.results.jobs import steps_of
from portal.results.models import FileOrigin, FileStatus, Interpretation, Job, JobStatus, ResultFile, TestOrder


def _cared_for(user: User, path: str) -> Q:
    now = timezone.now()
    care = f"{path}care__"
    return Q(**{f"{care}member": user, f"{care}since__lte": now}) & (
        Q(**{f"{care}until": None}) | Q(**{f"{care}until__gt": now})
    )


def patients_cared_for(user: User) -> QuerySet[Patient]:
    """Patients a member of staff looks after now."""
    return Patient.objects.filter(_cared_for(user, "")).distinct()


def orders_for(user: User | AnonymousUser) -> QuerySet[TestOrder]:
    """Orders about me, of my patients, or sent to my laboratory."""
    orders = TestOrder.objects.select_related("patient", "laboratory", "ordered_by")
    if not isinstance(user, User) or not user.is_active:
        return orders.none()
    match user.role:
        case Role.PATIENT:
            return orders.filter(patient__account=user)
        case Role.CLINICIAN | Role.COUNSELLOR:
            return orders.filter(patient__in=patients_cared_for(user))
        case Role.LABORATORY if user.laboratory_id is not None:
            return orders.filter(laboratory=user.laboratory_id)
        case _:
            return orders.none()


def files_for(user: User | AnonymousUser) -> QuerySet[ResultFile]:
    """Files about me, of my patients, or sent by my laboratory."""
    files = ResultFile.objects.select_related("patient", "order__laboratory", "uploaded_by")
    if not isinstance(user, User) or not user.is_active:
        return files.none()
    match user.role:
        case Role.PATIENT:
            return files.filter(patient__account=user)
        case Role.CLINICIAN | Role.COUNSELLOR:
            return files.filter(patient__in=patients_cared_for(user))
        case Role.LABORATORY if user.laboratory_id is not None:
            return files.filter(order__laboratory=user.laboratory_id, origin=FileOrigin.LABORATORY)
        case _:
            return files.none()


def file_for(user: User | AnonymousUser, file_id: uuid.UUID) -> ResultFile:
    """One file. Raises `Denied`, which answers as an unknown address does."""
    file = files_for(user).filter(pk=file_id).first()
    decision = decide(user, "read.result_file", file)
    if file is None or not decision.permitted:
        raise Denied(decision)
    return file


def held_for(user: User | AnonymousUser) -> QuerySet[ResultFile]:
    """Files that wait for someone to look."""
    return files_for(user).filter(status=FileStatus.HELD)


def interpretations_for(user: User | AnonymousUser) -> QuerySet[Interpretation]:
    """Interpretations of the files someone may see; whether they may read one is asked of `decide` for each."""
    if isinstance(user, User) and user.role == Role.LABORATORY:
        return Interpretation.objects.none()
    return Interpretation.objects.filter(result_file__in=files_for(user)).select_related("patient", "result_file")


@dataclass(frozen=True)
class Progress:
    """How far a piece of long work is. `moving` is false when there is nothing more to wait for."""

    moving: bool
    step: str = ""
    number: int = 0
    count: int = 0
    steps: tuple[str, ...] = ()


def progress(file: ResultFile) -> Progress:
    """How far reading a file is, from its job's row."""
    job = Job.objects.filter(kind="interpret", target=file.pk).first()
    if job is None or file.status not in (FileStatus.QUEUED, FileStatus.INTERPRETING):
        return Progress(moving=False)
    moving = job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    return Progress(moving, job.step, job.step_number, job.step_count, steps_of(job.kind))
