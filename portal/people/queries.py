"""Questions about people, always scoped to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.people.models import CareRelationship, Patient, ProxyGrant, Role, User


def open_care(at: datetime | None = None) -> QuerySet[CareRelationship]:
    """Care relationships that hold at a moment."""
    at = at or timezone.now()
    return CareRelationship.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


def open_proxies(at: datetime | None = None) -> QuerySet[ProxyGrant]:
    """Proxy grants that hold at a moment, of proxies whose account is not switched off."""
    at = at or timezone.now()
    return ProxyGrant.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at, proxy__is_active=True)


def patients_for(user: User | AnonymousUser) -> QuerySet[Patient]:
    """The patients someone may see as people: a patient only themselves, staff only those they care for now."""
    if not isinstance(user, User) or not user.is_active:
        return Patient.objects.none()
    if user.role == Role.PATIENT:
        return Patient.objects.filter(account=user)
    if user.role in (Role.CLINICIAN, Role.COUNSELLOR):
        return Patient.objects.filter(pk__in=open_care().filter(member=user).values("patient"))
    return Patient.objects.none()


def by_name(patients: Iterable[Patient]) -> list[Patient]:
    """In the order of a register. Names are sealed, so the database cannot do it."""
    return sorted(patients, key=lambda patient: (str(patient.family_name).casefold(), str(patient.given_name)))


def looked_after_by(user: User) -> QuerySet[Patient]:
    """The patients a member of the team looks after now. A record opened in an emergency does not count: it is open
    for reading only, and nothing is asked of that person."""
    cared_for = open_care().filter(member=user, member__is_active=True, emergency=False)
    return Patient.objects.filter(pk__in=cared_for.values("patient"))


def patient_of_account(user: User | AnonymousUser) -> Patient | None:
    """The patient who signs in with this account, if any."""
    if not isinstance(user, User):
        return None
    return Patient.objects.filter(account=user).first()


def care_team(patient: Patient) -> QuerySet[User]:
    """Who looks after a patient now."""
    return User.objects.filter(is_active=True, pk__in=open_care().filter(patient=patient).values("member"))
