"""What people do here: write, answer, open what was written, note a question for the visit and send them all.

Each act asks `require` first and writes the access log in its own transaction. The patient is told by mail that says
nothing; the care team finds what waits on its own first page.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.models import NoticeOwed
from portal.access.plain_text import plain_text
from portal.contact.attachments import recognised
from portal.contact.errors import ContactRefused, Refusal
from portal.contact.models import Attachment, Message, Thread, ThreadKind, VisitQuestion
from portal.people.models import Patient, User

LONGEST = 4000
LONGEST_QUESTION = 500


def write(
    actor: User,
    patient: Patient,
    text: str,
    *,
    kind: ThreadKind = ThreadKind.MESSAGE,
    about: UUID | None = None,
    files: Sequence[File] = (),
) -> Thread:
    """Begin a thread with its first message."""
    require(actor, "write.message", patient)
    text, taken = _text(text, LONGEST), recognised(files)
    with transaction.atomic():
        thread = Thread.objects.create(patient=patient, kind=kind, about=about)
        _put(actor, thread, text, taken)
    return thread


def answer(actor: User, thread: Thread, text: str, *, files: Sequence[File] = ()) -> Message:
    """Write the next message of a thread."""
    require(actor, "write.message", thread)
    text, taken = _text(text, LONGEST), recognised(files)
    with transaction.atomic():
        return _put(actor, Thread.objects.select_for_update().get(pk=thread.pk), text, taken)


def _put(actor: User, thread: Thread, text: str, taken: list) -> Message:
    now = timezone.now()
    by_patient = thread.patient.account_id == actor.pk
    message = Message.objects.create(thread=thread, author=actor, text=text, at=now)
    for upload, kind, size in taken:
        attachment = Attachment(message=message, kind=kind, size=size)
        attachment.file.save(str(attachment.pk), upload, save=False)
        attachment.save()
    thread.last_at, thread.waits_since = now, (thread.waits_since or now) if by_patient else None
    thread.save(update_fields=["last_at", "waits_since"])
    log.record(actor, "write.message", thread)
    if not by_patient:
        NoticeOwed.objects.create(patient=thread.patient, kind="message", about=message.pk)
    return message


def open_thread(actor: User, thread: Thread) -> None:
    """Note that somebody opened a thread; what the other side wrote counts as read from then on."""
    require(actor, "read.thread", thread)
    patient_account = thread.patient.account_id
    unread = thread.messages.filter(read_at=None)
    unread = unread.exclude(author=actor) if actor.pk == patient_account else unread.filter(author=patient_account)
    with transaction.atomic():
        unread.update(read_at=timezone.now())
        log.record(actor, "read.thread", thread)


def take(actor: User, attachment: Attachment) -> None:
    """Note that somebody took an attachment."""
    require(actor, "read.attachment", attachment)
    log.record(actor, "read.attachment", attachment)


def note_question(actor: User, patient: Patient, text: str) -> VisitQuestion:
    """Put a question on the patient's private list."""
    require(actor, "write.visit_question", patient)
    text = _text(text, LONGEST_QUESTION)
    with transaction.atomic():
        question = VisitQuestion.objects.create(patient=patient, text=text)
        log.record(actor, "write.visit_question", patient)
    return question


def drop_question(actor: User, patient: Patient, question_id: str) -> None:
    """Take a question off the list. Nothing happens when it is not there."""
    require(actor, "write.visit_question", patient)
    with transaction.atomic():
        for question in VisitQuestion.objects.filter(patient=patient, sent_at=None):
            if str(question.pk) == question_id:
                question.delete()
                log.record(actor, "write.visit_question", patient, reason="dropped")


def send_questions(actor: User, patient: Patient) -> Thread:
    """Send the whole list to the care team as one message."""
    require(actor, "write.visit_question", patient)
    require(actor, "write.message", patient)
    with transaction.atomic():
        questions = list(VisitQuestion.objects.select_for_update().filter(patient=patient, sent_at=None))
        if not questions:
            raise ContactRefused(Refusal.EMPTY)
        text = "\n".join(f"{number}. {question.text}" for number, question in enumerate(questions, start=1))
        thread = Thread.objects.create(patient=patient, kind=ThreadKind.QUESTIONS)
        _put(actor, thread, text, [])
        VisitQuestion.objects.filter(pk__in=[question.pk for question in questions]).update(sent_at=timezone.now())
    return thread


def _text(text: str, longest: int) -> str:
    text = plain_text(text)
    if not text:
        raise ContactRefused(Refusal.EMPTY)
    if len(text) > longest:
        raise ContactRefused(Refusal.TOO_LONG)
    return text
