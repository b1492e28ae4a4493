"""The account forms with labels a person understands. What they do is the library's; only what they say is ours."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GOOD_PASSWORD = _("At least 12 letters, numbers or signs. Not your name, and not a word that many people use.")
CODE = _("Code from your app, or a spare code")


class InOurWords:
    """A form whose fields are called, and explained, as `LABELS` and `HINTS` say."""

    LABELS: ClassVar[dict[str, str | Promise]] = {}
    HINTS: ClassVar[dict[str, str | Promise]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            # A placeholder vanishes with the first letter; the label stays.
            field.widget.attrs.pop("placeholder", None)
            field.label = self.LABELS.get(name, field.label)
            field.help_text = self.HINTS.get(name, field.help_text)


class SignIn(InOurWords, LoginForm):
    LABELS = {"remember": _("Stay signed in when I close this window")}


class ChangePassword(InOurWords, ChangePasswordForm):
    LABELS = {
        "oldpassword": _("The password you have now"),
        "password1": _("New password"),
        "password2": _("New password once more"),
    }
    HINTS = {"password1": GOOD_PASSWORD}


class ChoosePassword(InOurWords, ResetPasswordKeyForm):
    LABELS = {"password1": _("New password"), "password2": _("New password once more")}
    HINTS = {"password1": GOOD_PASSWORD}


class ForgottenPassword(InOurWords, ResetPasswordForm):
    pass


class StillMe(InOurWords, ReauthenticateForm):
    pass


class StillMeByCode(InOurWords, ReauthenticateByCodeForm):
    LABELS = {"code": CODE}


class TypeCode(InOurWords, AuthenticateForm):
    LABELS = {"code": CODE}


class SetUpApp(InOurWords, ActivateTOTPForm):
    LABELS = {"code": _("The code your app shows")}


class AddKey(InOurWords, AddWebAuthnForm):
    LABELS = {"name": _("A name for this key"), "passwordless": _("Use it alone, without a password")}
    HINTS = {"passwordless": _("Then your device asks for your finger, your face or its own code.")}


class RenameKey(InOurWords, EditWebAuthnForm):
    LABELS = {"name": _("A name for this key")}
