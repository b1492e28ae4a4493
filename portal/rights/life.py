"""Acts when a life changes: a patient moves to another clinic, or dies. Written down by one, confirmed by another."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.desk.guardians import close_all_of
from consent.desk.models import Guardianship
from portal.access import log
from portal.access.decide import require
from portal.access.models import NoticeOwed
from portal.people.models import CareRelationship, Patient, ProxyGrant, ProxyInvitation, User
from portal.rights.exporting import begin as begin_export
from portal.rights.models import LifeEvent


class NotRecorded(Exception):
    """`reason`: basis, clinic, standing, same_person, over."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def record(
    actor: User, patient: Patient, kind: LifeEvent.Kind, *, basis: str, clinic: str = "", decides: str = ""
) -> LifeEvent:
    """Write down a move or a death and what shows it. Nothing changes before a second person confirms."""
    require(actor, "record.life_event", patient)
    if not basis.strip():
        raise NotRecorded("basis")
    if kind == LifeEvent.Kind.MOVED and not clinic.strip():
        raise NotRecorded("clinic")
    try:
        with transaction.atomic():
            event = LifeEvent.objects.create(
                patient=patient,
                kind=kind,
                basis=basis.strip(),
                clinic=clinic.strip(),
                decides=decides.strip(),
                recorded_by=actor,
            )
            log.record(actor, "record.life_event", patient, reason=str(kind))
    except IntegrityError:
        raise NotRecorded("standing") from None
    return event


def confirm(actor: User, event: LifeEvent) -> LifeEvent:
    """The privacy officer has seen it too: now it counts. Done twice, it is done once."""
    require(actor, "confirm.life_event", event)
    with transaction.atomic():
        row = LifeEvent.objects.select_for_update(of=("self",)).select_related("patient").get(pk=event.pk)
        if row.recorded_by_id == actor.pk:
            raise NotRecorded("same_person")
        if row.reversed_at is not None:
            raise NotRecorded("over")
        if row.confirmed_at is not None:
            return row
        row.confirmed_by, row.confirmed_at = actor, timezone.now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        log.record(actor, "confirm.life_event", row, reason=row.kind)
        match LifeEvent.Kind(row.kind):
            case LifeEvent.Kind.MOVED:
                _moved(actor, row)
            case LifeEvent.Kind.DIED:
                _died(actor, row)
    return row


def _moved(actor: User, event: LifeEvent) -> None:
    """The patient takes everything along and keeps reading; this clinic's staff read no more."""
    now = timezone.now()
    for care in CareRelationship.objects.filter(patient=event.patient).exclude(until__lte=now):
        care.until = now
        care.save(update_fields=["until"])
        log.record(None, "administer.care_relationship", care, reason="ended")
    begin_export(actor, event.patient)
    NoticeOwed.objects.create(patient=event.patient, kind="moved", about=event.pk)


def _died(actor: User, event: LifeEvent) -> None:
    """The record stands still: helpers and those who decided read no more, the account closes, the team may look."""
    now, patient = timezone.now(), event.patient
    Patient.objects.filter(pk=patient.pk).update(frozen_at=now)
    ProxyGrant.objects.filter(patient=patient, until=None).update(until=now)
    ProxyInvitation.objects.filter(patient=patient, closed_at=None).update(closed_at=now)
    Guardianship.objects.filter(patient=patient).exclude(until__lte=now).update(until=now)
    if patient.account is not None:
        close_all_of(actor, patient.account)
        User.objects.filter(pk=patient.account.pk).update(is_active=False)
        for session in UserSession.objects.filter(user=patient.account_id):
            session.end()


def undo(actor: User, event: LifeEvent) -> LifeEvent:
    """It was a mistake. After a death the account opens again; helpers and care begin only by somebody's own act."""
    require(actor, "reverse.life_event", event)
    with transaction.atomic():
        row = LifeEvent.objects.select_for_update(of=("self",)).select_related("patient").get(pk=event.pk)
        if row.reversed_at is not None:
            return row
        row.reversed_by, row.reversed_at = actor, timezone.now()
        row.save(update_fields=["reversed_by", "reversed_at"])
        log.record(actor, "reverse.life_event", row, reason=row.kind)
        if row.kind == LifeEvent.Kind.DIED and row.confirmed_at is not None:
            Patient.objects.filter(pk=row.patient_id).update(frozen_at=None)
            if row.patient.account_id is not None:
                User.objects.filter(pk=row.patient.account_id).update(is_active=True)
    return row
