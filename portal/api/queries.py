"""What the API lists: for each kind of thing exactly the rows `decide` would let the asker read, no row more."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from consent.ledger.standing import permitted_subjects
from portal.access.matrix import PGX
from portal.delivery.queries import reports as reports_in_reach
from portal.people.models import Patient, Role, User
from portal.people.queries import patients_for
from portal.reports.models import Report
from portal.results.models import Interpretation
from portal.results.queries import interpretations_for


def _patients_who_said_yes(user: User) -> QuerySet[Patient]:
    patients = patients_for(user)
    return patients.filter(subject__in=permitted_subjects(patients.values("subject"), PGX))


def interpretations(user: User) -> QuerySet[Interpretation]:
    """Of patients whose yes holds; for a patient, only those with a signed and released report."""
    found = interpretations_for(user).filter(patient__in=_patients_who_said_yes(user))
    if user.role == Role.PATIENT:
        found = found.filter(reports__sign_off__isnull=False, reports__release__at__lte=timezone.now()).distinct()
    return found.order_by("-created_at")


def reports(user: User) -> QuerySet[Report]:
    """Of patients whose yes holds; for a patient, only signed and released ones."""
    found = reports_in_reach(user).filter(patient__in=_patients_who_said_yes(user))
    if user.role == Role.PATIENT:
        found = found.filter(sign_off__isnull=False)
    return found.order_by("-created_at")
