"""Acts about being erased: the patient asks and may stop it, a second person confirms or says why not."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.models import NoticeOwed
from portal.people.models import Patient, User
from portal.rights.erasing import carry_out
from portal.rights.models import OPEN, Erasure, ErasureStatus


class NotNow(Exception):
    """`reason`: too_early, over, same_person, no_reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ask(actor: User, patient: Patient) -> Erasure:
    """The patient has looked at what goes and what stays, and wants it. The days for thinking it over begin."""
    require(actor, "ask.erasure", patient)
    now = timezone.now()
    with transaction.atomic():
        erasure = begin(patient)
        asked = Erasure.objects.filter(pk=erasure.pk, status=ErasureStatus.BEGUN).update(
            status=ErasureStatus.ASKED,
            asked_by=actor,
            asked_at=now,
            not_before=now + timedelta(days=settings.ERASURE_THOUGHT_OVER_DAYS),
        )
        if asked:
            log.record(actor, "ask.erasure", patient)
            NoticeOwed.objects.create(patient=patient, kind="erasure_asked", about=erasure.pk)
        erasure.refresh_from_db()
    return erasure


def begin(patient: Patient, cause: Erasure.Cause = Erasure.Cause.WISH) -> Erasure:
    """The one open wish of this patient; made if there is none. It does nothing before the patient confirms it."""
    standing = Erasure.objects.filter(patient=patient, status__in=OPEN).first()
    if standing is not None:
        return standing
    try:
        with transaction.atomic():
            return Erasure.objects.create(patient=patient, cause=cause)
    except IntegrityError:
        return Erasure.objects.get(patient=patient, status__in=OPEN)


def stop(actor: User, erasure: Erasure) -> Erasure:
    """The patient thought better of it. Nothing was erased."""
    require(actor, "stop.erasure", erasure)
    with transaction.atomic():
        if Erasure.objects.filter(pk=erasure.pk, status__in=OPEN).update(status=ErasureStatus.STOPPED):
            log.record(actor, "stop.erasure", erasure)
        erasure.refresh_from_db()
    return erasure


def refuse(actor: User, erasure: Erasure, why: str) -> Erasure:
    """A second person says why it cannot be done, in a sentence that the patient reads."""
    require(actor, "refuse.erasure", erasure)
    if not why.strip():
        raise NotNow("no_reason")
    with transaction.atomic():
        row = Erasure.objects.select_for_update(of=("self",)).select_related("patient").get(pk=erasure.pk)
        if row.status in OPEN:
            row.status, row.why = ErasureStatus.REFUSED, why.strip()
            row.decided_by, row.decided_at = actor, timezone.now()
            row.save(update_fields=["status", "why", "decided_by", "decided_at"])
            log.record(actor, "refuse.erasure", erasure)
            NoticeOwed.objects.create(patient=erasure.patient, kind="erasure_refused", about=erasure.pk)
        erasure.refresh_from_db()
    return erasure


def confirm(actor: User, erasure: Erasure) -> Erasure:
    """A second person confirms, when the days are over: the person is erased, at once and whole."""
    require(actor, "confirm.erasure", erasure)
    with transaction.atomic():
        row = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if row.status == ErasureStatus.DONE:
            return row
        if row.status != ErasureStatus.ASKED:
            raise NotNow("over")
        if row.asked_by_id == actor.pk:
            raise NotNow("same_person")
        if row.not_before is None or row.not_before > timezone.now():
            raise NotNow("too_early")
        row.decided_by, row.decided_at = actor, timezone.now()
        row.save(update_fields=["decided_by", "decided_at"])
        return carry_out(row, actor)
