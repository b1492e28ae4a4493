"""What first screens tell: a patient's, a helper's, a laboratory's, an operator's, the privacy officer's.

Every row belongs to another room; this one gathers, scoped to the asker. The care team's list is `portal.home.work`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from consent.desk.queries import Permission, open_task, permission
from consent.ledger.fold import State
from portal.access.decide import decide
from portal.access.matrix import PGX
from portal.access.models import BreakGlass
from portal.access.queries import breaks_to_review, questions_to_answer
from portal.access.standing_in import StandIn
from portal.contact.queries import unread_threads
from portal.decisions.following.queries import has_choices, waits_for_answer
from portal.decisions.queries import open_decisions
from portal.delivery.queries import (
    Waiting,
    preferences,
    reports_for_patient,
    waiting,
)
from portal.home.work.rows import overdue_since
from portal.people.models import Patient, Role, User
from portal.people.queries import patient_of_account
from portal.reports.models import Report, ReportStatus
from portal.results.models import FileStatus, Job, JobStatus, ResultFile
from portal.results.queries import files_for

ON_THE_ROAD = (FileStatus.RECEIVED, FileStatus.QUEUED, FileStatus.INTERPRETING)
TIMELINE_LENGTH = 20


class Task(StrEnum):
    """The one thing a patient's home asks for or tells first."""

    REPORT_WITHDRAWN = "report_withdrawn"
    READ_REPORT = "read_report"
    ANSWER_CONSENT = "answer_consent"
    TALK_FIRST = "talk_first"
    WATCH_FILE = "watch_file"
    REPORT_WAITS = "report_waits"
    WAIT_FOR_REVIEW = "wait_for_review"
    FILE_STOPPED = "file_stopped"
    SAID_NO = "said_no"
    READ_AGAIN = "read_again"
    NOTHING_YET = "nothing_yet"


@dataclass(frozen=True)
class Moment:
    """One entry of a patient's timeline."""

    kind: str
    at: datetime
    report: Report | None = None
    file: ResultFile | None = None


@dataclass(frozen=True)
class PatientHome:
    patient: Patient
    task: Task
    report: Report | None
    file: ResultFile | None
    moments: tuple[Moment, ...]
    waiting: tuple[Waiting, ...] = ()
    new_messages: int = 0
    to_decide: int = 0
    asks_if_right: UUID | None = None
    """The question whether a choice is still right that waits for an answer."""
    has_plan: bool = False
    """Something was decided together, and can be followed."""
    asks_when: bool = False
    """Nobody has asked yet how the patient wants results, and one may come."""
    caller: User | None = None
    """Who calls to talk a consent text through, while that is what is next."""

    @property
    def report_beside(self) -> Report | None:
        """The newest report, while something else comes first; closed reports are not offered."""
        told_already = {
            Task.REPORT_WITHDRAWN,
            Task.READ_REPORT,
            Task.READ_AGAIN,
            Task.SAID_NO,
            Task.ANSWER_CONSENT,
            Task.TALK_FIRST,
        }
        return None if self.task in told_already else self.report


def patient_home(user: User) -> PatientHome | None:
    """What is new for a patient and what to do next; None when no patient signs in with this account."""
    patient = patient_of_account(user)
    if patient is None:
        return None
    reports = list(reports_for_patient(user)[:TIMELINE_LENGTH])
    files = list(files_for(user).order_by("-created_at")[:TIMELINE_LENGTH])
    allowed = permission(patient, PGX)
    current = [report for report in reports if report.status == ReportStatus.SIGNED]
    unread = [report for report in current if report.release.first_read_at is None]
    withdrawn = [row for row in reports if row.status == ReportStatus.WITHDRAWN and row.replaced_by_id is None]
    # A refused or closed file is over; the newest of the others is what the patient waits for.
    file = next((file for file in files if file.status != FileStatus.REFUSED and file.closed_at is None), None)
    waits = tuple(waiting(user))
    task = _task(allowed, unread, current, withdrawn, reports, file, waits)
    report = next(iter(unread or current), None) if task is not Task.REPORT_WITHDRAWN else withdrawn[0]
    caller = None
    if task is Task.TALK_FIRST:
        talk = open_task(patient, PGX)
        caller = talk.counsellor if talk else None
    asks_when = allowed.permitted and not reports and not preferences(patient)
    asked = waits_for_answer(user)
    return PatientHome(
        patient,
        task,
        report,
        file,
        _moments(reports, files),
        waiting=waits,
        new_messages=unread_threads(user),
        to_decide=len(open_decisions(user)) if allowed.permitted else 0,
        asks_when=asks_when,
        asks_if_right=asked.pk if asked else None,
        has_plan=has_choices(user),
        caller=caller,
    )


