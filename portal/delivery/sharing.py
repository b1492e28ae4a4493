"""Sharing one report with another doctor for a time: named by the patient, let in by link and code, read-only.

Whoever it is shared with has no account and no role. Each look asks `decide` afresh whether the patient themselves
may still open the report, and whether their yes to this one share holds; the yes carries the end of the time.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from consent.desk import actions as consent
from consent.desk.hooks import Copy, holds_copies, names_whom
from consent.desk.queries import permission
from consent.ledger.models import ConsentEvent
from consent.ledger.scopes import scope as scope_named
from portal.access import log
from portal.access.canonical import authentic, authentication_code
from portal.access.decide import Decision, Denied, decide, require
from portal.access.invitations import MOST_ATTEMPTS, addresses_of, mailbox, new_code
from portal.access.letters import send_letter
from portal.access.models import AccessEvent, Outcome
from portal.access.presenters import names_guests
from portal.delivery.models import Share
from portal.people.models import Patient, User
from portal.reports.models import Report

DAYS = (1, 7, 28)
"""How long a report can be shared: a day, a week, four weeks."""

logger = logging.getLogger("portal.delivery")


class ShareRefused(Exception):
    """`reason`: own_address, over, mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def scope_of(share: Share) -> str:
    """The consent scope of exactly this share."""
    return scope_named(f"share.{share.pk}").code


def prepare(actor: User, report: Report, *, doctor: str, email: str, days: int) -> Share:
    """Name the doctor and the time. Nothing opens and nothing is sent before the patient's yes."""
    decision = require(actor, "share.report", report)
    email = email.strip().lower()
    if mailbox(email) in {mailbox(own) for own in addresses_of(actor)}:
        raise ShareRefused("own_address")
    if days not in DAYS:
        raise ShareRefused("over")
    with transaction.atomic():
        share: Share = Share.objects.create(report=report, shared_by=actor, doctor=doctor, email=email, days=days)
        log.record(actor, "share.report", report, reason="named", consent_events=decision.consent_events)
    return share


def give(actor: User, share: Share, *, site: str, auth_level: str = "") -> str:
    """The patient's yes, the link by mail, and the code, which is shown once and goes from mouth to ear.

    Raises `NotUnderstood` before the questions were answered rightly, `ShareRefused` when it was given before, or
    when the mail could not be sent; then nothing is open.
    """
    decision = require(actor, "share.report", share.report)
    token, code, now = secrets.token_urlsafe(32), new_code(), timezone.now()
    with transaction.atomic():
        row = Share.objects.select_for_update().get(pk=share.pk)
        if row.given_at is not None:
            raise ShareRefused("over")
        row.given_at, row.until = now, now + timedelta(days=row.days)
        row.link_hash, row.code_hash = _hash("link", token), _hash("code", str(row.pk), code)
        row.save(update_fields=["given_at", "until", "link_hash", "code_hash"])
        consent.give(actor, row.report.patient, scope_of(row), auth_level=auth_level, until=row.until)
        log.record(actor, "share.report", row.report, reason="shared", consent_events=decision.consent_events)
    facts = {"link": site.rstrip("/") + reverse("shared:open", args=[token])}
    try:
        send_letter(row.email, "delivery/shared.txt", facts, translation.get_language() or "en")
    except OSError as error:  # of the mail server: the mail library's own errors are such
        logger.exception("share_not_sent")
        end(actor, row)
        raise ShareRefused("mail") from error
    return code


def end(actor: User, share: Share) -> ConsentEvent | None:
    """One press: the yes is taken back, and the very next look is refused. One not given yet goes away."""
    require(actor, "end.share", share)
    patient = share.report.patient
    with transaction.atomic():
        log.record(actor, "end.share", share)
        if share.given_at is None:
            Share.objects.filter(pk=share.pk, given_at=None).delete()
            return None
        if not permission(patient, scope_of(share)).permitted:
            return None
        return consent.withdraw(actor, patient, scope_of(share))


def may_open(share: Share) -> Decision:
    """Whether this share opens its report now: in the patient's own name, and with their yes to it."""
    return decide(share.shared_by, "open.share", share)


