"""What patients and their care team write to each other, and what a patient notes for the next visit."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.people.models import Patient, User
from portal.sealing.fields import SealedTextField
from portal.sealing.storage import SealedStorage


class ThreadKind(models.TextChoices):
    MESSAGE = "message", _("Message")
    APPOINTMENT = "appointment", _("Asks for an appointment")
    QUESTIONS = "questions", _("Questions for a visit")
    WRONG = "wrong", _("Says that something is wrong")


class Thread(models.Model):
    """One matter between a patient and their care team: its messages in order. `about`: the report it is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="threads")
    kind = models.CharField(max_length=20, choices=ThreadKind)
    about = models.UUIDField(null=True, blank=True)
    last_at = models.DateTimeField(default=timezone.now)
    waits_since = models.DateTimeField(
        null=True, blank=True, help_text="The patient wrote last: since when they wait for an answer."
    )


class Message(models.Model):
    """What one person wrote. It is never changed. `read_at`: when the other side first opened it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(subject="thread.patient.subject")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at"]


class AttachmentKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


def place_of_attachment(instance: Attachment, filename: str) -> str:
    """The sender's own name of the file is not kept: it may say more than its sender thinks of."""
    return f"{instance.message.thread.patient.subject}/contact/{instance.id}"


class Attachment(models.Model):
    """A file sent along: recognised by its first bytes, sealed, only ever handed out to be saved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=8, help_text="One of `AttachmentKind`.")
    size = models.PositiveIntegerField()
    file = models.FileField(storage=SealedStorage(), upload_to=place_of_attachment, max_length=200)


class VisitQuestion(models.Model):
    """A question a patient wants to ask at the next visit. Nobody else sees it before it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="visit_questions")
    text = SealedTextField(subject="patient.subject")
    noted_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["noted_at"]
