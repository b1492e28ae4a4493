"""The job that makes a copy of everything: durable, done once, sealed under the person's own key."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from consent.desk.queries import permission
from portal.access import log
from portal.access.models import NoticeOwed
from portal.results import jobs
from portal.rights.models import Export, ExportStatus
from portal.rights.packing import Packed
from portal.sealing.errors import PersonErased
from portal.sealing.storage import SealedStorage

RAW = "raw.download"
"""Consent scope: taking the gene files home."""
KEPT_FOR = timedelta(days=7)
STORAGE = SealedStorage()


def stopped(target: uuid.UUID, reason: str, explanation: str) -> None:
    Export.objects.filter(pk=target).update(status=ExportStatus.FAILED, explanation=explanation)


@jobs.handler("export", steps=("packing",), stopped=stopped)
def make(job: jobs.RunningJob) -> jobs.Commit:
    job.step("packing")
    export = Export.objects.select_related("patient__account").get(pk=job.target)
    patient = export.patient
    with_files = permission(patient, RAW).permitted
    packed = Packed(patient, with_files=with_files)
    name = f"{patient.subject}/exports/{export.pk}.zip"
    STORAGE.delete(name)  # what a killed attempt left
    try:
        name = STORAGE.save(name, packed)
    except PersonErased:
        raise jobs.JobRefused("erased", _("This record was erased.")) from None

    def commit() -> jobs.Product:
        now = timezone.now()
        Export.objects.filter(pk=export.pk).update(
            status=ExportStatus.READY,
            file=name,
            size=packed.passed,
            with_files=with_files,
            ready_at=now,
            expires_at=now + KEPT_FOR,
        )
        log.record(None, "make.export", export)
        NoticeOwed.objects.create(patient=patient, kind="export_ready", about=export.pk)
        return export.pk

    return commit
