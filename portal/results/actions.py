"""What people do about orders and files: ask for a test, send a file, look at what is on hold, start again.

The road of a file: received → (right person? one sample? consent?) → queued → read and interpreted. Whatever stops it
is a status with a reason; `_send_on` alone decides what comes next.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.desk.queries import permission
from genomics.model import Assembly
from genomics.readers.errors import ReadError
from genomics.readers.recognition import FileKind, Recognition, recognise
from portal.access import log
from portal.access.decide import decide, require
from portal.access.models import NoticeOwed
from portal.people.models import Laboratory, Patient, Role, User
from portal.results import explanations, jobs
from portal.results.explanations import NotAccepted, source
from portal.results.models import FileOrigin, FileStatus, ResultFile, TestOrder
from portal.results.patience import passes_by_itself, patiently
from portal.results.plain_text import one_line, plain_text
from portal.results.senders import ORIGINS, is_sender, may_choose_sample, refuse_unless
from portal.results.storing import StoredUpload, store

SCOPE = "pgx"
STOPPED = (FileStatus.REFUSED, FileStatus.FAILED)
MOST_CORRECTIONS = 3


@dataclass(frozen=True)
class Identifiers:
    """Who the file is about, as the sender's own paper says: the birth date and a name or a record number."""

    birth_date: date | None = None
    family_name: str = ""
    record_number: str = ""

    @property
    def complete(self) -> bool:
        return self.birth_date is not None and bool(self.family_name.strip() or self.record_number.strip())

    def match(self, patient: Patient) -> bool:
        """All that was given agrees, and enough was given."""
        return (
            self.complete
            and self.birth_date == patient.birth_date
            and _same(self.family_name, patient.family_name)
            and _same(self.record_number, patient.record_number)
        )

    def as_stated(self) -> dict[str, str]:
        return {
            "birth_date": self.birth_date.isoformat() if self.birth_date else "",
            "family_name": self.family_name.strip(),
            "record_number": self.record_number.strip(),
        }


def _same(stated: str, known: str) -> bool:
    """Equal but for case and spacing; nothing stated says nothing."""
    return not stated.strip() or "".join(stated.split()).casefold() == "".join(known.split()).casefold()


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
        _refuse(file, str(error.code), error.sentence)
        return
    file.kind = str(seen.kind)
    file.compression = str(seen.compression)
    file.assembly = str(seen.assembly or "")
    file.samples = list(seen.samples)
    reason = _not_readable(seen)
    if reason:
        _refuse(file, reason, source(reason))


def _not_readable(seen: Recognition) -> str:
    if seen.kind is not FileKind.VCF:
        return str(seen.kind)
    if not seen.samples:
        return "no_samples"
    return "other_assembly" if seen.assembly is Assembly.GRCH37 else ""


def _refuse(file: ResultFile, reason: str, explanation: str) -> None:
    file.status, file.reason, file.explanation = FileStatus.REFUSED, reason, explanation


def _add(actor: User, file: ResultFile, *, right_person: bool) -> ResultFile | None:
    """Add the row and send it on, in one transaction; None when the same bytes arrived at the same moment."""

    def add() -> ResultFile:
        with transaction.atomic():
            file.save(force_insert=True)
            log.record(actor, "upload.result_file", file)
            if file.status != FileStatus.REFUSED:
                if right_person:
                    _send_on(file)
                else:
                    hold(file, explanations.IDENTIFIER_MISMATCH)
            return file

    try:
        return patiently(add)
    except IntegrityError:
        if ResultFile.objects.filter(patient=file.patient, sha256_lookup=file.sha256).exists():
            return None
        raise


# --- the road ----------------------------------------------------------------------------------------------------


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


def _send_on(file: ResultFile) -> None:
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


def _locked(file_id: uuid.UUID) -> ResultFile:
    return ResultFile.objects.select_for_update(of=("self",)).select_related("patient").get(pk=file_id)


def choose_sample(actor: User, file: ResultFile, sample: str) -> ResultFile:
    """Whoever sent the file, or the care team, says which sample is this person."""
    require(actor, "upload.result_file", file)
    refuse_unless(may_choose_sample(actor, file), actor, file)
    with transaction.atomic():
        file = _locked(file.pk)
        if file.status != FileStatus.HELD or file.reason not in explanations.SAMPLE_HOLDS:
            raise NotAccepted("not_accepted_on_hold")
        if sample not in file.samples:
            raise NotAccepted("not_a_sample")
        file.sample = sample
        log.record(actor, "upload.result_file", file, reason="sample_chosen")
        _send_on(file)
    return file


