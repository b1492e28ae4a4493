"""The acts that bring a draft to its patient: note, sign, release, read.

Each checks permission and consent, changes rows in one transaction and writes the access log. Each can be done twice
without harm.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consent.desk.queries import Permission, permission
from portal.access import log
from portal.access.decide import Decision, Denied, require
from portal.access.matrix import PGX
from portal.access.plain_text import plain_text
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import has_grave_findings
from portal.delivery.models import Annotation, FirstSignature, NoteKind, OptionChange, Release, SignOff, Withdrawal
from portal.delivery.putting_in import additions
from portal.delivery.queries import changes_of, notes_on
from portal.delivery.releasing import begin
from portal.delivery.telling import tell
from portal.people.models import Patient, User
from portal.reports.actions import compose_report, finalise
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import in_language, same_matter, would_replace
from portal.reports.words import LANGUAGES

NOTE_LIMIT = 2000


def shown_hash(report: Report, notes: Iterable[Annotation], changes: Iterable[OptionChange] | None = None) -> str:
    """Identify exactly what a reviewer sees (sha256): the draft, every note on it, every option left out or added,
    the report it would replace. `changes` are those of the report unless a page has fetched them already."""
    seen = [report.content_hash, report.knowledge_release, report.language]
    earlier = would_replace(report) if report.status == ReportStatus.DRAFT else None
    seen += [str(earlier.pk)] if earlier else []
    changes = changes_of(report) if changes is None else changes
    seen += sorted(json.dumps(["note", n.about, n.kind, n.text, str(n.author_id)]) for n in notes)
    seen += sorted(json.dumps([c.act, c.about, c.reason, c.words, str(c.author_id)]) for c in changes)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def medicines(report: Report) -> list[str]:
    """The medicines a note on this report can be about, as the engine names them."""
    result = report.interpretation.result
    return sorted({row["drug"] for part in ("guidance", "unanswered") for row in result.get(part, [])})


def permitted(actor: User, action: str, report: Report, on_behalf_of: Patient | None = None) -> Decision:
    """The permission to act. Who may act but for the patient's consent is told so; all others learn nothing, and who
    reads for the patient is not told what the patient said."""
    try:
        return require(actor, action, report, on_behalf_of=on_behalf_of)
    except Denied as denied:
        if denied.decision.reason == "no_consent" and on_behalf_of is None:
            raise DeliveryRefused(Refusal.CONSENT_MISSING) from denied
        raise


def annotate(actor: User, report: Report, about: str, text: str, kind: str = NoteKind.PLAIN) -> Annotation:
    """Put the actor's note on the draft, or change the one they wrote in the same place. A colleague's note stays.

    `kind` says what the note says about a medicine; what is new in an amended report has a place of its own.
    """
    decision = permitted(actor, "annotate.report", report)
    text = plain_text(text)
    if not text:
        raise DeliveryRefused(Refusal.EMPTY_NOTE)
    if len(text) > NOTE_LIMIT:
        raise DeliveryRefused(Refusal.LONG_NOTE)
    if about and about not in medicines(report):
        raise DeliveryRefused(Refusal.UNKNOWN_MEDICINE)
    # Which way a note points is said of a medicine; what has changed, of a report that amends another.
    fits = {True: kind == NoteKind.CHANGED and report.edition > 1, False: kind != NoteKind.CHANGED}[not about]
    if kind not in NoteKind.values or (kind and not fits):
        raise DeliveryRefused(Refusal.WRONG_KIND)
    with transaction.atomic():
        draft_of(report.pk)
        changed = kind == NoteKind.CHANGED
        note = note_of(actor, report, about, changed=changed) or Annotation(report=report, about=about, author=actor)
        note.text, note.kind = text, kind
        note.save()
        log.record(actor, "annotate.report", report, consent_events=decision.consent_events)
    return note


def note_of(author: User, report: Report, about: str, *, changed: bool = False) -> Annotation | None:
    """What this author wrote in this place, if anything; what has `changed` in the report is a place of its own."""
    written = Annotation.objects.filter(report_id=report.pk, author=author)
    written = written.filter(kind=NoteKind.CHANGED) if changed else written.exclude(kind=NoteKind.CHANGED)
    return next((note for note in written if note.about == about), None)


def remove_annotation(actor: User, report: Report, about: str) -> None:
    """Take the actor's own note off the draft. Nothing happens when it is gone already."""
    decision = permitted(actor, "annotate.report", report)
    with transaction.atomic():
        draft_of(report.pk)
        note = note_of(actor, report, about)
        if note is not None:
            note.delete()
            log.record(actor, "annotate.report", report, consent_events=decision.consent_events)


