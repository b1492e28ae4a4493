"""A file and its progress in words, for the person who looks: each role is told what is theirs to know and to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.access.decide import decide
from portal.access.standing_in import StandIn
from portal.people.models import Role, User
from portal.results import explanations
from portal.results.models import FileOrigin, FileStatus, ResultFile
from portal.results.queries import has_older_facts, progress
from portal.results.senders import is_sender, may_choose_sample
from portal.results.stopped_files import STOPPED

STEP_NAMES: dict[str, str | Promise] = {
    "permission": gettext_lazy("Checking permission"),
    "reading": gettext_lazy("Reading the file"),
    "right_person": gettext_lazy("Checking whose file it is"),
    "interpreting": gettext_lazy("Working out what it means for medicines"),
    "saving": gettext_lazy("Saving the result"),
}

# The colours of answers about medicines are kept for those answers: here only what moves is marked.
_MOVING = (FileStatus.QUEUED, FileStatus.INTERPRETING)

# What comes from comparing with the clinic's own record is the clinic's to know.
_FROM_THE_RECORD = (explanations.SEX_MISMATCH, explanations.REPEAT_MISMATCH, explanations.SAME_GENOME)


def explanation_for(user: User, file: ResultFile) -> str:
    """Why a file has stopped, as far as this person may know and can do something about it."""
    if file.status != FileStatus.HELD or user.role in (Role.CLINICIAN, Role.COUNSELLOR):
        return explanations.in_words(file.reason, file.explanation)
    if user.role == Role.PATIENT and not (file.reason in explanations.SAMPLE_HOLDS and is_sender(user, file)):
        return _("Your care team checks something about this file first. You do not need to do anything.")
    if file.reason in _FROM_THE_RECORD:
        return _("The clinic checks whose file this is before it goes on. You will see here when it has.")
    return explanations.in_words(file.reason, file.explanation)


def reason_for(user: User, file: ResultFile) -> str:
    """The code of why a file has stopped; what the clinic's own record says is a plain `under_review` to others."""
    told = user.role in (Role.CLINICIAN, Role.COUNSELLOR)
    hidden = not told and file.status == FileStatus.HELD and file.reason in _FROM_THE_RECORD
    return "under_review" if hidden else file.reason


def _closed_for(user: User, file: ResultFile) -> bool:
    """Whether the care team has put a stopped file aside; nobody else is told."""
    return file.closed_at is not None and user.role in (Role.CLINICIAN, Role.COUNSELLOR)


def _tag(user: User, file: ResultFile) -> str:
    return _("Closed") if _closed_for(user, file) else str(FileStatus(file.status).label)


def address(name: str, file: ResultFile, stand_in: StandIn | None = None) -> str:
    """An address of one file. For whom somebody reads is said in it."""
    if stand_in is None:
        return reverse(f"results:{name}", args=[file.pk])
    return reverse(f"results:for:{name}", args=[stand_in.patient.pk, file.pk])


def next_for(user: User, file: ResultFile, stand_in: StandIn | None = None) -> str:
    """What happens next, in a few words."""
    if _closed_for(user, file):
        return _("Nothing to do")
    if file.waits_for_identifiers and user.role == Role.LABORATORY:
        return _("Check what you sent with it")
    match FileStatus(file.status):
        case FileStatus.RECEIVED | FileStatus.QUEUED | FileStatus.INTERPRETING:
            return _("We read the file")
        case FileStatus.HELD if file.reason in explanations.SAMPLE_HOLDS and may_choose_sample(user, file):
            return _("Choose the sample")
        case FileStatus.HELD:
            return _("Review") if user.role in (Role.CLINICIAN, Role.COUNSELLOR) else _("The clinic checks it")
        case FileStatus.WAITING_FOR_CONSENT:
            return _("Give your answer") if user.role == Role.PATIENT and not stand_in else _("The patient answers")
        case FileStatus.REFUSED:
            return _("Send another file")
        case FileStatus.FAILED:
            return _("Start again") if user.role in (Role.CLINICIAN, Role.COUNSELLOR) else _("The clinic checks it")
        case FileStatus.INTERPRETED:
            return _("Nothing to do")


@dataclass(frozen=True)
class ProgressView:
    """The values of components/progress_steps.html."""

    title: str
    done: int = 0
    total: int = 0
    steps: list[dict[str, Any]] = field(default_factory=list)
    poll_url: str = ""
    next_url: str = ""
    next_label: str = ""


def present_progress(file: ResultFile, stand_in: StandIn | None = None) -> ProgressView:
    """How far reading is, in real steps; without an address to ask again when it is over."""
    now = progress(file)
    if not now.moving:
        return ProgressView(
            title=str(FileStatus(file.status).label),
            next_url=address("file", file, stand_in),
            next_label=_("Show where it stands"),
        )
    steps = [
        {
            "label": str(STEP_NAMES[code]),
            "state": "done" if number < now.number else "current" if number == now.number else "todo",
        }
        for number, code in enumerate(now.steps, start=1)
    ]
    return ProgressView(
        title=f"{STEP_NAMES[now.step]}…" if now.step else _("Waiting to be read…"),
        done=now.number,
        total=now.count,
        steps=steps,
        poll_url=address("file_progress", file, stand_in),
    )


