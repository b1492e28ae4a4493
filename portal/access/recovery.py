"""A lost second factor: two people take it off, the owner is told, and every session of theirs ends."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from portal.people.models import User


def take_off_second_factor(user: User) -> None:
    """Remove every app, key and spare code, and sign the account out everywhere. Call it in a transaction."""
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def tell_owner(user: User) -> None:
    """If it was not they who asked, this is how they learn of it."""
    words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME}
    with translation.override(user.speaks):
        send_mail(
            subject=" ".join(render_to_string("access/notice_subject.txt", words).split()),
            message=render_to_string("access/recovery.txt", words),
            from_email=None,
            recipient_list=[user.email],
        )
