"""Tells people that something happened in their record. The message itself says only: sign in and look."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.access.models import NoticeOwed


def send_owed() -> int:
    """Send every notice that is owed to somebody with an account; how many that were.

    Killed between sending and noting, it sends again: told twice is better than not told.
    """
    sent = 0
    for key in list(
        NoticeOwed.objects.filter(sent_at=None, patient__account__isnull=False).values_list("pk", flat=True)
    ):
        with transaction.atomic():
            owed = NoticeOwed.objects.filter(pk=key, sent_at=None)
            if connection.features.has_select_for_update_skip_locked:
                owed = owed.select_for_update(skip_locked=True, of=("self",))
            notice = owed.select_related("patient__account").first()
            if notice is None or notice.patient.account is None:
                continue
            words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME}
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
