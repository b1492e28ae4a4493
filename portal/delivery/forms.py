"""The forms of the review page, and of what follows a signature."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.delivery.actions import NOTE_LIMIT, medicines
from portal.delivery.high_impact import grave_medicines
from portal.delivery.models import NoteKind, OptionChange, Withdrawal
from portal.reports.models import Report

WHOLE_REPORT = "-"


def _graded(report: Report, form: forms.Form, name: str) -> None:
    """Typing in this field asks for its live reading grade."""
    form.fields[name].widget.attrs |= {
        "hx-post": reverse("delivery:grade", args=[report.pk]),
        "hx-trigger": "load, input changed delay:500ms",
        "hx-target": "#grade",
        "hx-params": f"{name},csrfmiddlewaretoken",
    }


class NoteForm(forms.Form):
    """One note: on the whole report or on one medicine. Typing asks for the live reading grade."""

    about = forms.ChoiceField(label=_("This note is about"))
    kind = forms.ChoiceField(
        label=_("It says"),
        help_text=_("The patient reads these words before your note."),
        required=False,
    )
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
        kinds = [choice for choice in NoteKind.choices if choice[0] != NoteKind.CHANGED or report.edition > 1]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        _graded(report, self, "text")

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        return "" if about == WHOLE_REPORT else about

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        about, kind = found.get("about"), found.get("kind")
        if kind and about is not None and bool(about) == (kind == NoteKind.CHANGED):
            self.add_error("kind", _("This fits a note on one medicine only. Choose the medicine, or “Just a note”."))
        return found


class LeaveOutForm(forms.Form):
    """One medicine whose advice the patient is not to read, and why. Grave warnings are not in the list."""

    prefix = "out"
    about = forms.ChoiceField(label=_("Leave out the advice on"))
    reason = forms.ChoiceField(
        label=_("The reason"), help_text=_("The patient reads it."), choices=OptionChange.Reason.choices
    )
    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grave = grave_medicines(report)
        free = [(name, name.capitalize()) for name in medicines(report) if name not in grave]
        self.fields["about"].choices = free  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("reason") == OptionChange.Reason.OTHER and not found.get("words"):
            self.add_error("words", _("Say the reason in your own words."))
        return found


class AddOptionForm(forms.Form):
    """One option that no guide gave."""

    prefix = "add"
    about = forms.CharField(label=_("Medicine or other option"), max_length=120)
    words = forms.CharField(
        label=_("What the patient should know about it"),
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = {name.lower() for name in medicines(report)}

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        if about.lower() in self.taken:
            raise forms.ValidationError(_("The report has this medicine already. Write a note on it instead."))
        return about


class AmendForm(forms.Form):
    """Why a signed report needs a new draft."""

    reason = forms.CharField(
        label=_("What is new, and why"),
        help_text=_("The patient reads it at the top of the new report. You can still change it before you sign."),
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _graded(report, self, "reason")


class WithdrawForm(forms.Form):
    """Why nobody may rely on a signed report any more."""

    reason = forms.ChoiceField(
        label=_("The reason"), help_text=_("The patient reads this sentence."), choices=Withdrawal.Reason.choices
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("The patient reads it below the reason. Say what happens next."),
        required=False,
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _graded(report, self, "words")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("reason") == Withdrawal.Reason.OTHER and not found.get("words"):
            self.add_error("words", _("Say the reason in your own words."))
        return found


class SignForm(forms.Form):
    """Carries what the signer saw, so that nothing else can be signed by it."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    checked = forms.BooleanField(
        label=_("I have read the draft and checked it against the findings."),
        error_messages={"required": _("Tick the box to say that you have checked the draft.")},
    )