def _task(
    allowed: Permission,
    unread: list[Report],
    current: list[Report],
    withdrawn: list[Report],
    reports: list[Report],
    file: ResultFile | None,
    waits: tuple[Waiting, ...],
) -> Task:
    """The one thing to show first. Without a yes nothing else is shown: reports are closed and files unread."""
    if not allowed.permitted:
        if allowed.state is State.NEEDS_COUNSELLOR:
            return Task.TALK_FIRST
        return Task.SAID_NO if allowed.state in (State.DENIED, State.WITHDRAWN) else Task.ANSWER_CONSENT
    # That something no longer counts comes before anything new, until it was opened.
    withdrawn.sort(key=lambda row: row.withdrawal.first_read_at is not None)
    if withdrawn and withdrawn[0].withdrawal.first_read_at is None:
        return Task.REPORT_WITHDRAWN
    if unread:
        return Task.READ_REPORT
    if waits:
        return Task.REPORT_WAITS
    if file is not None and file.status in ON_THE_ROAD:
        return Task.WATCH_FILE
    if file is not None and file.status in (FileStatus.FAILED, FileStatus.HELD):
        return Task.FILE_STOPPED
    if file is not None and file.status == FileStatus.INTERPRETED and not _has_report(file, reports):
        return Task.WAIT_FOR_REVIEW
    if current:
        return Task.READ_AGAIN
    return Task.REPORT_WITHDRAWN if withdrawn else Task.NOTHING_YET


def _has_report(file: ResultFile, reports: list[Report]) -> bool:
    """Whether a report that came out of this file has been released."""
    return any(report.interpretation.result_file_id == file.pk for report in reports)


def _moments(reports: list[Report], files: list[ResultFile]) -> tuple[Moment, ...]:
    moments = [Moment("report", at, report=report) for report in reports if (at := report.release.at)]
    moments += [Moment("file", file.created_at, file=file) for file in files]
    return tuple(sorted(moments, key=lambda moment: moment.at, reverse=True)[:TIMELINE_LENGTH])


@dataclass(frozen=True)
class HelpedHome:
    """What somebody finds who reads for a patient: the newest first, and only the parts that are open to them."""

    stand_in: StandIn
    reports: tuple[Report, ...]
    files: tuple[ResultFile, ...]


def helped_home(user: User, stand_in: StandIn) -> HelpedHome:
    """The record of the person one reads for. Reports stay out of it while that person's yes does not hold."""
    behalf = stand_in.patient
    reports = [
        report
        for report in reports_for_patient(user, stand_in)[:TIMELINE_LENGTH]
        if decide(user, "read.report", report, on_behalf_of=behalf)
    ]
    files = files_for(user, stand_in).order_by("-created_at")[:TIMELINE_LENGTH]
    return HelpedHome(stand_in, tuple(reports), tuple(files))


def sent_files(user: User) -> list[ResultFile]:
    """The newest files a laboratory sent."""
    return list(files_for(user).select_related("order").defer("fingerprint").order_by("-created_at")[:10])


def stopped_jobs(user: User) -> list[Job]:
    """Work that stopped for good, for operators: kind, reason and time, nothing about anybody's health."""
    if user.role != Role.OPERATOR:
        return []
    jobs = Job.objects.filter(status=JobStatus.FAILED).order_by("-updated_at")[:20]
    return [job for job in jobs if decide(user, "read.job", job)]


def overdue_counts(user: User | AnonymousUser) -> dict[str, int]:
    """For operators: how much of each kind of work is overdue in the whole clinic. Numbers only, nobody's name."""
    if not decide(user, "read.job"):
        return {}
    review, reading = overdue_since("review"), overdue_since("reading")
    stopped = ResultFile.objects.filter(status__in=[FileStatus.HELD, FileStatus.FAILED], closed_at=None)
    drafts = Report.objects.filter(status=ReportStatus.DRAFT).exclude(content_hash="")
    unread = Report.objects.filter(status=ReportStatus.SIGNED, release__first_read_at=None)
    return {
        "drafts_to_sign": drafts.filter(created_at__lt=review).count(),
        "files_to_review": stopped.filter(created_at__lt=review).count(),
        "reports_not_read": unread.filter(release__at__lt=reading).count(),
        "emergencies_to_review": BreakGlass.objects.filter(
            reviewed_at=None, review_due_at__lt=timezone.now()
        ).count(),
    }


@dataclass(frozen=True)
class ToLookInto:
    """What waits for the privacy officer: how many, the first one's deadline, and whether that is past."""

    emergencies: int
    first_due: datetime | None
    questions: int

    @property
    def overdue(self) -> bool:
        return self.first_due is not None and self.first_due < timezone.now()


def to_look_into(user: User) -> ToLookInto:
    """For the privacy officer's first screen; whose records they are is on the page behind it, and noted there."""
    due = list(breaks_to_review(user).order_by("review_due_at").values_list("review_due_at", flat=True))
    return ToLookInto(len(due), due[0] if due else None, questions_to_answer(user).count())
