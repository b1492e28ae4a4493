"""The PDF of a signed report as it is handed out: its bytes, and a file name that says whether it still counts."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from portal.delivery.preview import marked_withdrawn
from portal.reports.models import Report, ReportStatus
from portal.reports.render import render_pdf

_MARKS = {ReportStatus.REPLACED.value: "-replaced", ReportStatus.WITHDRAWN.value: "-withdrawn"}


def pdf_ready(report: Report) -> bool:
    """Whether it can be handed out now. One that was taken back is made anew, marked on every sheet."""
    made = bool(report.pdf) and report.pdf_hash == report.content_hash
    return made or report.status == ReportStatus.WITHDRAWN


def pdf_name(report: Report, kind: str = "") -> str:
    """Says nothing about health."""
    assert report.signed_at is not None
    return f"report-{report.signed_at:%Y-%m-%d}{_MARKS.get(report.status, '')}{kind}.pdf"


def large_pdf_of(report: Report) -> IO[bytes]:
    """The same words in large print. Made for whoever asks and kept nowhere: no second copy to look after."""
    withdrawn = report.status == ReportStatus.WITHDRAWN
    return BytesIO(render_pdf(marked_withdrawn(report) if withdrawn else report.document, large_print=True))


def pdf_of(report: Report) -> IO[bytes]:
    if report.status == ReportStatus.WITHDRAWN:
        return BytesIO(render_pdf(marked_withdrawn(report)))
    opened: IO[bytes] = report.pdf.open("rb")
    return opened
