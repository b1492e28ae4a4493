"""What people fill in here: a message, an appointment, a question for the visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.contact.actions import LONGEST, LONGEST_QUESTION
from portal.contact.errors import Refusal

SENTENCES = {
    Refusal.EMPTY: _("Write something first."),
    Refusal.TOO_LONG: _("This is too long. Please make it shorter."),
    Refusal.TOO_MANY_FILES: _("Send at most 3 files at once."),
    Refusal.FILE_TOO_LARGE: _("A file is empty or larger than 10 MB."),
    Refusal.UNKNOWN_FILE: _("We can take PDF files and pictures (PNG, JPEG) only."),
}


class FileInput(forms.FileInput):
    """Takes several at once; its name is what the components know a file field by."""

    allow_multiple_selected = True


class _FilesField(forms.FileField):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, widget=FileInput(), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        single = super().clean
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        return [single(one, initial) for one in sent]


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Your message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}))
    attached = _FilesField(
        label=_("Files (you can leave this out)"),
        required=False,
        help_text=_("At most 3: PDF, PNG or JPEG, up to 10 MB each."),
    )


class AppointmentForm(forms.Form):
    """Asks for a talk; the words of the choices become the message."""

    HOW = [("phone", _("By phone")), ("visit", _("At the clinic")), ("video", _("By video"))]
    how = forms.ChoiceField(label=_("How do you want to talk?"), choices=HOW, widget=forms.RadioSelect)
    when = forms.CharField(
        label=_("When does it suit you?"), max_length=200, help_text=_("For example: mornings, not on Friday.")
    )
    why = forms.CharField(label=_("What is it about?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def as_text(self) -> str:
        sent = self.cleaned_data
        lines = [(self.fields[name].label, sent[name]) for name in ("when", "why")]
        lines.insert(0, (self.fields["how"].label, dict(self.HOW)[sent["how"]]))
        return "\n".join(f"{label} {said}" for label, said in lines)


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("My question"), max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 2})
    )
