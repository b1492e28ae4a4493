"""How accounts behave: people are invited, so the open sign-up form is closed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """A changed address is told by `portal.access.addresses`: to both, with the way back."""
        if template_prefix != "account/email/email_changed":
            super().send_notification_mail(template_prefix, user, context, email)
