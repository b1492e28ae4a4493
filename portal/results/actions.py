"""What people do about orders and files: ask for a test, send a file, keep it private, take it home.

Where a file goes next is decided in `road`; what is done about one that stands still is in `stopped_files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File
from django.db import IntegrityError, transaction

from genomics.readers.errors import ReadError
from genomics.readers.recognition import FileKind, Recognition, recognise
from portal.access import log
from portal.access.decide import decide, require
from portal.access.models import NoticeOwed
from portal.access.plain_text import one_line
from portal.people.models import Laboratory, Patient, Role, User
from portal.results import explanations
from portal.results.explanations import NotAccepted, source
from portal.results.identifiers import Identifiers
from portal.results.models import FileOrigin, FileStatus, ResultFile, TestOrder
from portal.results.patience import passes_by_itself, patiently
from portal.results.road import hold, refuse, send_on
from portal.results.senders import ORIGINS, is_sender
from portal.results.stopped_files import correct_identifiers
from portal.results.storing import StoredUpload, store


@dataclass(frozen=True)
class Receipt:
    """What became of an upload. `duplicate`: the same bytes had come before, and `file` is that earlier row.

    `corrected`: it had been on hold for wrong identifiers, and goes on with the right ones that came with it now.
    """

    file: ResultFile
    duplicate: bool = False
    corrected: bool = False


# --- ordering ----------------------------------------------------------------------------------------------------


def place_order(
    actor: User, patient: Patient, laboratory: Laboratory, accession: str, *, domain: str = "pharmacogenomics"
) -> TestOrder:
    """A clinician asks a laboratory for a test. Raises `Denied`, or `NotAccepted` when the number is taken."""
    require(actor, "order.test_order", patient)

    def place() -> TestOrder:
        with transaction.atomic():
            order = TestOrder.objects.create(
                accession=accession.strip(), laboratory=laboratory, patient=patient, ordered_by=actor, domain=domain
            )
            log.record(actor, "order.test_order", order)
            return order

    try:
        return patiently(place)
    except IntegrityError:
        raise NotAccepted("accession_taken") from None


# --- receiving ---------------------------------------------------------------------------------------------------


def receive_file(
    actor: User,
    upload: File,
    *,
    order: TestOrder | None = None,
    patient: Patient | None = None,
    accession: str = "",
    identifiers: Identifiers | None = None,
    sample: str = "",
) -> Receipt:
    """Take in a genome file and send it on its road.

    Say whose it is by `order`, by `accession` (a laboratory) or by `patient`; laboratories and clinicians confirm the
    person with `identifiers`. Raises `Denied`, or `NotAccepted` (no row is made, nothing kept) for an unknown
    accession, missing identifiers, a file over the limit or a database that stays busy. A file that is not what it
    says is kept as REFUSED with a sentence; one that a person must look at as HELD; one without consent as
    WAITING_FOR_CONSENT.
    """
    if order is None and accession:
        order = TestOrder.objects.filter(accession_lookup=accession, laboratory=actor.laboratory_id).first()
        if order is None:
            raise NotAccepted("unknown_accession")
    about = order or patient
    require(actor, "upload.result_file", about)
    person = order.patient if order is not None else patient
    assert person is not None  # a permit always has an object
    if order is not None and patient is not None and patient.pk != order.patient_id:
        raise NotAccepted("unknown_accession")
    origin = ORIGINS[Role(actor.role)]
    identifiers = identifiers or Identifiers()
    if origin != FileOrigin.PATIENT and not identifiers.complete:
        raise NotAccepted("identifiers_missing")

    stored = store(upload, person)
    try:
        earlier = ResultFile.objects.filter(patient=person, sha256_lookup=stored.sha256).first()
        if earlier is None:
            file = ResultFile(
                patient=person,
                order=order,
                origin=origin,
                uploaded_by=actor,
                file=stored.name,
                original_name=one_line(Path(upload.name or "").name)[:255],
                sha256=stored.sha256,
                size=stored.size,
                stated=identifiers.as_stated() if origin != FileOrigin.PATIENT else {},
                sample=sample.strip(),
            )
            _recognise_into(file, stored)
            made = _add(actor, file, right_person=origin == FileOrigin.PATIENT or identifiers.match(person))
            if made is not None:
                return Receipt(made)
            earlier = ResultFile.objects.get(patient=person, sha256_lookup=stored.sha256)
    except BaseException as error:
        stored.discard()
        if passes_by_itself(error):
            raise NotAccepted("busy") from error
        raise
    stored.discard()
    log.record(actor, "upload.result_file", earlier, reason="duplicate")
    if not _may_be_corrected(actor, earlier, order, identifiers):
        return Receipt(earlier, duplicate=True)
    earlier = correct_identifiers(actor, earlier, identifiers)
    return Receipt(earlier, duplicate=True, corrected=not earlier.waits_for_identifiers)


def _may_be_corrected(actor: User, earlier: ResultFile, order: TestOrder | None, identifiers: Identifiers) -> bool:
    """Whether the same file was sent once more because something about the person had been mistyped."""
    return (
        earlier.waits_for_identifiers
        and is_sender(actor, earlier)
        and earlier.order_id == (order.pk if order else None)
        and any(earlier.stated.get(name) != value for name, value in identifiers.as_stated().items())
        and decide(actor, "upload.result_file", earlier).permitted
    )


def _recognise_into(file: ResultFile, stored: StoredUpload) -> None:
    """Say what the content is, from the content alone; refuse it with a sentence when it cannot be read."""
    try:
        with stored.plain() as path:
            seen = recognise(path)
    except ReadError as error:
        refuse(file, str(error.code), error.sentence)
        return
    file.kind = str(seen.kind)
    file.compression = str(seen.compression)
    file.assembly = str(seen.assembly or "")
    file.samples = list(seen.samples)
    reason = _not_readable(seen)
    if reason:
        refuse(file, reason, source(reason))


def _not_readable(seen: Recognition) -> str:
    if seen.kind not in (FileKind.VCF, FileKind.CONSUMER_ARRAY):
        return str(seen.kind)
    return "" if seen.samples else "no_samples"


def _add(actor: User, file: ResultFile, *, right_person: bool) -> ResultFile | None:
    """Add the row and send it on, in one transaction; None when the same bytes arrived at the same moment."""

    def add() -> ResultFile:
        with transaction.atomic():
            file.save(force_insert=True)
            log.record(actor, "upload.result_file", file)
            if file.status != FileStatus.REFUSED:
                if right_person:
                    send_on(file)
                else:
                    hold(file, explanations.IDENTIFIER_MISMATCH)
            return file

    try:
        return patiently(add)
    except IntegrityError:
        if ResultFile.objects.filter(patient=file.patient, sha256_lookup=file.sha256).exists():
            return None
        raise


def keep_private(actor: User, file: ResultFile, *, keep: bool) -> None:
    """The patient keeps a file from everybody who helps them, from the next request on, or shows it to them again.

    Helpers are not told. Done twice, it is done once.
    """
    require(actor, "hide.result_file", file)
    with transaction.atomic():
        if ResultFile.objects.filter(pk=file.pk, kept_private=not keep).update(kept_private=keep):
            log.record(actor, "hide.result_file", file, reason="kept" if keep else "shown")


def take_home(actor: User, file: ResultFile) -> None:
    """The patient takes the whole gene file home, with a yes of its own. They are told by mail each time, without a
    word on health. The caller has made sure that the actor has just shown again who they are.

    Raises `Denied`; its decision says `no_consent` to whoever may have it but for the yes.
    """
    decision = require(actor, "download.result_file", file)
    with transaction.atomic():
        log.record(
            actor,
            "download.result_file",
            file,
            consent_events=decision.consent_events,
            purpose=decision.purpose,
        )
        NoticeOwed.objects.create(patient=file.patient, kind="raw_download", about=file.pk)
