"""The shapes the API speaks: what comes in with an order or a file, and what goes out about each thing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from consent.desk import texts
from portal.people.models import Role
from portal.reports.models import Report, ReportStatus
from portal.results.models import Interpretation, ResultFile, TestOrder
from portal.results.presenting import explanation_for, reason_for
from portal.results.queries import progress
from portal.results.senders import may_choose_sample


class ProblemSerializer(serializers.Serializer[Any]):
    """Why something was not done: a sentence, and a code when there is one."""

    detail = serializers.CharField()
    reason = serializers.CharField(required=False)


class PatientNotForLaboratories(serializers.ModelSerializer[Any]):
    """A laboratory knows a patient by its own accession number only."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if self.context["request"].user.role == Role.LABORATORY:
            shown.pop("patient", None)
        return shown


class TestOrderSerializer(PatientNotForLaboratories):
    __test__ = False  # not a test class
    patient = serializers.UUIDField(source="patient_id", required=False, help_text="Not shown to laboratories.")

    class Meta:
        model = TestOrder
        fields = ["id", "accession", "laboratory", "patient", "domain", "created_at"]
        read_only_fields = fields


class NewTestOrderSerializer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    laboratory = serializers.UUIDField()
    accession = serializers.CharField(max_length=40)


class ProgressSerializer(serializers.Serializer[Any]):
    moving = serializers.BooleanField()
    step = serializers.CharField()
    number = serializers.IntegerField()
    count = serializers.IntegerField()


class ResultFileSerializer(PatientNotForLaboratories):
    """Where a file stands. `reason` and `explanation` say why it stopped, when it did."""

    patient = serializers.UUIDField(source="patient_id", required=False, help_text="Not shown to laboratories.")
    reason = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    samples = serializers.SerializerMethodField(help_text="All in the file, for whoever may say which one is meant.")

    class Meta:
        model = ResultFile
        fields = [
            "id",
            "patient",
            "order",
            "origin",
            "status",
            "reason",
            "explanation",
            "progress",
            "sha256",
            "size",
            "kind",
            "assembly",
            "samples",
            "sample",
            "created_at",
        ]
        read_only_fields = fields

    def get_reason(self, file: ResultFile) -> str:
        return reason_for(self.context["request"].user, file)

    def get_explanation(self, file: ResultFile) -> str:
        return explanation_for(self.context["request"].user, file)

    def get_samples(self, file: ResultFile) -> list[str]:
        """A laboratory's file may name other people's samples."""
        if may_choose_sample(self.context["request"].user, file):
            return list(file.samples)
        return [file.sample] if file.sample else []

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, file: ResultFile) -> dict[str, Any]:
        return dict(ProgressSerializer(progress(file)).data)


class UploadSerializer(serializers.Serializer[Any]):
    """A genome file and whose it is.

    A laboratory gives the accession, the birth date, and the family name or record number as on its own paper. A
    clinician gives the order or the patient, and the same identifiers. A patient sends their own file, nothing else.
    """

    file = serializers.FileField(allow_empty_file=True)
    accession = serializers.CharField(required=False, max_length=40, default="")
    order = serializers.UUIDField(required=False)
    patient = serializers.UUIDField(required=False)
    birth_date = serializers.DateField(required=False)
    family_name = serializers.CharField(required=False, max_length=80, default="", allow_blank=True)
    record_number = serializers.CharField(required=False, max_length=30, default="", allow_blank=True)
    sample = serializers.CharField(required=False, max_length=200, default="", allow_blank=True)


class InterpretationSerializer(serializers.ModelSerializer[Interpretation]):
    class Meta:
        model = Interpretation
        fields = ["id", "patient", "result_file", "knowledge_release", "created_at"]
        read_only_fields = fields


class InterpretationDetailSerializer(InterpretationSerializer):
    result = serializers.JSONField(help_text="The engine's answer, as `python -m genomics` prints it.")

    class Meta(InterpretationSerializer.Meta):
        fields = [*InterpretationSerializer.Meta.fields, "result"]
        read_only_fields = fields


class ReportSerializer(serializers.ModelSerializer[Report]):
    released_at = serializers.DateTimeField(source="release.at", default=None)
    replaced_by = serializers.UUIDField(
        source="replaced_by_id",
        allow_null=True,
        help_text="The report that counts now, when this one no longer does.",
    )

    class Meta:
        model = Report
        fields = [
            "id",
            "patient",
            "interpretation",
            "language",
            "edition",
            "status",
            "content_hash",
            "knowledge_release",
            "created_at",
            "signed_at",
            "released_at",
            "replaced_by",
        ]
        read_only_fields = fields


class ReportDetailSerializer(ReportSerializer):
    document = serializers.SerializerMethodField(
        help_text="The report as coded parts and plain words; empty once it was taken back (`status` is `withdrawn`)."
    )

    def get_document(self, report: Report) -> dict[str, Any]:
        withdrawn = report.status == ReportStatus.WITHDRAWN
        return {} if withdrawn else dict(report.document)

    class Meta(ReportSerializer.Meta):
        fields = [*ReportSerializer.Meta.fields, "document"]
        read_only_fields = fields


class ConsentSerializer(serializers.Serializer[Any]):
    """What holds now for one patient and one scope."""

    patient = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=[(scope, scope) for scope in texts.scopes()])
    state = serializers.ChoiceField(
        choices=["not_asked", "permitted", "denied", "withdrawn", "expired", "unknown"],
    )
    permitted = serializers.BooleanField()
    events = serializers.ListField(child=serializers.UUIDField())
    since = serializers.DateTimeField(allow_null=True)
