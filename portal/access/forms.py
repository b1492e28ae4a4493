"""What people fill in: an emergency, its review, an answer to a patient, a patient's arrival."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.access.emergencies import SHORTEST_REASON
from portal.access.models import BreakGlass, Document, Identifier
from portal.people.models import Role, Sex, User


class EmergencyForm(forms.Form):
    record_number = forms.CharField(label=_("Record number"), max_length=30)
    birth_date = forms.DateField(label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=_("What is the emergency?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=SHORTEST_REASON,
        max_length=1000,
        help_text=_("The privacy officer reads this. The patient is told that the record was opened, and by whom."),
    )


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("Your verdict"), choices=BreakGlass.Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class IdentityForm(forms.Form):
    identity_note = forms.CharField(
        label=_("How did you make sure who it is?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("For example: met in person, with an identity card."),
    )


class HelperForm(forms.Form):
    email = forms.EmailField(
        label=_("Their email"), help_text=_("Their own, not yours. They need an account at the clinic.")
    )
    covers = forms.MultipleChoiceField(
        label=_("What they may see"),
        choices=[
            ("reports", _("My reports: read and save them")),
            ("files", _("My files and tests: see where they stand")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("The person you help tells it to you."))


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("The patient reads it beside the line."),
    )


class _ByName(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class NewPatientForm(forms.Form):
    """A counsellor names the clinician too: without one, nobody could ever sign a report for this patient."""

    record_number = forms.CharField(label=_("Record number"), max_length=30)
    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    birth_date = forms.DateField(label=_("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))
    sex = forms.ChoiceField(
        label=_("Sex, as recorded"), choices=Sex.choices, initial=Sex.UNKNOWN, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(
        label=_("Language they read"),
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        widget=forms.RadioSelect,
        help_text=_("We ask and write to them in it. They can change it."),
    )
    clinician = _ByName(
        label=_("Clinician who looks after them"),
        queryset=User.objects.none(),
        help_text=_("Checks and signs their reports, and sees their record from now on."),
    )

    def __init__(self, asker: User, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if asker.role == Role.CLINICIAN:
            del self.fields["clinician"]
        else:
            clinicians = User.objects.filter(role=Role.CLINICIAN, is_active=True).order_by("name")
            self.fields["clinician"].queryset = clinicians  # type: ignore[attr-defined]

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet. Check the year."))
        return born


class IdentityCheckForm(forms.Form):
    identifiers = forms.MultipleChoiceField(
        label=_("What you compared with the record"),
        choices=Identifier.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two."),
    )
    document = forms.ChoiceField(
        label=_("Paper you saw"),
        choices=Document.choices,
        widget=forms.RadioSelect,
        help_text=_("Only the kind. Never write down its number."),
    )

    def clean_identifiers(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["identifiers"]
        if len(chosen) < 2:
            raise forms.ValidationError(_("Compare at least two."))
        return chosen


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("The patient's own email"))


class WelcomeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The clinic gave it to you in person."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 12 letters or numbers. A few words in a row are easy to keep in mind."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two passwords differ."))
        return again
