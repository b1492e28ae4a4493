"""What people fill in here: leaving, a change of a life, how long records are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import Patient, User
from portal.rights.models import LifeEvent, RetentionKind
from portal.rights.queries import patients_cared_for


class LeaveForm(forms.Form):
    sure = forms.BooleanField(label=_("I have read what goes and what stays. Erase my record."))


class RefusalForm(forms.Form):
    why = forms.CharField(
        label=_("Why it cannot be done"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("The patient reads this. Name the law, in plain words."),
    )


class LifeForm(forms.Form):
    patient = forms.ModelChoiceField(label=_("Patient"), queryset=Patient.objects.none())
    kind = forms.ChoiceField(label=_("What happened"), choices=LifeEvent.Kind.choices, widget=forms.RadioSelect)
    basis = forms.CharField(
        label=_("What you have seen"), max_length=200, help_text=_("For example: letter of the patient, certificate.")
    )
    clinic = forms.CharField(
        label=_("New clinic"), max_length=200, required=False, help_text=_("When the patient moved.")
    )
    decides = forms.CharField(
        label=_("Who may decide now, and why"),
        max_length=200,
        required=False,
        help_text=_("After a death. Family does not get access by itself."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patient"].queryset = patients_cared_for(user)  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Count the years from when"), choices=RetentionKind.choices)
    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=200)
    law = forms.CharField(
        label=_("Law or rule you follow"), max_length=200, help_text=_("Set by your clinic. We do not know your law.")
    )


class KeepForm(forms.Form):
    why = forms.CharField(label=_("Why it is kept for another year"), max_length=200)