def correct_identifiers(actor: User, file: ResultFile, identifiers: Identifiers) -> ResultFile:
    """The sender mistyped something about the person: with the right identifiers the file that is here goes on.

    After a few wrong ones only the clinic can say whose file it is, so that nobody finds out a birth date by trying.
    """
    require(actor, "upload.result_file", file)
    refuse_unless(is_sender(actor, file), actor, file)
    if not identifiers.complete:
        raise NotAccepted("identifiers_missing")
    with transaction.atomic():
        file = _locked(file.pk)
        if not file.waits_for_identifiers:
            raise NotAccepted("not_accepted_on_hold")
        tried = file.stated.get("tried", 0) + 1
        if tried > MOST_CORRECTIONS:
            raise NotAccepted("too_many_corrections")
        right = identifiers.match(file.patient)
        file.stated = {**identifiers.as_stated(), "tried": tried}
        log.record(actor, "upload.result_file", file, reason="identifiers_" + ("corrected" if right else "differ"))
        if right:
            _send_on(file)
        else:
            file.save(update_fields=["stated"])
    return file


def review_hold(actor: User, file: ResultFile, *, accept: bool, note: str = "") -> ResultFile:
    """A clinician or counsellor has looked at a held file: it may go on, or it is refused."""
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = _locked(file.pk)
        if file.status != FileStatus.HELD or (accept and file.reason in explanations.SAMPLE_HOLDS):
            raise NotAccepted("not_accepted_on_hold")
        file.reviewed_by, file.reviewed_at, file.review_note = actor, timezone.now(), plain_text(note)
        log.record(actor, "review.result_file", file, reason=f"{'accepted' if accept else 'refused'}:{file.reason}")
        if accept:
            file.accepted_holds = [*file.accepted_holds, file.reason]
            _send_on(file)
        else:
            _refuse(file, "refused_on_review", source("refused_on_review"))
            file.save()
    return file


def try_again(actor: User, file: ResultFile) -> ResultFile:
    """Start a file that stopped for a technical reason once more."""
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = _locked(file.pk)
        if file.status != FileStatus.FAILED:
            raise NotAccepted("not_stopped")
        log.record(actor, "review.result_file", file, reason="tried_again")
        file.closed_by, file.closed_at, file.closing_note = None, None, ""
        _send_on(file)
    return file


def close_file(actor: User, file: ResultFile, note: str) -> ResultFile:
    """Nobody need look at this stopped file any more, for a reason. It is kept, and can be opened again."""
    require(actor, "review.result_file", file)
    note = plain_text(note)
    with transaction.atomic():
        file = _locked(file.pk)
        if file.status not in STOPPED or not note:
            raise NotAccepted("not_stopped" if note else "closing_note_missing")
        if file.closed_at is None:
            file.closed_by, file.closed_at, file.closing_note = actor, timezone.now(), note
            file.save(update_fields=["closed_by", "closed_at", "closing_note"])
            log.record(actor, "review.result_file", file, reason="closed")
    return file


def open_file_again(actor: User, file: ResultFile) -> ResultFile:
    """A closed file comes back to the queue. Who had closed it, and when, stays in the log."""
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = _locked(file.pk)
        if file.closed_at is not None:
            file.closed_by, file.closed_at, file.closing_note = None, None, ""
            file.save(update_fields=["closed_by", "closed_at", "closing_note"])
            log.record(actor, "review.result_file", file, reason="opened_again")
    return file


def consent_changed(patient: Patient, scope: str) -> None:
    """The person said yes or no: files that waited go on, files that had not been read yet stop."""
    if scope != SCOPE:
        return
    with transaction.atomic():
        permitted = permission(patient, SCOPE).permitted
        moving = [FileStatus.WAITING_FOR_CONSENT] if permitted else [FileStatus.QUEUED, FileStatus.INTERPRETING]
        for file in ResultFile.objects.select_for_update().filter(patient=patient, status__in=moving):
            if permitted:
                _send_on(file)
                log.record(None, "review.result_file", file, reason="goes_on")
            else:
                stop_without_consent(file)


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
