"""Who may read for whom now: the one place that knows. A helper the patient chose, or who may decide for them.

A chosen helper needs an open grant, and the patient's own yes in the ledger for each part they see.
Whoever decides for a patient on a footing two people have seen (a parent, a guardian, an attorney) reads what they
decide about, for as long as it holds. A child's own yes and a parent's footing both end at 18: the ledger and the
footing say so themselves, so there is nothing to switch off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from consent.ledger.scopes import scope
from consent.ledger.standing import standings
from portal.people.models import Patient, ProxyGrant, User
from portal.people.queries import open_proxies

PARTS = ("reports", "files")
"""What a helper can be let see, each on its own."""

Represented = Callable[[User, datetime], Iterable[Patient]]
_REPRESENTED: list[Represented] = []


def representing(question: Represented) -> Represented:
    """Register a question a higher room answers: for whom may this account decide at that moment?"""
    if question not in _REPRESENTED:
        _REPRESENTED.append(question)
    return question


@dataclass(frozen=True)
class StandIn:
    """`person` reads `parts` of the record of `patient`. Without a grant it is somebody who decides for them."""

    patient: Patient
    person: User
    parts: frozenset[str]
    grant: ProxyGrant | None = None


def scope_of(person: User, part: str) -> str:
    """The consent scope of one helper and one part of the record."""
    return scope(f"proxy.{person.pk}.{part}").code


def represents(person: User, patient: Patient, at: datetime) -> bool:
    """Whether somebody may decide for a patient, on a footing that two people have seen."""
    return any(patient.pk == other.pk for question in _REPRESENTED for other in question(person, at))


def grant_of(person: User, patient: Patient, at: datetime) -> ProxyGrant | None:
    """The open grant of a helper, whatever the ledger says."""
    return open_proxies(at).filter(proxy=person, patient=patient).first()


def helpers_of(patient: Patient, at: datetime | None = None) -> list[StandIn]:
    """The helpers a patient chose whose help holds now."""
    grants = list(open_proxies(at).filter(patient=patient).select_related("proxy").order_by("since"))
    held = _holding(patient, grants, at)
    return [StandIn(patient, grant.proxy, held[grant.pk], grant) for grant in grants if held[grant.pk]]


def helped_by(person: User, at: datetime | None = None) -> list[StandIn]:
    """Whom somebody reads for now."""
    found = {
        patient.pk: StandIn(patient, person, frozenset(PARTS))
        for question in _REPRESENTED
        for patient in question(person, at or timezone.now())
    }
    for grant in open_proxies(at).filter(proxy=person).select_related("patient"):
        parts = _holding(grant.patient, [grant], at)[grant.pk]
        if parts and grant.patient_id not in found:
            found[grant.patient_id] = StandIn(grant.patient, person, parts, grant)
    living = (one for one in found.values() if one.patient.frozen_at is None and one.patient.erased_at is None)
    return sorted(living, key=lambda one: (str(one.patient), str(one.patient.pk)))


def standing_in(person: User, patient: Patient, at: datetime | None = None) -> StandIn | None:
    """How somebody reads for a patient now, or None."""
    now = at or timezone.now()
    if represents(person, patient, now):
        return StandIn(patient, person, frozenset(PARTS))
    grant = grant_of(person, patient, now)
    parts = _holding(patient, [grant], at)[grant.pk] if grant else frozenset()
    return StandIn(patient, person, parts, grant) if parts else None


def _holding(patient: Patient, grants: list[ProxyGrant], at: datetime | None) -> dict[object, frozenset[str]]:
    """For each grant the parts the patient's yes holds for, from one reading of the ledger."""
    asked = {(grant.pk, part): f"proxy.{grant.proxy_id}.{part}" for grant in grants for part in grant.covers}
    found = standings(patient.subject, asked.values(), at) if asked else {}
    return {
        grant.pk: frozenset(part for part in grant.covers if found[asked[grant.pk, part]].permitted)
        for grant in grants
    }
