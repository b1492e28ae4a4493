"""Who may decide for somebody: written down by one of the care team, confirmed by another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consent.desk import hooks
from consent.desk.capacity import comes_of_age, is_child
from consent.desk.models import Guardianship
from consent.ledger.append import append
from consent.ledger.models import Capacity, ConsentEvent, Decision
from consent.ledger.standing import standing
from portal.access import log
from portal.access.decide import require
from portal.people.models import Patient, User

CHILDS = (Capacity.PARENT, Capacity.GUARDIAN)


class NotConfirmed(Exception):
    """This footing cannot count; the argument says why."""


def record(
    actor: User, patient: Patient, guardian: User, *, capacity: str, basis: str, until: datetime | None = None
) -> Guardianship:
    """Write down a footing with what it rests on. It does not count before `confirm`."""
    require(actor, "record.guardianship", patient)
    if capacity not in Capacity.values or capacity == Capacity.SELF:
        raise NotConfirmed("capacity")
    if not basis.strip():
        raise NotConfirmed("basis")
    if guardian.pk == patient.account_id:
        raise NotConfirmed("own")
    if capacity in CHILDS:
        if not is_child(patient):
            raise NotConfirmed("of_age")
        until = min(until, comes_of_age(patient)) if until else comes_of_age(patient)
    with transaction.atomic():
        recorded = Guardianship.objects.create(
            patient=patient,
            guardian=guardian,
            capacity=capacity,
            basis=basis.strip(),
            until=until,
            recorded_by=actor,
            since=timezone.now(),
        )
        log.record(actor, "record.guardianship", patient)
    return recorded


def confirm(actor: User, recorded: Guardianship) -> Guardianship:
    """A second member of the care team has seen the proof too."""
    require(actor, "confirm.guardianship", recorded)
    with transaction.atomic():
        recorded = Guardianship.objects.select_for_update().get(pk=recorded.pk)
        if recorded.recorded_by_id == actor.pk:
            raise NotConfirmed("same_person")
        if recorded.confirmed_by_id is None:
            recorded.confirmed_by = actor
            recorded.save(update_fields=["confirmed_by"])
            log.record(actor, "confirm.guardianship", recorded)
    return recorded


def end(actor: User, recorded: Guardianship) -> list[ConsentEvent]:
    """The footing ends now, and with it every yes that was given on it: the person, or who decides next, is asked."""
    require(actor, "record.guardianship", recorded.patient)
    return close(actor, recorded)


def close(actor: User | None, recorded: Guardianship) -> list[ConsentEvent]:
    """The same for an act that asked its own permission first; nobody, when the system does it."""
    patient = recorded.patient
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        Guardianship.objects.filter(pk=recorded.pk).update(until=timezone.now())
        given = ConsentEvent.objects.filter(
            subject=patient.subject, signer=recorded.guardian_id, decision=Decision.PERMIT, at__gte=recorded.since
        )
        signer = actor.pk if actor else recorded.guardian_id
        lapsed = [_lapse(signer, event) for event in given if standing(event.subject, event.scope).event == event]
        log.record(
            actor, "record.guardianship", patient, reason="ended", consent_events=[str(event.id) for event in lapsed]
        )
        for event in lapsed:
            hooks.owe(patient, event.scope)
    return lapsed


def close_all_of(actor: User | None, guardian: User) -> None:
    """Somebody who decided for others has left or died: nothing rests on their word any more."""
    standing_still = Guardianship.objects.filter(guardian=guardian, patient__erased_at=None)
    for recorded in standing_still.exclude(until__lte=timezone.now()).select_related("patient"):
        close(actor, recorded)


def _lapse(signer: UUID, event: ConsentEvent) -> ConsentEvent:
    return append(
        subject=event.subject,
        scope=event.scope,
        decision=Decision.LAPSED,
        corrects=event.id,
        template=event.template,
        template_version=event.template_version,
        template_hash=event.template_hash,
        list_version=event.list_version,
        locale=event.locale,
        signer=signer,
        method="care_team",
    )