@dataclass(frozen=True)
class FileRow:
    """One line of a list of files."""

    what: str
    url: str
    who: str
    who_detail: str
    received: Any
    tag: str
    tag_kind: str
    next: str


def present_row(user: User, file: ResultFile, stand_in: StandIn | None = None) -> FileRow:
    """A laboratory knows an order by its number, the clinic knows a person by name."""
    accession = file.order.accession if file.order else ""
    if user.role == Role.LABORATORY:
        who, detail = accession, file.original_name
    elif user.role == Role.PATIENT:
        who, detail = _sender(file), file.original_name
    else:
        who, detail = file.patient.full_name, accession
    return FileRow(
        what=_("Medicine genes"),
        url=address("file", file, stand_in),
        who=who,
        who_detail=detail,
        received=file.created_at,
        tag=_tag(user, file),
        tag_kind="action" if file.status in _MOVING else "",
        next=next_for(user, file, stand_in),
    )


def _sender(file: ResultFile) -> str:
    if file.origin == FileOrigin.LABORATORY and file.order:
        return file.order.laboratory.name
    return str(FileOrigin(file.origin).label) if file.origin == FileOrigin.PATIENT else file.uploaded_by.name


@dataclass(frozen=True)
class FileView:
    """Everything the page of one file says."""

    title: str
    tag: str
    tag_kind: str
    explanation: str
    explanation_kind: str
    not_a_medical_test: str
    facts: list[tuple[str, Any]]
    progress: ProgressView | None
    may_review: bool
    may_choose_sample: bool
    may_try_again: bool
    may_read_again: bool
    may_correct: bool
    may_close: bool
    may_open_again: bool
    asks_consent: bool
    next: str


def present_file(user: User, file: ResultFile, stand_in: StandIn | None = None) -> FileView:
    """One file, for one person. Who reads for the patient sees where it stands and is asked for nothing."""
    held = file.status == FileStatus.HELD
    for_sample = file.reason in explanations.SAMPLE_HOLDS
    reviewer = decide(user, "review.result_file", file).permitted
    moving = progress(file).moving
    own = user.role == Role.PATIENT and stand_in is None
    return FileView(
        title=_("Medicine genes: your file") if own else _("Medicine genes: a file"),
        tag=_tag(user, file),
        tag_kind="action" if file.status in _MOVING else "",
        explanation=explanation_for(user, file),
        explanation_kind="error" if file.status in (FileStatus.REFUSED, FileStatus.FAILED) else "warning",
        not_a_medical_test=str(explanations.NOT_A_MEDICAL_TEST) if file.origin == FileOrigin.PATIENT else "",
        facts=_facts(user, file),
        progress=present_progress(file, stand_in) if moving else None,
        may_review=held and not for_sample and reviewer,
        may_choose_sample=held
        and for_sample
        and may_choose_sample(user, file)
        and decide(user, "upload.result_file", file).permitted,
        may_try_again=file.status == FileStatus.FAILED and reviewer,
        may_read_again=reviewer and has_older_facts(file),
        may_correct=file.waits_for_identifiers
        and user.role == Role.LABORATORY
        and decide(user, "upload.result_file", file).permitted,
        may_close=file.status in STOPPED and reviewer and file.closed_at is None,
        may_open_again=reviewer and file.closed_at is not None,
        asks_consent=file.status == FileStatus.WAITING_FOR_CONSENT and own,
        next=next_for(user, file, stand_in),
    )


def _facts(user: User, file: ResultFile) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = []
    if user.role in (Role.CLINICIAN, Role.COUNSELLOR):
        facts.append((_("Patient"), file.patient.full_name))
        facts.append((_("Born"), file.patient.birth_date))
    if file.order:
        facts.append((_("Order number"), file.order.accession))
    facts += [
        (_("Sent by"), _sender(file)),
        (_("Received"), file.created_at),
        (_("File name"), file.original_name),
    ]
    if user.role != Role.PATIENT:
        facts += [
            (_("Kind"), " · ".join(part for part in (file.kind, file.compression, file.assembly) if part)),
            (_("Sample"), file.sample or _("not chosen")),
            (_("Size in bytes"), file.size),
            (_("Checksum (SHA-256)"), file.sha256),
        ]
    if file.reviewed_at and user.role in (Role.CLINICIAN, Role.COUNSELLOR):
        facts.append((_("Looked at by"), file.reviewed_by))
        facts.append((_("Note"), file.review_note or _("none")))
    if _closed_for(user, file):
        facts.append((_("Closed by"), file.closed_by))
        facts.append((_("Closed"), file.closed_at))
        facts.append((_("Why"), file.closing_note))
    return facts
