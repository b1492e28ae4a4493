"""What a patient fills in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.record.actions import LONGEST_NAME, LONGEST_STORY
from portal.record.models import ANSWERS, BodyFact, BodyPart, ReactionKind, Said

NAMES = "medicine-names"
"""The list of names that the page brings along for the browser to suggest from."""


def _name(label: Any, hint: Any) -> forms.CharField:
    typed = forms.TextInput(
        attrs={"list": NAMES, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    )
    return forms.CharField(label=label, help_text=hint, max_length=LONGEST_NAME, widget=typed)


class MedicineForm(forms.Form):
    name = _name(_("Name of the medicine"), _("It is on the box. Type the first letters, then choose."))


class AskForm(forms.Form):
    name = _name(
        _("Which medicine?"),
        _("Type what is in it, not the brand. It is on the box in small letters, such as “clopidogrel”."),
    )


class ReactionForm(forms.Form):
    kind = forms.ChoiceField(label=_("What was it?"), choices=ReactionKind, widget=forms.RadioSelect)
    name = _name(_("What caused it?"), _("A medicine, or something else, such as latex."))
    happened = forms.CharField(
        label=_("What happened to you?"),
        max_length=LONGEST_STORY,
        required=False,
        widget=forms.TextInput(),
        help_text=_("For example: a rash, trouble with breathing."),
    )


class BodyForm(forms.Form):
    """One question for each part of the body; none has to be answered, and "I do not know" is an answer."""

    def __init__(self, *args: Any, known: Mapping[str, BodyFact], **options: Any) -> None:
        super().__init__(*args, **options)
        for part in BodyPart:
            choices = [("", _("I do not want to say")), *((said.value, said.label) for said in ANSWERS[part])]
            fact = known.get(part)
            self.fields[part.value] = forms.ChoiceField(
                label=part.label,
                choices=choices,
                required=False,
                initial=Said(fact.said).value if fact else "",
                widget=forms.RadioSelect,
            )
