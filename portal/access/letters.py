"""One way to write to somebody by mail: the subject says nothing, the body says nothing about anybody's health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation


def send_letter(address: str, template: str, facts: Mapping[str, Any], language: str) -> None:
    """Send a text template in one language. `facts` go into it beside the names of clinic and site."""
    words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME, **facts}
    with translation.override(language):
        send_mail(
            subject=" ".join(render_to_string("access/notice_subject.txt", words).split()),
            message=render_to_string(template, words),
            from_email=None,
            recipient_list=[address],
        )
