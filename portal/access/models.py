"""What the access room writes down: who did what, the seals over that log, and how every row changed."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.ledger.append_only import AppendOnly
from portal.access.canonical import authentication_code, canonical_event
from portal.sealing.fields import SealedTextField


class Outcome(models.TextChoices):
    PERMIT = "permit", "Allowed"
    DENY = "deny", "Refused"
    SYSTEM = "system", "Done by the system"


class AccessEvent(AppendOnly):
    """One look, act or refusal. `actor` is empty when the system did it; `on_behalf_of` is set when a proxy acted."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=20)
    patient = models.ForeignKey("people.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey("people.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60, help_text="verb.resource, as in the permission matrix.")
    resource = models.CharField(max_length=60)
    resource_id = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=60, blank=True)
    consent_events = models.JSONField(default=list, help_text="Ids of the consent events it rests on.")
    mac = models.CharField(max_length=64, editable=False, help_text="Keyed hash of the row: no row without the key.")

    class Meta(AppendOnly.Meta):
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["patient", "-sequence"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.mac = authentication_code(canonical_event(self))
        super().save(*args, **kwargs)


class Seal(AppendOnly):
    """A closed batch of the log: which sequences, one hash over them and the seal before, and its keyed hash."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    ranges = models.JSONField(help_text="Sequences it covers: [[first, last], …].")
    gaps = models.JSONField(help_text="Sequences not there yet, as [sequence, second it was missed]: a late commit.")
    count = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta(AppendOnly.Meta):
        ordering = ["number"]


class RowHistory(AppendOnly):
    """One change of one row, written by the database itself: names of what changed, hashes, never the values."""

    class Operation(models.TextChoices):
        INSERT = "insert", "Added"
        UPDATE = "update", "Changed"
        DELETE = "delete", "Removed"
        TRUNCATE = "truncate", "Table emptied"

    sequence = models.BigAutoField(primary_key=True)
    model = models.CharField(max_length=80)
    row = models.CharField(max_length=64, help_text="The row's key, without dashes; empty when a table was emptied.")
    at = models.DateTimeField()
    operation = models.CharField(max_length=10, choices=Operation)
    changed = models.JSONField(help_text="Names of the columns that changed.")
    before = models.CharField(max_length=64, help_text="sha256 of the row before, empty for a new one.")
    after = models.CharField(max_length=64, help_text="sha256 of the row after, empty for a removed one.")

    class Meta(AppendOnly.Meta):
        ordering = ["sequence"]
        indexes = [models.Index(fields=["model", "row", "sequence"])]
        verbose_name_plural = "row history"


class BreakGlass(models.Model):
    """A clinician opened one record in an emergency: why, how long, and what the privacy officer thought of it."""

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", _("Justified")
        NOT_JUSTIFIED = "not_justified", _("Not justified")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField(subject="patient.subject")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    review_due_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True)
    review_note = SealedTextField(subject="patient.subject", blank=True, default="")

    class Meta:
        ordering = ["review_due_at"]
        verbose_name_plural = "break-glass"


class NoticeOwed(models.Model):
    """Somebody is to be told that something happened; the message says no more than that. Sent within a minute."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Somebody else who is told, such as who took a copy; empty for the patient.",
    )
    kind = models.CharField(max_length=30, help_text="break_glass")
    about = models.UUIDField(help_text="Id of the row it is about.")
    at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True, help_text="Not mailed: the person has not said yes to mail.")

    class Meta:
        ordering = ["at"]
        verbose_name_plural = "notices owed"


class Question(models.Model):
    """A patient did not expect a line of their log; the privacy officer looks into it and answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.OneToOneField(AccessEvent, on_delete=models.PROTECT, related_name="question")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    answer = SealedTextField(subject="event.patient.subject", blank=True, default="")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]


class FactorRecovery(models.Model):
    """Somebody lost their second factor: an operator asks, the privacy officer checks who it is and takes it off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    identity_note = SealedTextField(
        subject="user_id", blank=True, default="", help_text="How the person was recognised."
    )
    stopped_at = models.DateTimeField(null=True, help_text="The owner said that it was not they who asked.")

    class Meta:
        ordering = ["at"]
        verbose_name_plural = "factor recoveries"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(approved_at=None, stopped_at=None),
                name="one_open_factor_recovery",
            )
        ]


class Identifier(models.TextChoices):
    """What was compared with the record. Two of them make sure that it is the right person."""

    NAME = "name", _("Full name")
    BIRTH_DATE = "birth_date", _("Birth date")
    ADDRESS = "address", _("Address")
    RECORD_NUMBER = "record_number", _("Record number")


class Document(models.TextChoices):
    """What kind of paper was seen. Its number is never written down."""

    IDENTITY_CARD = "identity_card", _("Identity card")
    PASSPORT = "passport", _("Passport")
    DRIVING_LICENCE = "driving_licence", _("Driving licence")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    HEALTH_CARD = "health_card", _("Health insurance card")


class IdentityCheck(models.Model):
    """Somebody of the staff saw that a patient is who they say: what was compared, which kind of paper, no number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, related_name="identity_checks")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identifiers = models.JSONField(help_text="At least two codes of `Identifier`.")
    document = models.CharField(max_length=20, choices=Document)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]


class PatientInvitation(models.Model):
    """A patient gets an account: the link goes by e-mail, the code is told in person after the identity check."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.CASCADE, related_name="invitations")
    email = SealedTextField(subject="patient.subject", max_length=254)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="Accepted, or replaced by a newer one.")

    class Meta:
        ordering = ["at"]


class EmailChange(models.Model):
    """An account signs in with another address now. For seven days the old address can take that back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    old_email = SealedTextField(subject="user_id", max_length=254)
    new_email = SealedTextField(subject="user_id", max_length=254)
    at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
