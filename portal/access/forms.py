"""What people fill in: an emergency, its review, an answer to a patient."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.access.emergencies import SHORTEST_REASON
from portal.access.models import BreakGlass


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
        choices=[("reports", _("My reports")), ("files", _("My files and tests"))],
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