def compose_in(actor: User, report: Report, language: str) -> Report:
    """The same results as a draft in another language: a report of its own, with its own notes and signature.

    The one that is there already, when somebody asked before.
    """
    decision = permitted(actor, "compose.report", report)
    if language not in LANGUAGES:
        raise DeliveryRefused(Refusal.UNKNOWN_LANGUAGE)
    if report.status == ReportStatus.REPLACED:
        raise DeliveryRefused(Refusal.REPLACED)
    if report.status == ReportStatus.WITHDRAWN:
        raise DeliveryRefused(Refusal.TAKEN_BACK)
    with transaction.atomic():
        other = in_language(report, language)
        if other is None:
            other = compose_report(report.interpretation_id, language)
            log.record(actor, "compose.report", other, consent_events=decision.consent_events)
    return other


def sign(actor: User, report: Report, shown: str) -> SignOff | FirstSignature:
    """Sign what the actor saw, and release it; or sign it first, when its findings are so grave that two must.

    `shown` is the `shown_hash` of the page the actor signed from; when draft, notes or options have changed since,
    nothing is signed, and a first signature on what was there before no longer counts. The caller has made sure that
    the actor has just re-authenticated.
    """
    permitted(actor, "sign.report", report)
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=report.pk)
        signed = SignOff.objects.filter(report=report).first()
        if signed is not None:
            if signed.signed_by_id == actor.pk and signed.shown_hash == shown:
                return signed
            raise DeliveryRefused(Refusal.ALREADY_SIGNED)
        if report.status == ReportStatus.REPLACED:
            raise DeliveryRefused(Refusal.REPLACED)
        if report.status != ReportStatus.DRAFT or not report.content_hash:
            raise DeliveryRefused(Refusal.NOT_READY)
        consent = _consent(report)
        notes, changes = notes_on(report), changes_of(report)
        if shown != shown_hash(report, notes, changes):
            raise DeliveryRefused(Refusal.CHANGED)
        first = first_signature(report, shown)
        if needs_two(report) and (first is None or first.signed_by_id == actor.pk):
            return first or _sign_first(actor, report, shown, consent)
        return _sign_and_release(actor, report, shown, consent, notes, changes, first)


def needs_two(report: Report) -> bool:
    """Whether one signature is not enough for this report."""
    return settings.SIGNERS_OF_GRAVE_FINDINGS > 1 and has_grave_findings(report)


def first_signature(report: Report, shown: str) -> FirstSignature | None:
    """The first of two signatures, as long as it was given for what is shown now."""
    found: FirstSignature | None = FirstSignature.objects.filter(report=report, shown_hash=shown).first()
    return found


def _sign_first(actor: User, report: Report, shown: str, consent: Permission) -> FirstSignature:
    FirstSignature.objects.filter(report=report).delete()  # given for something that has changed since
    first = FirstSignature.objects.create(
        report=report,
        signed_by=actor,
        role=actor.role,
        name=actor.name,
        shown_hash=shown,
        content_hash=report.content_hash,
        knowledge_release=report.knowledge_release,
        at=timezone.now(),
    )
    log.record(actor, "sign.report", report, reason="first_of_two", consent_events=consent.event_ids)
    return first


