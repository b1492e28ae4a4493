"""What people fill in here. The questions are our own, in plain words, and say so: no scale of anybody's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.decisions.following.actions import LONGEST
from portal.decisions.following.diary_rules import Severity
from portal.decisions.following.errors import Refusal
from portal.decisions.following.instruments import Instrument
from portal.decisions.following.models import SEVERITIES, LookBack, LookBackKind, Plan, Symptom
from portal.decisions.following.reminder_times import EVERY_DAY, Rhythm, zones

SENTENCES = {
    Refusal.EMPTY: _("Something is missing. Please fill it in."),
    Refusal.CHANGED_MEANWHILE: _(
        "You changed this on another page. What you wrote here is not lost: look at both, then save."
    ),
    Refusal.NO_MAIL: _("You have not said yes to e-mail from us. Say yes to it first, or use the calendar file."),
    Refusal.NO_DAY: _("This falls on no day to come. Choose other days, or a later last day."),
    Refusal.TOO_MANY: _("You have 6 reminders already. Stop one first."),
    Refusal.FUTURE: _("This day is still to come."),
    Refusal.ANSWERED: _("You have answered this already."),
}
WEEKDAYS = [
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
]
REASONS = [
    ("forgot", _("I forgot")),
    ("unwell", _("I felt unwell from it")),
    ("did_not_want", _("I did not want to")),
    ("did_not_have", _("I ran out, or could not get it")),
    ("cost", _("It cost too much")),
    ("other", _("Something else")),
]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
YES_NOT_SURE_NO = [("yes", _("Yes")), ("not_sure", _("I am not sure")), ("no", _("No"))]
SOMETHING_NEW = "new"
BY_MAIL, IN_CALENDAR = "mail", "calendar"
HOW = [(BY_MAIL, _("By e-mail")), (IN_CALENDAR, _("Only in my own calendar"))]
A_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _words(label: Any, *, rows: int = 3, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget, help_text=help_text)


class PlanForm(forms.Form):
    """Two sentences in if–then form: what I do and when, and what I do when something gets in the way."""

    cue = _words(
        _("When …"), rows=2, required=True, help_text=_("For example: When I have brushed my teeth at night")
    )
    act = _words(_("… I will"), rows=2, required=True, help_text=_("For example: put it next to my cup and take it"))
    obstacle = _words(_("If this gets in the way …"), rows=2, help_text=_("For example: If I am not at home"))
    instead = _words(_("… then I will"), rows=2, help_text=_("For example: take one along in my bag"))
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, plan: Plan | None, data: Any = None) -> None:
        first: dict[str, Any] = {"version": 0}
        if plan is not None:
            first = {name: getattr(plan, name) for name in ("cue", "act", "obstacle", "instead", "version")}
        super().__init__(data, initial=first)


class ReminderForm(forms.Form):
    at = forms.TimeField(label=_("At what time?"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    weekdays = forms.MultipleChoiceField(
        label=_("On which days?"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=[d for d, _l in WEEKDAYS],
    )
    zone = forms.ChoiceField(label=_("Which clock do you live by?"))
    last = forms.DateField(label=_("Until which day?"), required=False, widget=A_DAY)
    how = forms.ChoiceField(label=_("How?"), choices=HOW, widget=forms.RadioSelect)

    def __init__(self, mail_allowed: bool, data: Any = None) -> None:
        super().__init__(data, initial={"zone": settings.TIME_ZONE, "how": BY_MAIL if mail_allowed else IN_CALENDAR})
        if not mail_allowed:
            self.fields["how"].choices = HOW[1:]  # type: ignore[attr-defined]
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in zones()]  # type: ignore[attr-defined]

    def rhythm(self) -> Rhythm:
        sent = self.cleaned_data
        today = timezone.now().astimezone(ZoneInfo(sent["zone"])).date()
        chosen = frozenset(int(day) for day in sent["weekdays"]) & EVERY_DAY
        return Rhythm(sent["at"], chosen, sent["zone"], first=today, last=sent["last"])


class OnceForm(forms.Form):
    """Carries a mark made with the form, so that what is sent twice is kept once."""

    sent_once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, initial={"sent_once": uuid.uuid4()}, **options)


class CheckForm(OnceForm):
    """Our own three questions about the last seven days."""

    missed_days = forms.TypedChoiceField(
        label=_("On how many of the last 7 days did it not go as planned?"),
        choices=[(number, str(number)) for number in range(8)],
        coerce=int,
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("What got in the way?"), choices=REASONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    words = _words(_("In your own words"))
    new_problem = forms.ChoiceField(label=_("Do you feel anything new?"), choices=YES_NO, widget=forms.RadioSelect)


class InstrumentForm(OnceForm):
    """A questionnaire of the clinic's, its questions and answers as their owner wrote them."""

    def __init__(self, instrument: Instrument, data: Any = None) -> None:
        super().__init__(data)
        for item in instrument.items:
            self.fields[f"item-{item.id}"] = forms.ChoiceField(
                label=item.text, choices=list(item.options), widget=forms.RadioSelect
            )

    def answers(self) -> dict[str, str]:
        return {name[5:]: said for name, said in self.cleaned_data.items() if name.startswith("item-")}


