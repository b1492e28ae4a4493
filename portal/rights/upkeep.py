"""What this room does by itself: let old copies go, finish removals, list what is due, keep the erased erased."""

from __future__ import annotations

import time

from consent.ledger.models import Decision, Reach
from consent.ledger.standing import standing
from portal.access.models import NoticeOwed
from portal.people.models import Patient
from portal.rights.erasing import erase_again, remove_left_over
from portal.rights.exporting import remove_expired
from portal.rights.leaving import begin
from portal.rights.models import Erasure, ErasureStatus
from portal.rights.retention import list_due

A_MINUTE, AN_HOUR = 60.0, 3600.0
_last: dict[str, float] = {}


def look_after() -> None:
    """Called every few seconds, does something once a minute. Any process may, at any time, twice."""
    if _is_time("round", A_MINUTE):
        round_of_rights()
    if _is_time("due", AN_HOUR):
        list_due()


def _is_time(what: str, seconds: float) -> bool:
    """Whether so many seconds have passed in this process; nothing here is needed sooner."""
    now = time.monotonic()
    if what in _last and now - _last[what] < seconds:
        return False
    _last[what] = now
    return True


def round_of_rights() -> None:
    erase_again()
    remove_left_over()
    remove_expired()


def consent_changed(patient: Patient, scope: str) -> None:
    """A yes was taken back with "erase what can be erased": the wish waits for the patient to look at what goes."""
    event = standing(patient.subject, scope).event
    if event is None or event.decision != Decision.WITHDRAW or event.reach != Reach.ERASE:
        return
    erasure = begin(patient, Erasure.Cause.WITHDRAWAL)
    if erasure.status == ErasureStatus.BEGUN:
        NoticeOwed.objects.get_or_create(patient=patient, kind="erasure_begun", about=erasure.pk)
