"""On what footing somebody decides about a patient: for themselves, or for them with a basis and an end."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.desk.models import Guardianship
from consent.ledger.models import Capacity, ConsentEvent
from portal.access.standing_in import representing
from portal.people.models import Patient, User

MAJORITY = 18
"""Age in years from which a person decides alone."""


BASIS = "guardianship:"


@dataclass(frozen=True)
class Footing:
    capacity: Capacity
    basis: str = ""
    until: datetime.datetime | None = None


def comes_of_age(patient: Patient) -> datetime.datetime:
    """The start of the day a person turns 18; somebody born on 29 February comes of age on 1 March."""
    born = patient.birth_date
    try:
        day = born.replace(year=born.year + MAJORITY)
    except ValueError:
        day = datetime.date(born.year + MAJORITY, 3, 1)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def is_child(patient: Patient, at: datetime.datetime | None = None) -> bool:
    return comes_of_age(patient) > (at or timezone.now())


def guardianships(at: datetime.datetime | None = None) -> QuerySet[Guardianship]:
    """Those that hold at a moment: begun, confirmed by a second person, not ended."""
    at = at or timezone.now()
    return Guardianship.objects.filter(confirmed_by__isnull=False, since__lte=at).filter(
        Q(until=None) | Q(until__gt=at)
    )


def footing(actor: User, patient: Patient, at: datetime.datetime | None = None) -> Footing | None:
    """How this account may decide about that patient now, or None. Says nothing about what else the matrix asks."""
    at = at or timezone.now()
    if patient.account_id is not None and patient.account_id == actor.pk:
        return Footing(Capacity.SELF)
    holding = guardianships(at).filter(patient=patient, guardian=actor).order_by("until").last()
    if holding is None:
        return None
    until = holding.until
    if holding.capacity in (Capacity.PARENT, Capacity.GUARDIAN):
        # Whatever was written down: parents and guardians of a child decide until it comes of age, never longer.
        of_age = comes_of_age(patient)
        until = min(until, of_age) if until else of_age
        if until <= at:
            return None
    # The ledger keeps which written footing it was, not its words: those are sealed and can be erased.
    return Footing(Capacity(holding.capacity), f"{BASIS}{holding.pk}", until)


def representatives(patient: Patient, at: datetime.datetime | None = None) -> list[User]:
    """Who may decide for a patient now beside themselves."""
    held = guardianships(at).filter(patient=patient, guardian__is_active=True).select_related("guardian")
    people = {guardianship.guardian for guardianship in held}
    return sorted((person for person in people if footing(person, patient, at)), key=str)


def basis_of(event: ConsentEvent) -> str:
    """What the signer's footing rested on, in the words that were written down; empty when they decided alone."""
    written = event.capacity_basis
    if not written.startswith(BASIS):
        return written
    row = Guardianship.objects.filter(pk=written.removeprefix(BASIS)).select_related("patient").first()
    return str(row.basis) if row is not None else ""


@representing
def represented_by(actor: User, at: datetime.datetime | None = None) -> list[Patient]:
    """The patients this account may decide for now: asked by the permission matrix too."""
    held = guardianships(at).filter(guardian=actor).select_related("patient")
    people = {guardianship.patient for guardianship in held}
    held_for = (
        patient for patient in people if (found := footing(actor, patient, at)) and found.capacity != Capacity.SELF
    )
    return sorted(held_for, key=str)
