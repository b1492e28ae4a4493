"""Which reports somebody may see, and at which stage of the road: always scoped to the asker."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from portal.people.models import Role, User
from portal.people.queries import patients_for
from portal.reports.models import Report, ReportStatus

LONG = ("document", "interpretation__result")
CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


def reports(user: User) -> QuerySet[Report]:
    """Every report the asker may open: patients their own once released, care staff those of their patients."""
    now = timezone.now()
    rows = Report.objects.select_related("patient", "release", "sign_off")
    if user.role == Role.PATIENT:
        known = {"patient__account": user, "patient__identity_checked_at__isnull": False}
        return rows.filter(**known, status=ReportStatus.SIGNED, release__at__lte=now)
    if user.role in CARE_ROLES:
        return rows.filter(patient__in=patients_for(user))
    return rows.none()


def report_for(user: User, report_id: UUID, *, words: bool = True) -> Report | None:
    """One report (with its words or without), or None alike when it is unknown and when it is not the asker's."""
    rows = reports(user).filter(pk=report_id)
    return (rows if words else rows.defer("document")).first()


def reports_for_patient(user: User) -> QuerySet[Report]:
    """The patient's own released reports, newest first, without their long content."""
    if user.role != Role.PATIENT:
        return Report.objects.none()
    return reports(user).select_related("interpretation").defer(*LONG).order_by("-release__at")


def to_review(user: User) -> QuerySet[Report]:
    """Drafts that wait for this clinician's eyes, oldest first, without their long content."""
    if user.role != Role.CLINICIAN:
        return Report.objects.none()
    return (
        reports(user)
        .filter(status=ReportStatus.DRAFT)
        .exclude(content_hash="")
        .select_related("interpretation")
        .defer(*LONG)
        .order_by("created_at")
    )


def recently_signed(user: User) -> QuerySet[Report]:
    """Reports of the asker's patients that are out, newest first."""
    if user.role not in CARE_ROLES:
        return Report.objects.none()
    return reports(user).filter(status=ReportStatus.SIGNED).defer("document").order_by("-signed_at")
