"""What came in and what it means: orders, files, jobs, interpretations, findings."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.people.models import Laboratory, Patient
from portal.results.explanations import IDENTIFIER_MISMATCH
from portal.sealing.fields import SealedJSONField, SealedTextField
from portal.sealing.lookup import SealedLookupField
from portal.sealing.storage import SealedStorage


def place_of_file(file: ResultFile, filename: str) -> str:
    """Where a genome file lies: under the person's opaque id, by a random name."""
    return f"{file.patient.subject}/results/{uuid.uuid4()}"


class TestOrder(models.Model):
    """A test a clinician asked for. The accession number links the laboratory's file to the patient."""

    __test__ = False  # not a test class
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    accession = SealedTextField(subject="patient.subject", max_length=40)
    accession_lookup = SealedLookupField(of="accession")
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="orders")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="orders")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    domain = models.CharField(max_length=30, default="pharmacogenomics")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["laboratory", "accession_lookup"], name="one_accession_per_lab")
        ]


class FileOrigin(models.TextChoices):
    LABORATORY = "laboratory", _("Laboratory")
    CLINICIAN = "clinician", _("Clinician")
    PATIENT = "patient", _("Patient's own file")


class FileStatus(models.TextChoices):
    """The road of a file. `HELD` and `WAITING_FOR_CONSENT` wait for a person; `REFUSED` and `FAILED` have stopped."""

    RECEIVED = "received", _("Received")
    REFUSED = "refused", _("Refused")
    HELD = "held", _("On hold")
    WAITING_FOR_CONSENT = "waiting_for_consent", _("Waiting for consent")
    QUEUED = "queued", _("Waiting to be read")
    INTERPRETING = "interpreting", _("Being read")
    INTERPRETED = "interpreted", _("Has been read")
    FAILED = "failed", _("Could not be read")


class ResultFile(models.Model):
    """One uploaded genome file, kept byte for byte, and where it stands on the road."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="files")
    order = models.ForeignKey(TestOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="files")
    origin = models.CharField(max_length=12, choices=FileOrigin)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(storage=SealedStorage(), upload_to=place_of_file, max_length=200)
    original_name = SealedTextField(subject="patient.subject", max_length=255)
    sha256 = SealedTextField(subject="patient.subject", max_length=64)
    sha256_lookup = SealedLookupField(of="sha256", db_index=True)
    size = models.PositiveBigIntegerField()

    kind = models.CharField(max_length=20, blank=True, help_text="From content: vcf, consumer_array …")
    compression = models.CharField(max_length=10, blank=True)
    assembly = models.CharField(max_length=10, blank=True)
    samples = SealedJSONField(subject="patient.subject", default=list, help_text="Sample names in the file.")
    sample = SealedTextField(
        subject="patient.subject",
        max_length=200,
        blank=True,
        default="",
        help_text="The sample that is this patient.",
    )
    genetic_sex = SealedTextField(subject="patient.subject", max_length=10, default="unknown")
    fingerprint = SealedJSONField(
        subject="patient.subject", default=dict, help_text="Genotypes at common sites, to notice a swapped sample."
    )

    stated = SealedJSONField(
        subject="patient.subject", default=dict, help_text="The person's identifiers as the sender gave them."
    )
    status = models.CharField(max_length=20, choices=FileStatus, default=FileStatus.RECEIVED)
    accepted_holds = models.JSONField(default=list, help_text="Reasons a reviewer has looked at and accepted.")
    reason = models.CharField(max_length=40, blank=True, help_text="Code of why it is held, refused or failed.")
    explanation = models.TextField(blank=True, help_text="The same as a sentence: what is wrong, what to do.")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = SealedTextField(subject="patient.subject", blank=True, default="")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="A stopped file nobody need look at any more.")
    closing_note = SealedTextField(subject="patient.subject", blank=True, default="", help_text="Why it was closed.")
    kept_private = models.BooleanField(default=False, help_text="The patient keeps it from everybody who helps them.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "sha256_lookup"], name="one_copy_of_a_file_per_patient")
        ]

    @property
    def waits_for_identifiers(self) -> bool:
        """Held because what was said about the person did not agree with the record."""
        return self.status == FileStatus.HELD and self.reason == IDENTIFIER_MISMATCH


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Working")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class Job(models.Model):
    """One piece of long work on one row. This row is the truth; a broker message only wakes a worker up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, help_text="interpret, compose or render")
    target = models.UUIDField(help_text="Id of the row that is worked on.")
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    step = models.CharField(max_length=40, blank=True, help_text="Code of the step being done.")
    step_number = models.PositiveSmallIntegerField(default=0)
    step_count = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, help_text="Which run holds it; changes with every attempt.")
    lease_until = models.DateTimeField(null=True, help_text="A running job past this moment was left behind.")
    not_before = models.DateTimeField(null=True, help_text="A waiting job that failed once rests until then.")
    dispatched_at = models.DateTimeField(null=True, help_text="When a worker was last told of it.")
    once_more = models.BooleanField(default=False, help_text="Asked for again while it was running.")
    reason = models.CharField(max_length=40, blank=True)
    explanation = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "target"], name="one_job_per_kind_and_target")]
        indexes = [models.Index(fields=["status", "lease_until"])]


class Interpretation(models.Model):
    """One run over one file at one knowledge release. Immutable; a new release makes a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result_file = models.ForeignKey(ResultFile, on_delete=models.PROTECT, related_name="interpretations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="interpretations")
    knowledge_release = models.CharField(max_length=64)
    result = SealedJSONField(
        subject="patient.subject", help_text="The engine's answer, as `python -m genomics` prints it."
    )
    consent_events = models.JSONField(default=list, help_text="Ids of the consent events it rests on.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["result_file", "knowledge_release"], name="one_interpretation_per_file_and_release"
            )
        ]


class Finding(models.Model):
    """One coded statement of an interpretation: a gene's result or one line of guidance. Never a sentence."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interpretation = models.ForeignKey(Interpretation, on_delete=models.CASCADE, related_name="findings")
    domain = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, help_text="gene or guidance")
    subject = SealedTextField(
        subject="interpretation.patient.subject", max_length=120, help_text="Gene symbol or medicine name."
    )
    code = SealedTextField(
        subject="interpretation.patient.subject",
        max_length=120,
        blank=True,
        default="",
        help_text="Phenotype or action code; empty when unknown.",
    )
    source = models.CharField(max_length=40, blank=True)
    detail = SealedJSONField(subject="interpretation.patient.subject")

    class Meta:
        indexes = [models.Index(fields=["interpretation", "kind"])]
