"""Mail that must be sent, about an account that is closing. It says nothing about anybody's health."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation


def tell_erased(address: str, language: str, backups_until: datetime) -> None:
    """The last mail: that it is done, and what cannot be undone outside."""
    _send(address, language, "rights/erased.txt", {"backups_until": backups_until})


def _send(address: str, language: str, template: str, facts: dict[str, Any]) -> None:
    words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME, **facts}
    with translation.override(language):
        send_mail(
            subject=" ".join(render_to_string("access/notice_subject.txt", words).split()),
            message=render_to_string(template, words),
            from_email=None,
            recipient_list=[address],
        )