def let_in(token: str, code: str) -> tuple[Share, str] | None:
    """Link and code together, once: the share, and the secret the reader's browser keeps. None for all else.

    Every wrong code counts against the link; after five it opens nothing any more.
    """
    found = _shares().filter(link_hash=_hash("link", token)).exclude(given_at=None).first()
    if found is None:
        return None
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = _shares().select_for_update(of=("self",)).get(pk=found.pk)
        closed = row.used_at is not None or row.attempts >= MOST_ATTEMPTS or not may_open(row)
        right = authentic(_told("code", str(row.pk), code.strip().upper()), row.code_hash)
        if closed or not right:
            Share.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
            log.record(_GUEST, "open.share", row, outcome=Outcome.DENY, reason="over" if closed else "refused_code")
            return None
        row.used_at, row.reader_hash = timezone.now(), _hash("reader", str(row.pk), secret)
        row.save(update_fields=["used_at", "reader_hash"])
    return row, secret


def opened(share_id: UUID, secret: str, *, way: str) -> Share:
    """The share behind the reader's browser, its look noted for the patient. Raises `Denied` alike for a share that
    is unknown, over, taken back or another browser's."""
    row = _shares().filter(pk=share_id).exclude(used_at=None).first()
    if row is None or not authentic(_told("reader", str(row.pk), secret), row.reader_hash):
        raise Denied(Decision(False, "unknown"))
    decision = may_open(row)
    if not decision.permitted:
        log.record(_GUEST, "open.share", row, outcome=Outcome.DENY, reason=decision.reason)
        raise Denied(decision)
    log.record(
        _GUEST,
        "open.share",
        row,
        outcome=Outcome.PERMIT,
        reason=way,
        consent_events=decision.consent_events,
        purpose=decision.purpose,
    )
    return row


def shares_of(report: Report, actor: User) -> list[tuple[Share, bool]]:
    """The shares of a report that was asked for, newest first, each with whether it is open now."""
    if report.patient.account_id != actor.pk:
        return []
    return [
        (share, share.given_at is not None and bool(may_open(share))) for share in _shares().filter(report=report)
    ]


def share_for(user: User, share_id: UUID) -> Share | None:
    """One of one's own, or None alike for unknown and somebody else's."""
    found = _shares().filter(pk=share_id, report__patient__account=user).first()
    return found if found is not None and decide(user, "read.share", found) else None


def _shares() -> QuerySet[Share]:
    return Share.objects.select_related("report__patient", "shared_by", "report__release", "report__sign_off")


_GUEST = AnonymousUser()


def _told(*parts: str) -> bytes:
    return ":".join(("share", *parts)).encode()


def _hash(*parts: str) -> str:
    return authentication_code(_told(*parts))


@names_whom
def doctor_named(patient: Patient, scope: str) -> str:
    """Whom a yes to sharing is about, for the consent pages."""
    if not scope.startswith("share."):
        return ""
    found = Share.objects.filter(pk=scope_named(scope).about, report__patient=patient).first()
    return str(found.doctor) if found is not None else ""


@names_guests
def doctors(events: Iterable[AccessEvent]) -> dict[str, str]:
    """Who looked by way of a share, for the pages of the log: names by the id of the row."""
    ids = {event.resource_id for event in events if event.action == "open.share"}
    return {str(share.pk): str(share.doctor) for share in Share.objects.filter(pk__in=ids)} if ids else {}


@holds_copies
def saved_by_guests(patient: Patient, scope: str) -> Iterator[Copy]:
    """PDFs saved by doctors with whom the patient shared: under the yes to sharing, and the one behind it."""
    taken = AccessEvent.objects.filter(
        patient=patient, action="open.share", reason="pdf", outcome=Outcome.PERMIT
    ).order_by("sequence")
    if scope.startswith("share."):
        taken = taken.filter(resource_id=scope.removeprefix("share."))
    elif scope != "pgx":
        return
    found = list(taken)
    names = doctors(found)
    for event in found:
        yield Copy("share_pdf", names.get(event.resource_id, ""), event.at)
