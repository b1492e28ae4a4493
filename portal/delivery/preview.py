"""The draft as its patient would read it, each note in its place: what the clinician looks at before signing."""

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from portal.delivery.models import Annotation, OptionChange
from portal.delivery.putting_in import additions
from portal.reports.compose import signed
from portal.reports.document import Signature
from portal.reports.facts import written_notes
from portal.reports.models import Report

_NOBODY = Signature(name="", role="", date="")


def preview(report: Report, notes: Iterable[Annotation], changes: Iterable[OptionChange] = ()) -> dict[str, Any]:
    """The document as it would be signed, but still marked as a draft and checked by nobody."""
    listed = additions(report.language, notes, changes)
    if not any(listed.values()):
        return dict(report.document)
    placed, left_out, added = (written_notes(listed[p], report.language) for p in ("notes", "left_out", "added"))
    unsigned = {part: report.document[part] for part in ("draft", "signature")}
    facts = report.document["glance"]["facts"]
    final = signed(report.document, placed, _NOBODY, left_out=left_out, added=added) | unsigned
    return final | {"glance": final["glance"] | {"facts": facts}}


def marked_withdrawn(report: Report) -> dict[str, Any]:
    """The document of a report that was taken back, saying so at its top and on every sheet."""
    with translation.override(report.language):
        mark = _("Taken back: do not use")
        says = _("We took this report back. Do not act on what it says. Ask your care team.")
    document: dict[str, Any] = report.document
    return document | {"draft": says, "labels": document["labels"] | {"draft_mark": mark}}
