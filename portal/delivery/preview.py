"""The draft as its patient would read it, each note in its place: what the clinician looks at before signing."""

from collections.abc import Iterable
from typing import Any

from portal.delivery.models import Annotation
from portal.reports.compose import signed
from portal.reports.document import Note, Signature
from portal.reports.facts import printed_date
from portal.reports.models import Report

_NOBODY = Signature(name="", role="", date="")


def preview(report: Report, notes: Iterable[Annotation]) -> dict[str, Any]:
    """The document as it would be signed, but still marked as a draft and checked by nobody."""
    placed = [
        Note(
            text=note.text,
            name=note.author.name,
            date=printed_date(note.updated_at.isoformat(), report.language),
            about=note.about,
        )
        for note in notes
    ]
    if not placed:
        return dict(report.document)
    unsigned = {part: report.document[part] for part in ("draft", "signature", "glance")}
    return signed(report.document, placed, _NOBODY) | unsigned