class DiaryForm(OnceForm):
    symptom = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    what = _words(_("What do you feel?"), rows=2, help_text=_("Only if it is something new."))
    since = forms.DateField(
        label=_("Since when?"), required=False, widget=A_DAY, help_text=_("Only if it is something new.")
    )
    severity = forms.ChoiceField(label=_("How bad is it now?"), choices=SEVERITIES, widget=forms.RadioSelect)
    note = _words(_("Anything else?"))

    def __init__(self, known: Iterable[Symptom], data: Any = None) -> None:
        super().__init__(data)
        self.known = {str(symptom.pk): symptom for symptom in known}
        choices = [
            *((key, str(symptom.what)) for key, symptom in self.known.items()),
            (SOMETHING_NEW, _("Something new")),
        ]
        self.fields["symptom"].choices = choices  # type: ignore[attr-defined]
        if not self.known:
            self.fields["symptom"].widget = forms.HiddenInput()
            self.initial["symptom"] = SOMETHING_NEW
            for name in ("what", "since"):
                self.fields[name].help_text = ""
                self.fields[name].required = True
            self.fields["severity"].choices = SEVERITIES[1:]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("symptom") == SOMETHING_NEW:
            if not found.get("what") and "what" not in self.errors:
                self.add_error("what", _("Say what you feel."))
            if not found.get("since") and "since" not in self.errors:
                self.add_error("since", _("Choose the day. If you are not sure, choose about when."))
        since: date | None = found.get("since")
        if since is not None and since > timezone.localdate():
            self.add_error("since", SENTENCES[Refusal.FUTURE])
        return found

    @property
    def chosen(self) -> Symptom | None:
        return self.known.get(self.cleaned_data["symptom"])

    @property
    def how_bad(self) -> Severity:
        return Severity(self.cleaned_data["severity"])


class LookBackForm(forms.Form):
    still_right = forms.ChoiceField(
        label=_("Is what we chose still right for you?"), choices=YES_NOT_SURE_NO, widget=forms.RadioSelect
    )
    same_again = forms.ChoiceField(
        label=_("Knowing what you know now: would you choose the same again?"),
        choices=YES_NOT_SURE_NO,
        widget=forms.RadioSelect,
    )
    words = _words(_("In your own words"))
    talk = forms.BooleanField(label=_("I want to talk about it with my care team"), required=False)

    def __init__(self, asked: LookBack, data: Any = None) -> None:
        super().__init__(data)
        if asked.kind != LookBackKind.THREE_MONTHS:
            del self.fields["same_again"]


class SettleForm(forms.Form):
    done = _words(_("What did you do?"), rows=2, required=True)
