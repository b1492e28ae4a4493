"""The forms of the review page."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.delivery.actions import NOTE_LIMIT, medicines
from portal.reports.models import Report

WHOLE_REPORT = "-"


class NoteForm(forms.Form):
    """One note: on the whole report or on one medicine. Typing asks for the live reading grade."""

    about = forms.ChoiceField(label=_("This note is about"))
    text = forms.CharField(
        label=_("Your note, in plain words"),
        help_text=_("The patient reads it under the headline, with your name and today’s date."),
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(WHOLE_REPORT, _("The whole report")), *((name, name.capitalize()) for name in medicines(report))]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs |= {
            "hx-post": reverse("delivery:grade", args=[report.pk]),
            "hx-trigger": "load, input changed delay:500ms",
            "hx-target": "#grade",
            "hx-params": "text,csrfmiddlewaretoken",
        }

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        return "" if about == WHOLE_REPORT else about


class SignForm(forms.Form):
    """Carries what the signer saw, so that nothing else can be signed by it."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label=_("I have read the draft and checked it against the findings."),
        error_messages={"required": _("Tick the box to say that you have checked the draft.")},
    )
