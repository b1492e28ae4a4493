"""What the desk keeps beside the ledger: answers to questions, counsellors' tasks, who decides for whom."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.ledger.models import Capacity
from portal.people.models import Patient, User
from portal.sealing.fields import SealedTextField


class ComprehensionCheck(models.Model):
    """One person's tries at the questions of one group of scopes: two tries, then a counsellor helps.

    `tries` holds the ids of the questions answered wrongly, one list per try; what was answered is not kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="comprehension_checks")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=20)
    questions_hash = models.CharField(max_length=64, help_text="sha256 of the exact questions in that language.")
    questions = models.JSONField(default=list, help_text="Ids of the questions.")
    tries = models.JSONField(default=list)
    started_at = models.DateTimeField(default=timezone.now)
    passed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Failed twice; a counsellor has the task.")

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "answered_by", "group", "questions_hash"],
                condition=Q(passed_at=None, closed_at=None),
                name="one_open_check_per_group",
            )
        ]


class TaskKind(models.TextChoices):
    NOT_UNDERSTOOD = "not_understood", _("Talk it through")
    WANTS_TO_TALK = "wants_to_talk", _("Asked to talk")
    ERASE = "erase", _("Asked to erase")
    OPEN_TOGETHER = "open_together", _("Open a result together")
    RESULT_WAITS = "result_waits", _("An important result waits unread")


TALKS = (TaskKind.NOT_UNDERSTOOD, TaskKind.WANTS_TO_TALK)


class CounsellorTask(models.Model):
    """A person needs somebody: to talk before they decide, or to erase what can be erased. Open until done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="counsellor_tasks")
    scope = models.CharField(max_length=80)
    group = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=TaskKind)
    counsellor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Who is to call."
    )
    opened_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "scope", "kind"], condition=Q(settled_at=None), name="one_open_task_per_scope"
            )
        ]


class Guardianship(models.Model):
    """Somebody may decide for a patient, on a footing with a basis and an end; it counts once a second person has
    confirmed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(User, on_delete=models.PROTECT, related_name="guardian_of")
    capacity = models.CharField(max_length=20, choices=[(c.value, c.label) for c in Capacity if c != Capacity.SELF])
    basis = SealedTextField(
        subject="patient.subject", max_length=120, help_text="What it rests on, e.g. birth certificate seen."
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True, help_text="Always set for parents and guardians.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=Capacity.ATTORNEY) | Q(until__isnull=False), name="a_childs_guardian_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("recorded_by")),
                name="two_people_confirm_a_guardian",
            ),
            models.UniqueConstraint(fields=["patient", "guardian", "since"], name="one_guardianship_at_a_time"),
        ]


class ConsentChange(models.Model):
    """Other rooms are still to hear that a person changed their mind. Written with the act, gone once they all have:
    what a killed process left behind is told by the next search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
