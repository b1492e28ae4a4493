"""The words of signed reports as HTML, made once per process.

A signed document never changes, so neither does its HTML; making it anew for every reader was most of the time a
result page took. A few are held in memory, never on disk, and every reader's permission is asked for first.
"""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from portal.reports.models import Report
from portal.sealing.keys import opening_cipher

MOST_HELD = 64

_held: OrderedDict[UUID, tuple[str, SafeString]] = OrderedDict()
_lock = Lock()


def is_held(report_id: UUID) -> bool:
    """Whether the words need not be fetched to show this report."""
    return report_id in _held


def body(report: Report) -> SafeString:
    """The report's words as HTML, in the report's language. Call it for signed reports only, after asking."""
    # What is held in memory goes with the person's key: this raises once that is destroyed.
    opening_cipher(report.patient.subject)
    with _lock:
        found = _held.get(report.pk)
        if found is not None and found[0] == report.content_hash:
            _held.move_to_end(report.pk)
            return found[1]
    with translation.override(report.language):
        made = render_to_string("reports/_document.html", {"document": report.document})
    with _lock:
        _held[report.pk] = (report.content_hash, made)
        while len(_held) > MOST_HELD:
            _held.popitem(last=False)
    return made
