"""Tells people that something happened in their record. The message itself says only: sign in and look."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from consent.ledger.standing import standing
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
    }
)
"""Mail that guards the person comes in any case, as the consent text says; all other news needs their yes."""
CONTACT = "contact.email"


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
    waiting = NoticeOwed.objects.filter(sent_at=None, withheld_at=None, patient__account__is_active=True)
    for key in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            owed = NoticeOwed.objects.filter(pk=key, sent_at=None, withheld_at=None)
            if connection.features.has_select_for_update_skip_locked:
                owed = owed.select_for_update(skip_locked=True, of=("self",))
            notice = owed.select_related("patient__account").first()
            if notice is None or notice.patient.account is None:
                continue
            if not may_be_mailed(notice):
                # Kept unsent: the news waits on the person's own pages, and a later yes does not send old mail.
                notice.withheld_at = timezone.now()
                notice.save(update_fields=["withheld_at"])
                continue
            words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME, "kind": notice.kind}
            with translation.override(notice.patient.account.speaks):
                send_mail(
                    subject=" ".join(render_to_string("access/notice_subject.txt", words).split()),
                    message=render_to_string("access/notice.txt", words),
                    from_email=None,
                    recipient_list=[notice.patient.account.email],
                )
            notice.sent_at = timezone.now()
            notice.save(update_fields=["sent_at"])
            sent += 1
    return sent
