"""A report: one interpretation put into words, in one language and edition."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.people.models import Patient
from portal.results.models import Interpretation
from portal.sealing.fields import SealedJSONField
from portal.sealing.storage import SealedStorage


def place_of_pdf(report: Report, filename: str) -> str:
    """A name of its own per content, so that a reader never gets half of one and half of another."""
    return f"{report.patient.subject}/reports/{report.pk}-{report.content_hash[:16]}.pdf"


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Taken back")


class Report(models.Model):
    """The composed document and its PDF. Once signed, content and hash never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interpretation = models.ForeignKey(Interpretation, on_delete=models.PROTECT, related_name="reports")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reports")
    language = models.CharField(max_length=12)
    edition = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.DRAFT)
    document = SealedJSONField(
        subject="patient.subject", default=dict, help_text="`portal.reports.compose.Document` as JSON."
    )
    content_hash = models.CharField(max_length=64, blank=True)
    knowledge_release = models.CharField(max_length=64)
    pdf = models.FileField(storage=SealedStorage(), upload_to=place_of_pdf, blank=True, max_length=200)
    pdf_hash = models.CharField(max_length=64, blank=True, help_text="content_hash the PDF was made from.")
    created_at = models.DateTimeField(auto_now_add=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        help_text="The report that counts now, when this one no longer does.",
    )
    kept_private = models.BooleanField(default=False, help_text="The patient keeps it from everybody who helps them.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["interpretation", "language", "edition"], name="one_report_per_language_and_edition"
            )
        ]
