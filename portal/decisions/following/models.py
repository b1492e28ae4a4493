"""What comes after a choice: the plan and reminders, how it goes, what is felt, looking back, who is to call.

Everything a person says is sealed. Plain are moments, links and the code of the rule that asks somebody to look.
"""

from __future__ import annotations

import uuid
from datetime import date, time

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.decisions.following.diary_rules import Rule, Severity
from portal.decisions.following.reminder_times import Rhythm
from portal.decisions.models import JointDecision
from portal.people.models import Patient, User
from portal.sealing.fields import SealedDateField, SealedJSONField, SealedTextField

SEVERITIES = [
    (Severity.NONE.value, _("It is gone")),
    (Severity.A_BIT.value, _("A bit")),
    (Severity.A_LOT.value, _("A lot")),
    (Severity.STOPS_MY_DAY.value, _("It stops my day")),
]
RULES = [
    (Rule.CALL_NOW.value, _("Call now: words that can mean an emergency")),
    (Rule.STOPS_MY_DAY.value, _("Something stops their day")),
    (Rule.UNWELL_SO_MISSED.value, _("Left it out because they felt unwell")),
    (Rule.A_LOT.value, _("Something bothers them a lot")),
    (Rule.NOT_RIGHT.value, _("Not sure that the choice is still right")),
    (Rule.MISSED.value, _("Not as planned on 3 days or more")),
    (Rule.LASTS.value, _("Something has lasted for 2 weeks or more")),
    (Rule.NOT_ANSWERED.value, _("Did not answer the question of how it goes")),
]


class Plan(models.Model):
    """How somebody wants to do what was decided, in their own words: "When …, I will …. If …, then I will …"."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="plans")
    joint_decision = models.OneToOneField(JointDecision, on_delete=models.CASCADE, related_name="plan")
    cue = SealedTextField(subject="patient.subject")
    act = SealedTextField(subject="patient.subject")
    obstacle = SealedTextField(subject="patient.subject", blank=True, default="")
    instead = SealedTextField(subject="patient.subject", blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["made_at"]


class Stopped(models.TextChoices):
    """Why a reminder comes no more."""

    BY_PERSON = "by_person", _("You stopped it.")
    NO_MAIL = "no_mail", _("It stopped because you took back your yes to e-mail.")
    CLOSED = "closed", _("It stopped because what we decided is not open to you any more.")
    OVER = "over", _("It has come for the last time.")


class Reminder(models.Model):
    """At a time the person chose: a mail that says that it is time, never for what; or only in their own calendar."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reminders")
    rhythm = SealedJSONField(
        subject="plan.patient.subject",
        help_text="Time, weekdays, zone, first and last day: when, and where one lives.",
    )
    by_mail = models.BooleanField(default=True)
    next_at = models.DateTimeField(null=True, blank=True, help_text="Of the next mail.")
    last_sent_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped = models.CharField(max_length=20, choices=Stopped, blank=True, default="")

    class Meta:
        ordering = ["made_at"]
        indexes = [models.Index(fields=["next_at"])]

    @property
    def when(self) -> Rhythm:
        kept = self.rhythm
        return Rhythm(
            at=time.fromisoformat(kept["at"]),
            weekdays=frozenset(kept["weekdays"]),
            zone=kept["zone"],
            first=date.fromisoformat(kept["first"]),
            last=date.fromisoformat(kept["last"]) if kept["last"] else None,
        )


def as_kept(rhythm: Rhythm) -> dict[str, object]:
    """A rhythm as `Reminder.rhythm` keeps it."""
    return {
        "at": rhythm.at.isoformat("minutes"),
        "weekdays": sorted(rhythm.weekdays),
        "zone": rhythm.zone,
        "first": rhythm.first.isoformat(),
        "last": rhythm.last.isoformat() if rhythm.last else "",
    }


class AdherenceCheck(models.Model):
    """How it went in the last seven days, in own answers. `instrument` says whose questions they were."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    joint_decision = models.ForeignKey(JointDecision, on_delete=models.CASCADE, related_name="adherence_checks")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="adherence_checks")
    instrument = models.CharField(max_length=40)
    answers = SealedJSONField(subject="patient.subject")
    at = models.DateTimeField(default=timezone.now)
    sent_once = models.UUIDField(default=uuid.uuid4, help_text="Made with the form: a form sent twice is kept once.")
    wrong_at = models.DateTimeField(null=True, blank=True, help_text="The person says that this is wrong.")

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["patient", "sent_once"], name="one_check_per_form")]


class Symptom(models.Model):
    """Something a person feels, in their own words, and since when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="symptoms")
    what = SealedTextField(subject="patient.subject")
    since = SealedDateField(subject="patient.subject")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["noted_at"]


class DiaryEntry(models.Model):
    """How bad it was at one moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    symptom = models.ForeignKey(Symptom, on_delete=models.CASCADE, related_name="entries")
    severity = SealedTextField(subject="symptom.patient.subject", choices=SEVERITIES)
    note = SealedTextField(subject="symptom.patient.subject", blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    sent_once = models.UUIDField(unique=True, default=uuid.uuid4, help_text="A form sent twice is kept once.")
    wrong_at = models.DateTimeField(null=True, blank=True, help_text="The person says that this is wrong.")

    class Meta:
        ordering = ["at"]
        verbose_name_plural = "diary entries"


class LookBackKind(models.TextChoices):
    TWO_WEEKS = "two_weeks", _("After 2 weeks")
    THREE_MONTHS = "three_months", _("After 3 months")


class LookBack(models.Model):
    """Is it still right? Asked two weeks and three months after a choice; the answer can be given and taken away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    joint_decision = models.ForeignKey(JointDecision, on_delete=models.CASCADE, related_name="look_backs")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="look_backs")
    kind = models.CharField(max_length=20, choices=LookBackKind)
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answers = SealedJSONField(subject="patient.subject", default=dict)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="An answer was taken away: nobody asks after it."
    )
    wrong_at = models.DateTimeField(null=True, blank=True, help_text="The person says that the answer is wrong.")

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["joint_decision", "kind"], name="one_look_back_of_a_kind")]


class FollowUpTask(models.Model):
    """Somebody of the team is asked to look. A cause opens it once; while it is open, its matter opens no second.

    `cause` is the row that met the rule, `matter` what it is about: a symptom, a choice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="follow_up_tasks")
    rule = models.CharField(max_length=20, choices=RULES)
    cause = models.UUIDField()
    matter = models.UUIDField()
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done = SealedTextField(subject="patient.subject", blank=True, default="", help_text="What was done, in words.")

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "cause"], name="one_follow_up_per_cause"),
            models.UniqueConstraint(
                fields=["rule", "matter"], condition=Q(settled_at=None), name="one_open_follow_up_per_matter"
            ),
        ]
