"""The words of signed reports as HTML, made once per process.

A signed document never changes, so neither does its HTML; making it anew for every reader was most of the time a
result page took. A few are held in memory, never on disk, and every reader's permission is asked for first.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from portal.reports.models import Report
from portal.sealing.keys import opening_cipher

MOST_HELD = 64


class Body(NamedTuple):
    """The first page, and the details that follow it."""

    first: SafeString
    details: SafeString


_held: OrderedDict[UUID, tuple[str, Body]] = OrderedDict()
_lock = Lock()


def is_held(report_id: UUID) -> bool:
    """Whether the words need not be fetched to show this report."""
    return report_id in _held


def body(report: Report) -> Body:
    """The report's words as HTML, in the report's language. Call it for signed reports only, after asking."""
    # What is held in memory goes with the person's key: this raises once that is destroyed.
    opening_cipher(report.patient.subject)
    with _lock:
        found = _held.get(report.pk)
        if found is not None and found[0] == report.content_hash:
            _held.move_to_end(report.pk)
            return found[1]
    with translation.override(report.language):
        words = {"document": report.document}
        made = Body(*(render_to_string(f"reports/_{part}.html", words) for part in ("first_page", "details")))
    with _lock:
        _held[report.pk] = (report.content_hash, made)
        while len(_held) > MOST_HELD:
            _held.popitem(last=False)
    return made
