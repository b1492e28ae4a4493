"""Which threads somebody may see: patients their own, care staff those of who they look after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from portal.contact.models import Attachment, Message, Thread, VisitQuestion
from portal.people.models import Patient, Role, User
from portal.people.queries import looked_after_by, patients_for

CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


def threads(user: User) -> QuerySet[Thread]:
    """The asker's threads, what waits for an answer first, then the newest."""
    rows = Thread.objects.select_related("patient__account")
    if user.role == Role.PATIENT:
        rows = rows.filter(patient__account=user, patient__identity_checked_at__isnull=False)
    elif user.role in CARE_ROLES:
        rows = rows.filter(patient__in=looked_after_by(user))
    else:
        return rows.none()
    return rows.order_by("-last_at")


def to_answer(user: User) -> QuerySet[Any]:
    """For the care team: where a patient waits for an answer, longest first.

    `i_wrote`, `team_wrote`: whether the asker has written in it, and whether anybody of the team has.
    """
    if user.role not in CARE_ROLES:
        return Thread.objects.none()
    by_team = Message.objects.filter(thread=OuterRef("pk"), author__role__in=CARE_ROLES)
    waiting = threads(user).filter(waits_since__isnull=False).order_by("waits_since")
    return waiting.annotate(i_wrote=Exists(by_team.filter(author=user)), team_wrote=Exists(by_team))


def unread_threads(user: User) -> int:
    """For a patient: how many threads hold something they have not opened."""
    if user.role != Role.PATIENT:
        return 0
    new = Message.objects.filter(thread__in=threads(user).order_by(), read_at=None).exclude(author=user)
    return new.values("thread").distinct().count()


def thread_for(user: User, thread_id: UUID) -> Thread | None:
    """One thread, or None alike for unknown and somebody else's."""
    return threads(user).filter(pk=thread_id).first()


def messages_of(thread: Thread) -> list[Message]:
    """The messages of a thread that was asked for, oldest first, each with what was sent along."""
    found = list(thread.messages.select_related("author").prefetch_related("attachments"))
    for message in found:
        message.thread = thread
    return found


def attachment_for(user: User, attachment_id: UUID) -> Attachment | None:
    rows = Attachment.objects.select_related("message__thread__patient").filter(message__thread__in=threads(user))
    return rows.filter(pk=attachment_id).first()


def writable_patient(user: User, patient_id: UUID) -> Patient | None:
    """A patient this member of the team may write to."""
    if user.role not in CARE_ROLES:
        return None
    return patients_for(user).filter(pk__in=looked_after_by(user)).filter(pk=patient_id).first()


def open_questions(patient: Patient) -> list[VisitQuestion]:
    """What is on the patient's own list and not sent yet; their own page asks for it."""
    return list(VisitQuestion.objects.filter(patient=patient, sent_at=None))
