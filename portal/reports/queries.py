"""How far composing and printing a report are, and what it replaces. Who may see a report is asked in `delivery`."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal.reports.models import Report, ReportStatus
from portal.results.jobs import steps_of
from portal.results.models import Interpretation, Job, JobStatus
from portal.results.queries import Progress

_MOVING = (JobStatus.QUEUED, JobStatus.RUNNING)


def progress_of_words(interpretation: Interpretation) -> Progress:
    """How far putting this interpretation into words is."""
    return _progress("compose", interpretation)


def progress_of_paper(report: Report) -> Progress:
    """How far this report's PDF is."""
    return _progress("render", report)


def same_matter(report: Report) -> QuerySet[Report]:
    """Other reports on the same question: of the same order, or of the same file when it came without an order.

    The same interpretation in another language is no other answer, so it is not among them.
    """
    file = report.interpretation.result_file
    others = Report.objects.filter(patient=report.patient_id).exclude(pk=report.pk)
    others = others.exclude(Q(interpretation=report.interpretation_id) & ~Q(language=report.language))
    if file.order_id is None:
        return others.filter(interpretation__result_file=file)
    return others.filter(interpretation__result_file__order=file.order_id)


def would_replace(report: Report) -> Report | None:
    """The signed report that stops counting when this one is signed."""
    signed = same_matter(report).filter(status=ReportStatus.SIGNED).order_by("-signed_at")
    return signed.select_related("interpretation__result_file", "sign_off").defer("document").first()


def in_language(report: Report, language: str) -> Report | None:
    """The newest report on the same interpretation in that language, the given one among them."""
    found = Report.objects.filter(interpretation=report.interpretation_id, language=language)
    return found.order_by("-edition").defer("document").first()


def _progress(kind: str, target: Interpretation | Report) -> Progress:
    job = Job.objects.filter(kind=kind, target=target.pk).first()
    if job is None or job.status not in _MOVING:
        return Progress(moving=False)
    return Progress(True, job.step, job.step_number, job.step_count, steps_of(kind))
