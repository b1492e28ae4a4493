"""Who may decide for somebody: written down by one of the care team, confirmed by another."""

from __future__ import annotations

from datetime import datetime
from functools import partial

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
    patient = recorded.patient
    require(actor, "record.guardianship", patient)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        Guardianship.objects.filter(pk=recorded.pk).update(until=timezone.now())
        given = ConsentEvent.objects.filter(
            subject=patient.subject, signer=recorded.guardian_id, decision=Decision.PERMIT, at__gte=recorded.since
        )
        lapsed = [_lapse(actor, event) for event in given if standing(event.subject, event.scope).event == event]
        log.record(
            actor, "record.guardianship", patient, reason="ended", consent_events=[str(event.id) for event in lapsed]
        )
        for event in lapsed:
            transaction.on_commit(partial(hooks.changed, patient, event.scope))
    return lapsed


def _lapse(actor: User, event: ConsentEvent) -> ConsentEvent:
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
        signer=actor.pk,
        method="care_team",
    )
