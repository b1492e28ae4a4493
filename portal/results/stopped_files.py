"""What people do about a file that stands still: choose its sample, put right whose it is, look at what is on hold,
start it again, read it afresh, close it.

Each act asks `require` first, holds the file's row, and leaves it to `road.send_on` where the file goes next.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.plain_text import plain_text
from portal.people.models import User
from portal.results import explanations
from portal.results.explanations import NotAccepted, source
from portal.results.identifiers import Identifiers
from portal.results.models import FileStatus, ResultFile
from portal.results.queries import has_older_facts
from portal.results.road import locked, refuse, send_on
from portal.results.senders import is_sender, may_choose_sample, refuse_unless

STOPPED = (FileStatus.REFUSED, FileStatus.FAILED)
MOST_CORRECTIONS = 3


def choose_sample(actor: User, file: ResultFile, sample: str) -> ResultFile:
    """Whoever sent the file, or the care team, says which sample is this person."""
    require(actor, "upload.result_file", file)
    refuse_unless(may_choose_sample(actor, file), actor, file)
    with transaction.atomic():
        file = locked(file.pk)
        if file.status != FileStatus.HELD or file.reason not in explanations.SAMPLE_HOLDS:
            raise NotAccepted("not_accepted_on_hold")
        if sample not in file.samples:
            raise NotAccepted("not_a_sample")
        file.sample = sample
        log.record(actor, "upload.result_file", file, reason="sample_chosen")
        send_on(file)
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
        file = locked(file.pk)
        if not file.waits_for_identifiers:
            raise NotAccepted("not_accepted_on_hold")
        tried = file.stated.get("tried", 0) + 1
        if tried > MOST_CORRECTIONS:
            raise NotAccepted("too_many_corrections")
        right = identifiers.match(file.patient)
        file.stated = {**identifiers.as_stated(), "tried": tried}
        log.record(actor, "upload.result_file", file, reason="identifiers_" + ("corrected" if right else "differ"))
        if right:
            send_on(file)
        else:
            file.save(update_fields=["stated"])
    return file


def review_hold(actor: User, file: ResultFile, *, accept: bool, note: str = "") -> ResultFile:
    """A clinician or counsellor has looked at a held file: it may go on, or it is refused."""
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = locked(file.pk)
        if file.status != FileStatus.HELD or (accept and file.reason in explanations.SAMPLE_HOLDS):
            raise NotAccepted("not_accepted_on_hold")
        file.reviewed_by, file.reviewed_at, file.review_note = actor, timezone.now(), plain_text(note)
        log.record(actor, "review.result_file", file, reason=f"{'accepted' if accept else 'refused'}:{file.reason}")
        if accept:
            file.accepted_holds = [*file.accepted_holds, file.reason]
            send_on(file)
        else:
            refuse(file, "refused_on_review", source("refused_on_review"))
            file.save()
    return file


def try_again(actor: User, file: ResultFile) -> ResultFile:
    """Start a file that stopped for a technical reason once more."""
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = locked(file.pk)
        if file.status != FileStatus.FAILED:
            raise NotAccepted("not_stopped")
        log.record(actor, "review.result_file", file, reason="tried_again")
        file.closed_by, file.closed_at, file.closing_note = None, None, ""
        send_on(file)
    return file


def read_again(actor: User, file: ResultFile) -> ResultFile:
    """Read a file afresh with the tables as they are now. What is signed counts until what comes of it is signed.

    Raises `NotAccepted` when the newest reading rests on these very tables, or the file is not at rest.
    """
    require(actor, "review.result_file", file)
    with transaction.atomic():
        file = locked(file.pk)
        if not has_older_facts(file):
            raise NotAccepted("not_older")
        log.record(actor, "review.result_file", file, reason="read_again")
        send_on(file)
    return file


def close_file(actor: User, file: ResultFile, note: str) -> ResultFile:
    """Nobody need look at this stopped file any more, for a reason. It is kept, and can be opened again."""
    require(actor, "review.result_file", file)
    note = plain_text(note)
    with transaction.atomic():
        file = locked(file.pk)
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
        file = locked(file.pk)
        if file.closed_at is not None:
            file.closed_by, file.closed_at, file.closing_note = None, None, ""
            file.save(update_fields=["closed_by", "closed_at", "closing_note"])
            log.record(actor, "review.result_file", file, reason="opened_again")
    return file