def _sign_and_release(
    actor: User,
    report: Report,
    shown: str,
    consent: Permission,
    notes: list[Annotation],
    changes: list[OptionChange],
    first: FirstSignature | None,
) -> SignOff:
    now = timezone.now()
    final = finalise(
        report.pk,
        **additions(report.language, notes, changes),
        signature={"name": actor.name, "role": actor.role, "at": now.isoformat()},
        first={"name": first.name, "role": first.role, "at": first.at.isoformat()} if first else None,
    )
    signature: SignOff = SignOff.objects.create(
        report=final,
        signed_by=actor,
        role=actor.role,
        name=actor.name,
        shown_hash=shown,
        content_hash=final.content_hash,
        knowledge_release=final.knowledge_release,
        at=now,
    )
    log.record(actor, "sign.report", final, consent_events=consent.event_ids)
    # Other drafts on the same question would replace this one now: not what somebody signed first.
    FirstSignature.objects.filter(report__in=same_matter(final)).delete()
    opened = release(final).at
    is_open = opened is not None and opened <= timezone.now()
    for earlier in Report.objects.filter(replaced_by=final, signed_at__isnull=False).select_related("patient"):
        tell(earlier, "report_replaced" if is_open else "report_replaced_waits", but=actor)
    return signature


def release(report: Report) -> Release:
    """Put a signed report on its way to the patient, who reads it when they want to. Done on signing."""
    with transaction.atomic():
        consent = _consent(report)
        return begin(report, consent.event_ids)


def read(
    actor: User, report: Report, *, action: str = "read.report", on_behalf_of: Patient | None = None, way: str = ""
) -> None:
    """Note that somebody opened a report (or took its PDF away); the patient's own first time is kept.

    `on_behalf_of` is said by who reads for the patient; `way` is noted when it left another way than by page.
    """
    decision = permitted(actor, action, report, on_behalf_of)
    note = partial(
        log.record,
        actor,
        action,
        report,
        reason=way,
        consent_events=decision.consent_events,
        purpose=decision.purpose,
        on_behalf_of=on_behalf_of,
    )
    own = report.patient.account_id == actor.pk
    if own and report.status == ReportStatus.WITHDRAWN and report.withdrawal.first_read_at is None:
        with transaction.atomic():
            Withdrawal.objects.filter(report=report, first_read_at=None).update(first_read_at=timezone.now())
            note()
    elif own and report.release.first_read_at is None:
        with transaction.atomic():
            Release.objects.filter(report=report, first_read_at=None).update(first_read_at=timezone.now())
            note()
    else:
        note()


def keep_private(actor: User, report: Report, *, keep: bool) -> None:
    """The patient keeps a report from everybody who helps them, from the next request on, or shows it to them again.

    Helpers are not told. Done twice, it is done once.
    """
    decision = permitted(actor, "hide.report", report)
    with transaction.atomic():
        if Report.objects.filter(pk=report.pk, kept_private=not keep).update(kept_private=keep):
            reason = "kept" if keep else "shown"
            log.record(actor, "hide.report", report, reason=reason, consent_events=decision.consent_events)


def draft_of(report_id: UUID) -> Report:
    """The report's row, locked, as long as it can still be changed; call it before every change to a draft.

    A first signature on it ends here: it was given for what the draft was.
    """
    report = Report.objects.select_for_update().get(pk=report_id)
    if report.status != ReportStatus.DRAFT:
        raise DeliveryRefused(Refusal.ALREADY_SIGNED if report.signed_at else Refusal.REPLACED)
    FirstSignature.objects.filter(report=report).delete()
    return report


def _consent(report: Report) -> Permission:
    consent = permission(report.patient, PGX)
    if not consent.permitted:
        raise DeliveryRefused(Refusal.CONSENT_MISSING)
    return consent
