"""Tells people that something happened in their record. The message itself says only: sign in and look."""

from __future__ import annotations

import logging

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from consent.ledger.standing import standing
from portal.access.letters import send_letter
from portal.access.models import NoticeOwed

logger = logging.getLogger("portal.access")

MUST_BE_SENT = frozenset(
    {
        "break_glass",
        "export_ready",
        "erasure_begun",
        "erasure_asked",
        "erasure_refused",
        "moved",
        "raw_download",
        "consent_corrected",
        "report_replaced",
        "report_replaced_waits",
        "report_withdrawn",
    }
)
"""Mail that guards the person comes in any case, as the consent text says; all other news needs their yes."""
CONTACT = "contact.email"
LETTERS = {
    "report_replaced": "access/notice_first_page.txt",
    # What takes its place opens when the patient chose: they are not asked to read it.
    "report_replaced_waits": "access/notice_old_paper.txt",
    "report_withdrawn": "access/notice_first_page.txt",
}
"""What is written when it is not "open Who looked"."""
TO_COPY_HOLDERS = "access/notice_copy.txt"


def may_be_mailed(notice: NoticeOwed) -> bool:
    """Whether this notice may go out by mail. Every doubt keeps it in."""
    if notice.kind in MUST_BE_SENT:
        return True
    try:
        return standing(notice.patient.subject, CONTACT).permitted
    except Exception:
        logger.exception("contact_unreadable")
        return False


def send_owed() -> int:
    """Send every notice that is owed to somebody with an account; how many that were.

    Killed between sending and noting, it sends again: told twice is better than not told.
    """
    sent = 0
    waiting = NoticeOwed.objects.filter(sent_at=None, withheld_at=None).filter(
        Q(recipient=None, patient__account__is_active=True) | Q(recipient__is_active=True)
    )
    for key in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            owed = NoticeOwed.objects.filter(pk=key, sent_at=None, withheld_at=None)
            if connection.features.has_select_for_update_skip_locked:
                owed = owed.select_for_update(skip_locked=True, of=("self",))
            notice = owed.select_related("patient__account", "recipient").first()
            if notice is None:
                continue
            reader = notice.recipient or notice.patient.account
            if reader is None:
                continue
            if not may_be_mailed(notice):
                # Kept unsent: the news waits on the person's own pages, and a later yes does not send old mail.
                notice.withheld_at = timezone.now()
                notice.save(update_fields=["withheld_at"])
                continue
            letter = TO_COPY_HOLDERS if notice.recipient else LETTERS.get(notice.kind, "access/notice.txt")
            send_letter(reader.email, letter, {"kind": notice.kind}, reader.speaks)
            notice.sent_at = timezone.now()
            notice.save(update_fields=["sent_at"])
            sent += 1
    return sent
