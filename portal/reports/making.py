"""The two long jobs of this room: `compose` puts an interpretation into words, `render` makes its PDF.

Each follows on its own from the job before it. Each may be run twice or killed at any line without harm.
"""

from __future__ import annotations

import uuid

from portal.people.models import Patient
from portal.reports import actions
from portal.reports.models import Report
from portal.results import jobs

COMPOSE = "compose"
RENDER = "render"


@jobs.handler(COMPOSE, steps=("permission", "words", "saving"))
def compose(job: jobs.RunningJob) -> jobs.Commit:
    """From an interpretation to a draft report, if the person still says yes."""
    job.step("permission")
    actions.require_consent(Patient.objects.get(interpretations=job.target))
    job.step("words")
    document = actions.composed(job.target)
    job.step("saving")
    return lambda: actions.keep_draft(job.target, document)


@jobs.handler(RENDER, steps=("paper", "saving"))
def render(job: jobs.RunningJob) -> jobs.Commit:
    """From a report's document to its PDF, if the person still says yes."""
    job.step("paper")
    report = Report.objects.select_related("patient").get(pk=job.target)
    actions.require_consent(report.patient)
    pdf = actions.rendered(report)
    job.step("saving")
    return lambda: actions.keep_pdf(job.target, report.content_hash, pdf)


@jobs.after("interpret")
def compose_next(interpretation_id: uuid.UUID) -> None:
    jobs.enqueue(COMPOSE, interpretation_id)


@jobs.after(COMPOSE)
def render_next(report_id: uuid.UUID) -> None:
    jobs.enqueue(RENDER, report_id, again=True)
