"""How far composing and printing a report are. Who may see a report is asked in `delivery`."""

from __future__ import annotations

from portal.reports.models import Report
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


def _progress(kind: str, target: Interpretation | Report) -> Progress:
    job = Job.objects.filter(kind=kind, target=target.pk).first()
    if job is None or job.status not in _MOVING:
        return Progress(moving=False)
    return Progress(True, job.step, job.step_number, job.step_count, steps_of(kind))
