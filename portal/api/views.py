"""The endpoints under /api/v1/: thin callers of the rooms' actions and queries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from consent.desk import texts
from consent.desk.queries import permission
from portal.access import log
from portal.access.decide import decide, require
from portal.access.queries import read_for
from portal.access.standing_in import StandIn
from portal.api import queries
from portal.api.serializers import (
    ConsentSerializer,
    InterpretationDetailSerializer,
    InterpretationSerializer,
    NewTestOrderSerializer,
    ProblemSerializer,
    ReportDetailSerializer,
    ReportSerializer,
    ResultFileSerializer,
    TestOrderSerializer,
    UploadSerializer,
)
from portal.delivery import actions as delivery
from portal.delivery.errors import DeliveryRefused
from portal.delivery.paper import pdf_name, pdf_of, pdf_ready
from portal.people.models import Laboratory, Patient, User
from portal.people.queries import patient_of_account, patients_for
from portal.reports.models import Report
from portal.results import actions as results
from portal.results.identifiers import Identifiers
from portal.results.models import FileStatus, Interpretation, ResultFile, TestOrder
from portal.results.queries import file_for, files_for, orders_for, progress


def _user(request: Request) -> User:
    assert isinstance(request.user, User)  # every endpoint asks for a signed-in account
    return request.user


FOR_WHOM = OpenApiParameter(
    "on_behalf_of", OpenApiTypes.UUID, description="The patient you read for, when it is not yourself."
)


def _stand_in(request: Request) -> StandIn | None:
    """For whom the asker says they read; an id nobody lets them read for looks like an unknown one."""
    said = request.query_params.get("on_behalf_of")
    try:
        return read_for(_user(request), UUID(said)) if said is not None else None
    except ValueError:
        raise Http404 from None


def _behalf(request: Request) -> Patient | None:
    found = _stand_in(request)
    return found.patient if found else None


class Orders(ListAPIView[TestOrder]):
    """Test orders about me, of my patients, or sent to my laboratory."""

    serializer_class = TestOrderSerializer

    def get_queryset(self) -> QuerySet[TestOrder]:
        return orders_for(_user(self.request))

    @extend_schema(request=NewTestOrderSerializer, responses={201: TestOrderSerializer, 400: ProblemSerializer})
    def post(self, request: Request) -> Response:
        """Ask a laboratory for a test (clinicians, for patients they care for)."""
        asked = NewTestOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _user(request)
        patient = get_object_or_404(patients_for(user), pk=asked.validated_data["patient"])
        require(user, "order.test_order", patient)
        laboratory = get_object_or_404(Laboratory, pk=asked.validated_data["laboratory"])
        order = results.place_order(user, patient, laboratory, asked.validated_data["accession"])
        return Response(self.get_serializer(order).data, status=status.HTTP_201_CREATED)


class Order(RetrieveAPIView[TestOrder]):
    """One test order."""

    serializer_class = TestOrderSerializer

    def get_object(self) -> TestOrder:
        user = _user(self.request)
        order = get_object_or_404(orders_for(user), pk=self.kwargs["order_id"])
        decision = require(user, "read.test_order", order)
        log.record(user, "read.test_order", order, purpose=decision.purpose)
        return order


class ResultFiles(ListAPIView[ResultFile]):
    """Genome files about me, of my patients, or sent by my laboratory."""

    serializer_class = ResultFileSerializer
    parser_classes = [MultiPartParser]

    @extend_schema(parameters=[FOR_WHOM])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ResultFile]:
        return files_for(_user(self.request), _stand_in(self.request))

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={
            201: ResultFileSerializer,
            200: OpenApiResponse(ResultFileSerializer, description="The same file had come before."),
            400: ProblemSerializer,
            413: ProblemSerializer,
            422: OpenApiResponse(ResultFileSerializer, description="Kept, but refused; `explanation` says why."),
        },
    )
    def post(self, request: Request) -> Response:
        """Send a genome file. It is kept as it came; nothing in it is read without the patient's yes."""
        sent = UploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        facts: dict[str, Any] = sent.validated_data
        user = _user(request)
        order, patient = self._about(user, facts)
        receipt = results.receive_file(
            user,
            facts["file"],
            order=order,
            patient=patient,
            accession="" if order else facts["accession"],
            identifiers=Identifiers(
                birth_date=facts.get("birth_date"),
                family_name=facts["family_name"],
                record_number=facts["record_number"],
            ),
            sample=facts["sample"],
        )
        # The same bytes may have come from someone else before: then there is nothing to show of that row.
        if receipt.duplicate and not decide(user, "read.result_file", receipt.file):
            return Response({"detail": "This file had come before."}, status=status.HTTP_200_OK)
        code: int
        if receipt.duplicate:
            code = status.HTTP_200_OK
        elif receipt.file.status == FileStatus.REFUSED:
            code = status.HTTP_422_UNPROCESSABLE_ENTITY
        else:
            code = status.HTTP_201_CREATED
        return Response(self.get_serializer(receipt.file).data, status=code)

    def _about(self, user: User, facts: dict[str, Any]) -> tuple[TestOrder | None, Patient | None]:
        """The order or patient that was named; the patient's own record when they named nothing."""
        if "order" in facts:
            return get_object_or_404(orders_for(user), pk=facts["order"]), None
        if "patient" in facts:
            return None, get_object_or_404(patients_for(user), pk=facts["patient"])
        return None, None if facts["accession"] else patient_of_account(user)


