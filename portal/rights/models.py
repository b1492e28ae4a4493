"""What this room keeps: copies people asked for, wishes to be erased, changes of a life, how long a record stays."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.sealing.fields import SealedTextField


def _person(related_name: str = "+", **options: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name=related_name, **options)


class ExportStatus(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
    REMOVED = "removed", _("Removed")


class Export(models.Model):
    """One copy of everything a person has, for that person alone, kept for seven days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="exports")
    asked_by = _person()
    asked_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=ExportStatus, default=ExportStatus.WAITING)
    file = models.CharField(max_length=200, blank=True, help_text="Its name in storage.")
    size = models.PositiveBigIntegerField(default=0)
    with_files = models.BooleanField(default=False, help_text="It holds the gene files: the yes is asked again.")
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(status=ExportStatus.WAITING), name="one_export_at_a_time"
            )
        ]


class ErasureStatus(models.TextChoices):
    BEGUN = "begun", _("Not confirmed by the patient yet")
    ASKED = "asked", _("Waiting")
    STOPPED = "stopped", _("Stopped by the patient")
    REFUSED = "refused", _("Refused")
    DONE = "done", _("Done")


OPEN = (ErasureStatus.BEGUN, ErasureStatus.ASKED)


class Erasure(models.Model):
    """A wish to be erased and what came of it. When it is done, it names nobody: only a pseudonym and counts."""

    class Cause(models.TextChoices):
        WISH = "wish", _("Asked by the patient")
        WITHDRAWAL = "withdrawal", _("Began with a yes taken back")
        RETENTION = "retention", _("Kept as long as it had to be")
        RESTORE = "restore", _("Done again after a backup was restored")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="erasures")
    cause = models.CharField(max_length=12, choices=Cause, default=Cause.WISH)
    status = models.CharField(max_length=10, choices=ErasureStatus, default=ErasureStatus.BEGUN)
    asked_by = _person(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True, help_text="The end of the days for thinking it over.")
    decided_by = _person(null=True, help_text="The second person, who confirmed or refused it.")
    decided_at = models.DateTimeField(null=True)
    why = SealedTextField(
        subject="patient.subject", blank=True, default="", help_text="Why it was refused; the patient reads it."
    )
    done_at = models.DateTimeField(null=True)
    statement = models.JSONField(default=dict, help_text="Counts of what was erased and what stays; no names.")
    files = models.JSONField(default=list, help_text="Names in storage that are still to be removed.")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(status__in=["begun", "asked"]), name="one_open_erasure"
            )
        ]

    @property
    def backups_gone(self) -> datetime | None:
        """When the last backup that still held the person is gone; known once it is done."""
        told = self.statement.get("backups_until")
        return datetime.fromisoformat(told) if told else None


class LifeEvent(models.Model):
    """A patient moved to another clinic, or died. Written down by one, confirmed by another; a mistake is undone."""

    class Kind(models.TextChoices):
        MOVED = "moved", _("Moved to another clinic")
        DIED = "died", _("Died")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="life_events")
    kind = models.CharField(max_length=10, choices=Kind)
    basis = SealedTextField(
        subject="patient.subject", max_length=200, help_text="What it rests on, e.g. death certificate seen."
    )
    clinic = SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="Where the patient is looked after now.",
    )
    decides = SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="Who may decide after a death, and why.",
    )
    recorded_by = _person()
    recorded_at = models.DateTimeField(default=timezone.now)
    confirmed_by = _person(null=True)
    confirmed_at = models.DateTimeField(null=True)
    reversed_by = _person(null=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("recorded_by")),
                name="two_people_confirm_a_life_event",
            ),
            models.UniqueConstraint(
                fields=["patient", "kind"], condition=Q(reversed_at=None), name="one_standing_life_event_per_kind"
            ),
        ]


class RetentionKind(models.TextChoices):
    """From when the years are counted."""

    LAST_CARE = "last_care", _("Nobody has used the record")
    MOVED = "moved", _("The patient moved to another clinic")
    DIED = "died", _("The patient died")


class RetentionRule(models.Model):
    """How many years the clinic keeps a kind of record, and which law it follows. Set by the clinic, never by us."""

    kind = models.CharField(primary_key=True, max_length=20, choices=RetentionKind)
    years = models.PositiveSmallIntegerField()
    law = models.CharField(max_length=200, help_text="Set by your clinic: the law or rule it follows.")
    set_by = _person()
    set_at = models.DateTimeField(default=timezone.now)


class RetentionDue(models.Model):
    """A record has been kept as long as it had to be. Listed by the system, destroyed only by two people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=RetentionKind)
    since = models.DateTimeField(help_text="From when the years were counted.")
    listed_at = models.DateTimeField(default=timezone.now)
    asked_by = _person(null=True, help_text="The privacy officer who wants it destroyed.")
    asked_at = models.DateTimeField(null=True)
    confirmed_by = _person(null=True)
    confirmed_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True, help_text="Kept longer, and until when it is not listed again.")
    kept_why = SealedTextField(subject="patient.subject", max_length=200, blank=True, default="")

    class Meta:
        ordering = ["since"]
        verbose_name_plural = "retention due"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("asked_by")),
                name="two_people_destroy_a_record",
            ),
            models.UniqueConstraint(fields=["patient", "kind"], name="one_line_per_record_that_is_due"),
        ]
