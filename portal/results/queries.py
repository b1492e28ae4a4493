"""What someone may see of orders, files and their progress. Every question is scoped to the person who asks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from genomics.knowledge import load
from portal.access.decide import Denied, decide
from portal.access.standing_in import StandIn
from portal.people.models import Role, User
from portal.people.queries import patients_for
from portal.results.jobs import steps_of
from portal.results.models import FileOrigin, FileStatus, Interpretation, Job, JobStatus, ResultFile, TestOrder


def orders_for(user: User | AnonymousUser) -> QuerySet[TestOrder]:
    """Orders about me, of my patients, or sent to my laboratory."""
    orders = TestOrder.objects.select_related("patient", "laboratory", "ordered_by")
    if isinstance(user, User) and user.is_active and user.role == Role.LABORATORY:
        return orders.filter(laboratory=user.laboratory_id) if user.laboratory_id else orders.none()
    return orders.filter(patient__in=patients_for(user))


def files_for(user: User | AnonymousUser, stand_in: StandIn | None = None) -> QuerySet[ResultFile]:
    """Files about me, of my patients, sent by my laboratory, or of the person I read for and shown to me by them."""
    files = ResultFile.objects.select_related("patient", "order__laboratory", "uploaded_by")
    if stand_in is not None:
        if stand_in.person != user or "files" not in stand_in.parts:
            return files.none()
        shown = files.filter(patient=stand_in.patient)
        return shown if stand_in.grant is None else shown.filter(kept_private=False)
    if isinstance(user, User) and user.is_active and user.role == Role.LABORATORY:
        sent = files.filter(origin=FileOrigin.LABORATORY, order__laboratory=user.laboratory_id)
        return sent if user.laboratory_id else files.none()
    return files.filter(patient__in=patients_for(user))


def file_for(user: User | AnonymousUser, file_id: uuid.UUID, stand_in: StandIn | None = None) -> ResultFile:
    """One file. Raises `Denied`, which answers as an unknown address does."""
    file = files_for(user, stand_in).filter(pk=file_id).first()
    decision = decide(user, "read.result_file", file, on_behalf_of=stand_in.patient if stand_in else None)
    if file is None or not decision.permitted:
        raise Denied(decision)
    return file


def open_orders_for(user: User | AnonymousUser) -> QuerySet[TestOrder]:
    """Orders for which no file has come that could still be, or has been, read."""
    lasting = ResultFile.objects.exclude(status=FileStatus.REFUSED).filter(order__isnull=False)
    return orders_for(user).exclude(pk__in=lasting.values("order"))


def has_older_facts(file: ResultFile) -> bool:
    """Whether a file that was read, and is at rest, was last read with other tables than those we have now."""
    if file.status != FileStatus.INTERPRETED:
        return False
    newest = Interpretation.objects.filter(result_file=file).order_by("-created_at")
    release = newest.values_list("knowledge_release", flat=True).first()
    return release is not None and release != load().release.hash


def held_for(user: User | AnonymousUser) -> QuerySet[ResultFile]:
    """Files that wait for someone to look."""
    return files_for(user).filter(status=FileStatus.HELD)


def held_beside(user: User | AnonymousUser, file: ResultFile) -> list[ResultFile]:
    """Other files on the same order that wait for someone to look."""
    if file.order_id is None:
        return []
    return list(held_for(user).filter(order=file.order_id).exclude(pk=file.pk))


def interpretations_for(user: User | AnonymousUser, stand_in: StandIn | None = None) -> QuerySet[Interpretation]:
    """Interpretations of the files someone may see; whether they may read one is asked of `decide` for each."""
    if stand_in is not None:
        if stand_in.person != user or "reports" not in stand_in.parts:
            return Interpretation.objects.none()
        shown = Interpretation.objects.filter(patient=stand_in.patient).select_related("patient", "result_file")
        if stand_in.grant is None:
            return shown
        return shown.exclude(result_file__interpretations__reports__kept_private=True).exclude(
            result_file__kept_private=True
        )
    return Interpretation.objects.filter(patient__in=patients_for(user)).select_related("patient", "result_file")


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
    if file.status not in (FileStatus.QUEUED, FileStatus.INTERPRETING):
        return Progress(moving=False)
    job = Job.objects.filter(kind="interpret", target=file.pk).first()
    if job is None:
        return Progress(moving=False)
    moving = job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
    return Progress(moving, job.step, job.step_number, job.step_count, steps_of(job.kind))
