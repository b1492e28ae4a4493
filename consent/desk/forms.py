"""The desk's one form: who may decide for a patient, on what footing."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.ledger.models import Capacity
from portal.people.models import Patient, Role, User
from portal.people.queries import looked_after_by


class GuardianForm(forms.Form):
    """Only people the asker looks after can be chosen; the other person needs an account of their own."""

    patient = forms.ModelChoiceField(label=_("Patient"), queryset=Patient.objects.none())
    email = forms.EmailField(label=_("E-mail of who decides for them"))
    capacity = forms.ChoiceField(
        label=_("On what footing"),
        choices=[
            (Capacity.PARENT, _("Parent of a child")),
            (Capacity.GUARDIAN, _("Legal guardian of a child")),
            (Capacity.ATTORNEY, _("Holds a power of attorney")),
        ],
    )
    basis = forms.CharField(
        label=_("What you have seen"), max_length=120, help_text=_("For example: birth certificate.")
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A parent's or guardian's ends on the child's 18th birthday in any case."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["patient"]
        assert isinstance(field, forms.ModelChoiceField)  # for the type checker
        field.queryset = looked_after_by(user)

    def clean_email(self) -> User:
        found = User.objects.filter(
            email=self.cleaned_data["email"].lower(), role=Role.PATIENT, is_active=True
        ).first()
        if found is None:
            raise forms.ValidationError(_("There is no account with this e-mail. Invite the person first."))
        return found

    def clean_until(self) -> datetime.datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
