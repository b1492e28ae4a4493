"""Staff see nothing about a patient before they have set up a second factor: a passkey or an authenticator app."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.people.models import Role, User

COUNTS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
OPEN_BEFORE = ("account_", "mfa_", "usersessions_", "health", "set_language")
"""Names of the addresses that set it up, sign in and sign out, and choose a language."""


def needs_second_factor(user: object) -> bool:
    """Whether this is a member of staff who has none yet. Spare codes alone are none."""
    if not settings.STAFF_SECOND_FACTOR_REQUIRED or not isinstance(user, User) or user.role == Role.PATIENT:
        return False
    return not Authenticator.objects.filter(user=user, type__in=COUNTS).exists()


class StaffSecondFactorMiddleware:
    """Leads staff without a second factor to set one up. Whoever has one was asked for it when signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *arguments: object) -> HttpResponse | None:
        match = request.resolver_match
        name = (match.view_name or "") if match else ""
        if name.startswith(OPEN_BEFORE) or not needs_second_factor(request.user):
            return None
        messages.warning(request, _("Set up a second sign-in step first. It protects the people you look after."))
        return redirect("mfa_index")
