"""What happens to a report after it was signed: a new draft is made from it, or it is taken back with a reason.

The old report stays, marked. Its patient and everybody who took a copy of it are told that it no longer counts.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.plain_text import plain_text
from portal.delivery.actions import NOTE_LIMIT, permitted
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.models import Annotation, NoteKind, OptionChange, Withdrawal
from portal.delivery.telling import tell
from portal.people.models import User
from portal.reports.actions import amended_draft, take_back
from portal.reports.models import Report, ReportStatus


def amend(actor: User, report: Report, reason: str) -> Report:
    """A new draft of a signed report, with its notes, what was left out of it or added, and the reason as a note of
    its own, to be signed again.

    The signed report counts until then. A draft that is open already is handed back as it is.
    """
    decision = permitted(actor, "amend.report", report)
    reason = _in_words(reason)
    with transaction.atomic():
        signed = _signed(report, ReportStatus.SIGNED, ReportStatus.WITHDRAWN)
        draft = amended_draft(signed.pk)
        if not draft.annotations.exists():
            for note in signed.annotations.exclude(kind=NoteKind.CHANGED).select_related("author"):
                note.report = signed
                carried = Annotation(report=draft, about=note.about, text=note.text, kind=note.kind)
                carried.author = note.author
                carried.save()
                # It was written then, not now.
                Annotation.objects.filter(pk=carried.pk).update(updated_at=note.updated_at)
            for change in signed.option_changes.select_related("author"):
                change.report = signed
                again = OptionChange(report=draft, act=change.act, about=change.about, reason=change.reason)
                again.words, again.author = change.words, change.author
                again.save()
            Annotation.objects.create(report=draft, text=reason, kind=NoteKind.CHANGED, author=actor)
            log.record(actor, "amend.report", signed, consent_events=decision.consent_events)
    return draft


def withdraw(actor: User, report: Report, reason: str, words: str = "") -> Withdrawal:
    """Take a signed report back. `reason` is a code; `words` are the clinician's own, for the patient.

    Whoever opens it is told why and whom to ask. Done twice, the first reason stands.
    """
    decision = require(actor, "withdraw.report", report)
    if reason not in Withdrawal.Reason.values:
        raise DeliveryRefused(Refusal.NO_REASON)
    words = plain_text(words)
    if reason == Withdrawal.Reason.OTHER or words:
        words = _in_words(words)
    with transaction.atomic():
        row = Report.objects.select_for_update().get(pk=report.pk)
        before = Withdrawal.objects.filter(report=row).first()
        if before is not None:
            return before
        signed = _signed(row, ReportStatus.SIGNED)
        take_back(signed.pk)
        withdrawal = Withdrawal.objects.create(
            report=signed, reason=reason, words=words, withdrawn_by=actor, name=actor.name, at=timezone.now()
        )
        log.record(actor, "withdraw.report", signed, reason=reason, consent_events=decision.consent_events)
        tell(signed, "report_withdrawn", but=actor)
    return withdrawal


def _signed(report: Report, *wanted: ReportStatus) -> Report:
    """The report's row, locked, if it is in one of these states."""
    row = Report.objects.select_for_update().select_related("patient").get(pk=report.pk)
    if row.replaced_by_id is not None or row.status == ReportStatus.REPLACED:
        raise DeliveryRefused(Refusal.REPLACED)
    if row.status not in wanted:
        raise DeliveryRefused(Refusal.NOT_SIGNED)
    return row


def _in_words(text: str) -> str:
    text = plain_text(text)
    if not text:
        raise DeliveryRefused(Refusal.NO_REASON)
    if len(text) > NOTE_LIMIT:
        raise DeliveryRefused(Refusal.LONG_NOTE)
    return text
