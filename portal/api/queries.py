"""What the API lists: for each kind of thing exactly the rows `decide` would let the asker read, no row more."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from consent.ledger.standing import permitted_subjects
from portal.access.matrix import PGX
from portal.access.standing_in import StandIn
from portal.delivery.queries import reports as reports_in_reach
from portal.people.models import Patient, Role, User
from portal.people.queries import patients_for
from portal.reports.models import Report
from portal.results.models import Interpretation
from portal.results.queries import interpretations_for


def _who_said_yes(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    return patients.filter(subject__in=permitted_subjects(patients.values("subject"), PGX))


def _patients(user: User, stand_in: StandIn | None) -> QuerySet[Patient]:
    """Whose reports may be listed: those of the asker's patients, or of the one person they say they read for."""
    return _who_said_yes(Patient.objects.filter(pk=stand_in.patient.pk) if stand_in else patients_for(user))


def interpretations(user: User, stand_in: StandIn | None = None) -> QuerySet[Interpretation]:
    """Of patients whose yes holds; for a patient, only those with a signed and released report."""
    found = interpretations_for(user, stand_in).filter(patient__in=_patients(user, stand_in))
    if user.role == Role.PATIENT:
        found = found.filter(reports__sign_off__isnull=False, reports__release__at__lte=timezone.now()).distinct()
    return found.order_by("-created_at")


def reports(user: User, stand_in: StandIn | None = None) -> QuerySet[Report]:
    """Of patients whose yes holds; for a patient, only signed and released ones."""
    found = reports_in_reach(user, stand_in).filter(patient__in=_patients(user, stand_in))
    if user.role == Role.PATIENT:
        found = found.filter(sign_off__isnull=False)
    return found.order_by("-created_at")
