"""Acts about copies of everything: ask for one, take it away, let it go after seven days."""

from __future__ import annotations

from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.desk.queries import permission
from consent.ledger.models import ConsentEvent, Decision
from portal.access import log
from portal.access.decide import require
from portal.access.matrix import RULES, Relation
from portal.people.models import Patient, User
from portal.results import jobs
from portal.rights.making import RAW, STORAGE
from portal.rights.models import Export, ExportStatus


class NotThere(Exception):
    """This copy cannot be taken: it is not ready, it is over, or a yes to what is in it was taken back."""


def ask(actor: User, patient: Patient) -> Export:
    """The patient asks for a copy of everything. While one is being made, that is the one."""
    require(actor, "make.export", patient)
    return begin(actor, patient)


def begin(actor: User, patient: Patient) -> Export:
    """Have a copy made, for an act that asked its own permission first."""
    try:
        with transaction.atomic():
            export = Export.objects.create(patient=patient, asked_by=actor)
            log.record(actor, "make.export", export, reason="asked")
            jobs.enqueue("export", export.pk)
    except IntegrityError:
        return Export.objects.get(patient=patient, status=ExportStatus.WAITING)
    return export


def take(actor: User, export: Export) -> IO[bytes]:
    """The zip as a stream. Noted as an export; the person is told by mail each time. Raises `NotThere`."""
    require(actor, "download.export", export)
    export.refresh_from_db()
    over = export.expires_at is None or export.expires_at <= timezone.now()
    if export.status != ExportStatus.READY or over:
        raise NotThere
    consent_events: list[str] = []
    for scope in _rests_on(export):
        allowed = permission(export.patient, scope)
        if not allowed.permitted:
            raise NotThere
        consent_events += allowed.event_ids
    try:
        stream = STORAGE.open(export.file)
    except OSError:
        raise NotThere from None
    log.record(actor, "download.export", export, consent_events=consent_events)
    return stream


def _rests_on(export: Export) -> list[str]:
    """The yeses behind what is in a copy: to the gene files when they are in it, and to every kind of result that
    could be read at any moment while it was made."""
    scopes = sorted(scope for scope in _OWN_READING if _could_be_read(export, scope))
    return [*scopes, RAW] if export.with_files else scopes


_OWN_READING = {rule.consent for rule in RULES if rule.relation is Relation.OWN and rule.consent} - {RAW}


def _could_be_read(export: Export, scope: str) -> bool:
    began, ended = export.asked_at, export.ready_at or timezone.now()
    meanwhile = ConsentEvent.objects.filter(
        subject=export.patient.subject, scope=scope, decision=Decision.PERMIT, at__gt=began, at__lte=ended
    )
    return permission(export.patient, scope, at=began).permitted or meanwhile.exists()


def remove_expired() -> int:
    """Take away copies that are over; how many. The system does it, every few seconds."""
    removed = 0
    for export in Export.objects.filter(status=ExportStatus.READY, expires_at__lte=timezone.now()):
        STORAGE.delete(export.file)
        with transaction.atomic():
            if Export.objects.filter(pk=export.pk, status=ExportStatus.READY).update(status=ExportStatus.REMOVED):
                log.record(None, "make.export", export, reason="removed")
                removed += 1
    return removed