@extend_schema(parameters=[FOR_WHOM])
class File(RetrieveAPIView[ResultFile]):
    """Where one file stands, with live progress."""

    serializer_class = ResultFileSerializer

    def get_object(self) -> ResultFile:
        user, stand_in = _user(self.request), _stand_in(self.request)
        found = file_for(user, self.kwargs["file_id"], stand_in)
        if stand_in is not None:
            log.record(user, "read.result_file", found, reason="api", on_behalf_of=stand_in.patient)
        elif not progress(found).moving:  # a program that waits for the end asks every few seconds
            log.record(user, "read.result_file", found)
        return found


@extend_schema(parameters=[FOR_WHOM])
class Interpretations(ListAPIView[Interpretation]):
    """What files mean, as far as the asker may read it."""

    serializer_class = InterpretationSerializer

    def get_queryset(self) -> QuerySet[Interpretation]:
        return queries.interpretations(_user(self.request), _stand_in(self.request)).defer("result")


@extend_schema(parameters=[FOR_WHOM])
class OneInterpretation(RetrieveAPIView[Interpretation]):
    """One interpretation with the engine's whole answer."""

    serializer_class = InterpretationDetailSerializer

    def get_object(self) -> Interpretation:
        user = _user(self.request)
        found = get_object_or_404(
            Interpretation.objects.select_related("patient"), pk=self.kwargs["interpretation_id"]
        )
        behalf = _behalf(self.request)
        decision = require(user, "read.interpretation", found, on_behalf_of=behalf)
        log.record(
            user,
            "read.interpretation",
            found,
            reason="api",
            consent_events=decision.consent_events,
            purpose=decision.purpose,
            on_behalf_of=behalf,
        )
        return found


@extend_schema(parameters=[FOR_WHOM])
class Reports(ListAPIView[Report]):
    """Reports the asker may read: patients their own once released, the care team those of their patients."""

    serializer_class = ReportSerializer

    def get_queryset(self) -> QuerySet[Report]:
        return queries.reports(_user(self.request), _stand_in(self.request)).defer("document")


def _read(user: User, report_id: UUID, action: str, behalf: Patient | None) -> Report:
    """The report, noted as read; unknown, forbidden and closed look the same."""
    report = get_object_or_404(Report.objects.select_related("patient", "release", "sign_off"), pk=report_id)
    try:
        delivery.read(user, report, action=action, on_behalf_of=behalf, way="api")
    except DeliveryRefused:
        raise Http404 from None
    return report


@extend_schema(parameters=[FOR_WHOM])
class OneReport(RetrieveAPIView[Report]):
    """One report as a document of plain words."""

    serializer_class = ReportDetailSerializer

    def get_object(self) -> Report:
        return _read(_user(self.request), self.kwargs["report_id"], "read.report", _behalf(self.request))


class AnyRenderer(BaseRenderer):
    """Lets a client ask for application/pdf; the answer itself is a file."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else str(data.get("detail", "")).encode()


class ReportPdf(GenericAPIView[Report]):
    """The signed PDF of a report."""

    serializer_class = ReportSerializer
    pagination_class = None

    def get_renderers(self) -> list[BaseRenderer]:
        return [*super().get_renderers(), AnyRenderer()]

    @extend_schema(
        parameters=[FOR_WHOM],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 404: ProblemSerializer},
    )
    def get(self, request: Request, report_id: UUID) -> FileResponse:
        report = get_object_or_404(Report, pk=report_id)
        behalf = _behalf(request)
        require(_user(request), "download.report", report, on_behalf_of=behalf)
        if report.signed_at is None or not pdf_ready(report):
            raise Http404
        report = _read(_user(request), report_id, "download.report", behalf)
        return FileResponse(
            pdf_of(report), as_attachment=True, filename=pdf_name(report), content_type="application/pdf"
        )


class Consents(GenericAPIView[Any]):
    """What patients allow now: a patient their own, the care team that of their patients."""

    serializer_class = ConsentSerializer
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("patient", OpenApiTypes.UUID, description="Only this patient.")],
        responses=ConsentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        user = _user(request)
        patients = patients_for(user)
        if wanted := request.query_params.get("patient"):
            try:
                patients = patients.filter(pk=UUID(wanted))
            except ValueError:
                raise Http404 from None
            if not patients.exists():
                raise Http404
        rows = []
        for patient in patients:
            decision = require(user, "read.consent_event", patient)
            log.record(user, "read.consent_event", patient, purpose=decision.purpose)
            for scope in texts.scopes():
                answer = permission(patient, scope)
                rows.append(
                    {
                        "patient": patient.pk,
                        "scope": scope,
                        "state": str(answer.state or "unknown"),
                        "permitted": answer.permitted,
                        "events": answer.event_ids,
                        "since": answer.event.at if answer.event else None,
                    }
                )
        return Response(ConsentSerializer(rows, many=True).data)
