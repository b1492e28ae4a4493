"""Figures and codes of invitations: the link goes by e-mail, the code from mouth to ear, never both one way."""

from __future__ import annotations

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from portal.access.canonical import authentic, authentication_code
from portal.access.models import PatientInvitation
from portal.people.models import ProxyInvitation, User

VALID_FOR = timedelta(days=7)
MOST_ATTEMPTS = 5
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
CODE_LENGTH = 8


class InvitationRefused(Exception):
    """`reason`: own_address, taken_address, not_identified, has_account, wrong_code, over, identifiers, document."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def mailbox(address: str) -> str:
    """The mailbox behind an address: what stands after a plus sign is only a label on it."""
    name, _at, domain = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def addresses_of(user: User) -> set[str]:
    """Every address an account is known by."""
    return {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


Invitation = ProxyInvitation | PatientInvitation


def hashed(invitation: Invitation, code: str) -> str:
    return authentication_code(_told(invitation, code))


def is_code(invitation: Invitation, code: str) -> bool:
    return authentic(_told(invitation, code), invitation.code_hash)


def _told(invitation: Invitation, code: str) -> bytes:
    return f"{invitation.pk}:{code.strip().upper()}".encode()


def send(
    invitation: Invitation,
    site: str,
    *,
    page: str = "accept",
    template: str = "proxy_invitation",
    language: str | None = None,
) -> None:
    """The message names neither the patient nor the code. `language`: of who gets it, when it is known."""
    link = site.rstrip("/") + reverse(f"access:{page}", args=[invitation.pk])
    words = {"clinic_name": settings.CLINIC_NAME, "site_name": settings.SITE_NAME, "link": link}
    with translation.override(language or translation.get_language()):
        send_mail(
            subject=" ".join(render_to_string("access/notice_subject.txt", words).split()),
            message=render_to_string(f"access/{template}.txt", words),
            from_email=None,
            recipient_list=[invitation.email],
        )
