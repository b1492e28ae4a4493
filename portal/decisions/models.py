"""One choice to be made together: its editions, what the person prepared, what was decided, who is to call."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.people.models import Patient, User
from portal.reports.models import Report
from portal.sealing.fields import SealedJSONField, SealedTextField


class Decision(models.Model):
    """One choice of one patient. `report`: the signed report it came out of; empty when it was opened by hand.

    What it says stands in its editions. The patient reads the newest edition that was released.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="decisions")
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    about = SealedTextField(
        subject="patient.subject", max_length=120, blank=True, default="", help_text="The medicine it came from."
    )
    language = models.CharField(max_length=12)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Put aside: nobody works on it any more.")

    class Meta:
        ordering = ["-opened_at"]


class Edition(models.Model):
    """What a decision said from one moment on, whole. Never changed: every saving writes the next one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    content = SealedJSONField(subject="decision.patient.subject", help_text="`portal.decisions.content.Aid` as JSON.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="one_edition_per_number")]


class Role(models.TextChoices):
    """The part a person wants in a decision. Our own words, not those of an instrument."""

    ME = "me", _("I want to choose, after I hear what you think.")
    TOGETHER = "together", _("I want us to choose together.")
    YOU = "you", _("I want you to choose, after you hear what matters to me.")


class Preparation(models.Model):
    """What a patient prepared for one decision. One row; `version` counts its savings."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="preparation")
    version = models.PositiveIntegerField(default=0)
    matters = SealedJSONField(
        subject="decision.patient.subject", default=dict, help_text="How much each thing matters, and own things."
    )
    role = SealedTextField(subject="decision.patient.subject", choices=Role, blank=True, default="")
    own_words = SealedTextField(subject="decision.patient.subject", blank=True, default="")
    understood = SealedJSONField(
        subject="decision.patient.subject", default=dict, help_text="Tries at the questions about the facts."
    )
    updated_at = models.DateTimeField(auto_now=True)


class ReadinessCheck(models.Model):
    """One person's answers to the four questions whether they are ready to choose. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="readiness_checks")
    instrument = models.CharField(max_length=20, help_text="Which four questions, in which language.")
    answers = SealedJSONField(subject="decision.patient.subject", help_text="Question to yes or no.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    @property
    def score(self) -> int:
        """How many were answered with yes."""
        return sum(1 for said in self.answers.values() if said is True)

    @property
    def ready(self) -> bool:
        return self.score == len(self.answers)


class TaskKind(models.TextChoices):
    NOT_READY = "not_ready", _("Call: not ready to choose yet")
    NOT_UNDERSTOOD = "not_understood", _("Call: go through the facts again")


class DecisionTask(models.Model):
    """Somebody of the care team is to call about a decision. The same cause opens it once, however often told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=20, choices=TaskKind)
    cause = models.UUIDField(help_text="Id of the row that opened it.")
    counsellor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "kind", "cause"], name="one_task_per_cause"),
            models.UniqueConstraint(
                fields=["decision", "kind"], condition=Q(settled_at=None), name="one_open_task_per_kind"
            ),
        ]


class JointDecision(models.Model):
    """What was decided together: which option, by whom, when and why. Never changed; a later one takes its place.

    `option` is the option's key in `edition`, `option_name` its name as it stood then. `own_words` are the patient's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="joint_decisions")
    number = models.PositiveIntegerField()
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+")
    option = SealedTextField(subject="decision.patient.subject", max_length=20)
    option_name = SealedTextField(subject="decision.patient.subject", max_length=120)
    why = SealedTextField(subject="decision.patient.subject")
    own_words = SealedTextField(subject="decision.patient.subject", blank=True, default="")
    present = SealedTextField(
        subject="decision.patient.subject", blank=True, default="", help_text="Who else was there, in words."
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="one_joint_decision_per_number")]


class VisitRating(models.Model):
    """What a patient thought of the talk, right after it. Theirs alone: nobody of the care team reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    joint_decision = models.OneToOneField(JointDecision, on_delete=models.CASCADE, related_name="rating")
    instrument = models.CharField(max_length=20, help_text="Which questions, in which language.")
    answers = SealedJSONField(subject="joint_decision.decision.patient.subject")
    at = models.DateTimeField(default=timezone.now)
