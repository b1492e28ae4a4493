"""Options of a draft that a clinician leaves out or adds. The patient reads who did it and why."""

from __future__ import annotations

from django.db import transaction

from portal.access import log
from portal.access.plain_text import one_line, plain_text
from portal.delivery.actions import NOTE_LIMIT, draft_of, medicines, permitted
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import grave_medicines
from portal.delivery.models import OptionChange
from portal.people.models import User
from portal.reports.models import Report


def leave_out(actor: User, report: Report, about: str, reason: str, words: str = "") -> OptionChange:
    """Leave the advice on one medicine out of a draft. `reason` is a code; `other` needs words.

    The medicine keeps its place, with the reason where the advice was. A grave warning is never left out.
    """
    permission = permitted(actor, "annotate.report", report)
    words = _words(words)
    if about not in medicines(report):
        raise DeliveryRefused(Refusal.UNKNOWN_MEDICINE)
    if about in grave_medicines(report):
        raise DeliveryRefused(Refusal.HIGH_IMPACT)
    if reason not in OptionChange.Reason.values or (reason == OptionChange.Reason.OTHER and not words):
        raise DeliveryRefused(Refusal.NO_REASON)
    with transaction.atomic():
        draft_of(report.pk)
        change = _change(report, OptionChange.Act.LEFT_OUT, about)
        change.reason, change.words, change.author = reason, words, actor
        change.save()
        log.record(actor, "annotate.report", report, reason="left_out", consent_events=permission.consent_events)
    return change


def add_option(actor: User, report: Report, name: str, words: str) -> OptionChange:
    """Add an option of one's own to a draft, in one's own words. Done again for the same name, the words change."""
    permission = permitted(actor, "annotate.report", report)
    name, words = one_line(name)[:120], _words(words)
    if not name or not words:
        raise DeliveryRefused(Refusal.EMPTY_NOTE)
    if name.lower() in {medicine.lower() for medicine in medicines(report)}:
        raise DeliveryRefused(Refusal.TWICE)
    with transaction.atomic():
        draft_of(report.pk)
        change = _change(report, OptionChange.Act.ADDED, name)
        change.words, change.author = words, actor
        change.save()
        log.record(actor, "annotate.report", report, reason="added", consent_events=permission.consent_events)
    return change


def put_back(actor: User, report: Report, act: str, about: str) -> None:
    """Undo what was left out or added. Nothing happens when it is undone already."""
    permission = permitted(actor, "annotate.report", report)
    with transaction.atomic():
        draft_of(report.pk)
        change = _change(report, act, about)
        if not change._state.adding:
            change.delete()
            log.record(actor, "annotate.report", report, reason="put_back", consent_events=permission.consent_events)


def _change(report: Report, act: str, about: str) -> OptionChange:
    """The change that stands at this place, or a new one."""
    for change in report.option_changes.filter(act=act):
        change.report = report
        if change.about == about:
            return change
    return OptionChange(report=report, act=act, about=about)


def _words(text: str) -> str:
    text = plain_text(text)
    if len(text) > NOTE_LIMIT:
        raise DeliveryRefused(Refusal.LONG_NOTE)
    return text
