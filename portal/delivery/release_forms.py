"""What people fill in about when a report opens: the patient's choice, the clinic's hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.contact.actions import LONGEST
from portal.delivery.forms import WHOLE_REPORT
from portal.delivery.models import HoldReason, ReleasePreference, ResultKind
from portal.delivery.release_state import LONGEST_HOLD, Choice

CHOICES = [
    (Choice.NOW.value, _("At once, when a doctor has signed it")),
    (Choice.ON_DATE.value, _("On a day I choose")),
    (Choice.WITH_COUNSELLOR.value, _("Together with my care team")),
    (Choice.WHEN_I_ASK.value, _("Not until I ask for it")),
]


class WhenForm(forms.Form):
    """How one kind of result should come."""

    choice = forms.ChoiceField(label=_("When should it open for you?"), choices=CHOICES, widget=forms.RadioSelect)
    on = forms.DateField(
        label=_("The day"),
        required=False,
        help_text=_("Only if you want it on a day you choose."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, kind: ResultKind, chosen: ReleasePreference | None, data: Any = None) -> None:
        first = {"choice": chosen.choice if chosen else Choice.NOW.value, "on": chosen.on if chosen else None}
        super().__init__(data, initial=first, prefix=kind.value)
        self.kind = kind

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("choice") == Choice.ON_DATE and "on" not in self.errors:
            if not found.get("on"):
                self.add_error("on", _("Choose the day."))
            elif found["on"] <= timezone.localdate():
                self.add_error("on", _("Choose a day that is still to come."))
        return found


class WrongForm(forms.Form):
    """The patient says what is wrong in a report: the whole, or what it says on one medicine."""

    about = forms.ChoiceField(label=_("What is it about?"))
    text = forms.CharField(
        label=_("What is wrong?"), max_length=LONGEST - 200, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, names: list[str], data: Any = None) -> None:
        super().__init__(data)
        whole = (WHOLE_REPORT, _("The whole report"))
        self.fields["about"].choices = [whole, *((name, name.capitalize()) for name in names)]  # type: ignore[attr-defined]

    def as_text(self) -> str:
        about = self.cleaned_data["about"]
        text: str = self.cleaned_data["text"]
        return text if about == WHOLE_REPORT else f"{about.capitalize()}:\n{text}"


class HoldForm(forms.Form):
    """Keep a report back: why, and until when."""

    reason = forms.ChoiceField(label=_("Why"), choices=HoldReason.choices, widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("Until the end of"),
        help_text=_("At most 14 days. Then it opens by itself, as the patient wants it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> Any:
        until, today = self.cleaned_data["until"], timezone.localdate()
        if not today <= until <= today + LONGEST_HOLD:
            raise forms.ValidationError(_("Choose a day from today on, and not later than in 14 days."))
        return until
