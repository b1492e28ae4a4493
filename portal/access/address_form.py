"""The form for another e-mail address: what the account signs in with now stays until the new one is confirmed."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm
from django.http import HttpRequest

from portal.access.addresses import keep_confirmed


class NewAddressForm(AddEmailForm):
    def save(self, request: HttpRequest) -> Any:
        keep_confirmed(self.user)
        return super().save(request)
