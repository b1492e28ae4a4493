"""From a draft to a patient who has read it: notes, the signature, the release."""

import uuid

from django.conf import settings
from django.db import models

from portal.reports.models import Report
from portal.sealing.fields import SealedTextField


class Annotation(models.Model):
    """A clinician's note on a draft: on the whole report (`about` empty) or on one medicine.

    One per author and place: `actions.annotate` sees to it, holding the report's row. Both columns are sealed, and an
    equal hash on two reports would tell that they speak of the same medicine.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="annotations")
    about = SealedTextField(
        subject="report.patient.subject",
        max_length=120,
        blank=True,
        default="",
        help_text="Medicine name, or empty for the whole report.",
    )
    text = SealedTextField(subject="report.patient.subject")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)


class SignOff(models.Model):
    """A clinician's signature: binds the exact content, the facts used, the role and the time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="sign_off")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    name = models.CharField(max_length=120, help_text="The signer's name as it stood then.")
    shown_hash = models.CharField(max_length=64, help_text="sha256 of the draft and notes on the signer's screen.")
    content_hash = models.CharField(max_length=64, help_text="sha256 of the signed document.")
    knowledge_release = models.CharField(max_length=64)
    at = models.DateTimeField()


class Release(models.Model):
    """The report is the patient's to read from `at` on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="release")
    at = models.DateTimeField()
    first_read_at = models.DateTimeField(null=True, blank=True)
