"""What a patient says about themselves that matters for a medicine: what they take, what harmed them, their body."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.people.models import Patient
from portal.sealing.fields import SealedTextField


class ListedMedicine(models.Model):
    """A medicine on somebody's own list. `code`: the name in our facts, or empty when we do not know the medicine."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="listed_medicines")
    code = SealedTextField(subject="patient.subject", max_length=120, blank=True, default="")
    name = SealedTextField(subject="patient.subject", max_length=120, help_text="As the person typed or chose it.")
    said_at = models.DateTimeField(default=timezone.now)


class ReactionKind(models.TextChoices):
    ALLERGY = "allergy", _("An allergy")
    REACTION = "reaction", _("A bad reaction in the past")


class Reaction(models.Model):
    """Something that harmed the person, or that they are allergic to; `code`: a medicine of our facts, if any."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="reactions")
    kind = SealedTextField(subject="patient.subject", max_length=12, choices=ReactionKind)
    code = SealedTextField(subject="patient.subject", max_length=120, blank=True, default="")
    name = SealedTextField(subject="patient.subject", max_length=120)
    happened = SealedTextField(subject="patient.subject", max_length=300, blank=True, default="")
    said_at = models.DateTimeField(default=timezone.now)


class BodyPart(models.TextChoices):
    """What is asked of everybody."""

    PREGNANCY = "pregnancy", _("Are you pregnant?")
    KIDNEYS = "kidneys", _("How well do your kidneys work?")
    LIVER = "liver", _("How well does your liver work?")


class Said(models.TextChoices):
    """An answer. What was never answered has no row: that is not "no" either."""

    YES = "yes", _("Yes")
    MAYBE = "maybe", _("Maybe, or I plan to be")
    NO = "no", _("No")
    USUAL = "usual", _("Well, as far as I was told")
    REDUCED = "reduced", _("Less well: someone told me so")
    DO_NOT_KNOW = "do_not_know", _("I do not know")


ANSWERS: dict[str, tuple[Said, ...]] = {
    BodyPart.PREGNANCY: (Said.NO, Said.YES, Said.MAYBE, Said.DO_NOT_KNOW),
    BodyPart.KIDNEYS: (Said.USUAL, Said.REDUCED, Said.DO_NOT_KNOW),
    BodyPart.LIVER: (Said.USUAL, Said.REDUCED, Said.DO_NOT_KNOW),
}


class BodyFact(models.Model):
    """One answer about the person's body, and when they gave it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="body_facts")
    part = models.CharField(max_length=12, choices=BodyPart)
    said = SealedTextField(subject="patient.subject", max_length=12, choices=Said)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "part"], name="one_answer_per_part_of_the_body")]
