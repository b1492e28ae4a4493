"""The road of a file: received → (one sample? consent?) → queued → read and interpreted.

Whatever stops it is a status with a reason; `send_on` alone decides what comes next. Acts of people are in `actions`
(ordering, receiving) and `stopped_files` (what is done about one that stands still).
"""

from __future__ import annotations

import uuid

from django.db import transaction

from consent.desk.queries import permission
from portal.access import log
from portal.people.models import Patient
from portal.results import explanations, jobs
from portal.results.explanations import source
from portal.results.models import FileStatus, ResultFile

SCOPE = "pgx"


def refuse(file: ResultFile, reason: str, explanation: str) -> None:
    """Say on the row that a file is not used. Whoever calls it saves."""
    file.status, file.reason, file.explanation = FileStatus.REFUSED, reason, explanation


def hold(file: ResultFile, reason: str) -> None:
    """Stop a file until a person has looked."""
    file.status, file.reason, file.explanation = FileStatus.HELD, reason, source(reason)
    file.save()


def wait_for_consent(file: ResultFile) -> None:
    """Keep a file unread until the person says yes."""
    file.status, file.reason, file.explanation = FileStatus.WAITING_FOR_CONSENT, "no_consent", source("no_consent")
    file.save()


def stop_without_consent(file: ResultFile) -> None:
    """The system stops reading a file because there is no yes any more, and says so in the log. In a transaction."""
    wait_for_consent(file)
    log.record(None, "review.result_file", file, reason="held:no_consent")


def send_on(file: ResultFile) -> None:
    """Move a file to where it belongs now. Call inside a transaction."""
    if not file.sample and len(file.samples) > 1:
        hold(file, explanations.CHOOSE_SAMPLE)
    elif file.sample and file.sample not in file.samples:
        hold(file, explanations.SAMPLE_MISSING)
    elif not permission(file.patient, SCOPE).permitted:
        wait_for_consent(file)
    else:
        if not file.sample:
            (file.sample,) = file.samples
        file.status, file.reason, file.explanation = FileStatus.QUEUED, "", ""
        file.save()
        jobs.enqueue("interpret", file.pk, again=True)


def locked(file_id: uuid.UUID) -> ResultFile:
    return ResultFile.objects.select_for_update(of=("self",)).select_related("patient").get(pk=file_id)


def consent_changed(patient: Patient, scope: str) -> None:
    """The person said yes or no: files that waited go on, files that had not been read yet stop."""
    if scope != SCOPE:
        return
    with transaction.atomic():
        permitted = permission(patient, SCOPE).permitted
        moving = [FileStatus.WAITING_FOR_CONSENT] if permitted else [FileStatus.QUEUED, FileStatus.INTERPRETING]
        for file in ResultFile.objects.select_for_update().filter(patient=patient, status__in=moving):
            if permitted:
                send_on(file)
                log.record(None, "review.result_file", file, reason="goes_on")
            else:
                stop_without_consent(file)
