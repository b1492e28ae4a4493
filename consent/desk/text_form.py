"""The form a consent text is written with: every word of it is a field, lists have one line each."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

FIXED = ("statements_version", "reviewed", "version", "id", "group_name")
"""What is not written here: marks of the shipped text, and names other texts share."""

LABELS = {
    "name": _("Name in the list"),
    "title": _("Title"),
    "summary": _("In short"),
    "heading": _("Heading"),
    "sentences": _("Sentences"),
    "question": _("The question"),
    "yes": _("Words for yes"),
    "no": _("Words for no"),
    "withdraw": _("Words for taking it back"),
    "data": _("What data"),
    "discloser": _("From whom"),
    "recipient": _("To whom"),
    "purpose": _("What for"),
    "expires": _("How long, in words"),
    "expires_days": _("How long, in days"),
    "right_to_withdraw": _("Right to take it back"),
    "conditioning": _("Care does not depend on it"),
    "redisclosure": _("Others may pass it on"),
    "gina": _("Protection by law"),
    "retention": _("How long the note is kept"),
    "whole_genome": _("It may look at all genes"),
    "returns_results": _("The person gets a result"),
    "ask": _("Asked back"),
    "options": _("Options"),
    "right": _("The right option (0 is the first)"),
    "again": _("Said in another way"),
}


class TextForm(forms.Form):
    """`content` has the shape of `texts.shipped(...)`; `content()` gives the same shape with what was written."""

    version = forms.CharField(label=_("New version"), max_length=20)
    material = forms.BooleanField(label=_("It changes what is allowed: everybody is asked again"), required=False)

    def __init__(self, content: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = content
        for path, value in _leaves(content):
            self.fields[".".join(path)] = _field(path, value)

    def content(self) -> dict[str, Any]:
        """The whole text as written."""
        written = copy.deepcopy(dict(self._before))
        for path, value in _leaves(self._before):
            place: Any = written
            for step in path[:-1]:
                place = place[int(step)] if isinstance(place, list) else place[step]
            given = self.cleaned_data[".".join(path)]
            place[path[-1]] = (
                [line.strip() for line in given.splitlines() if line.strip()] if _lines(value) else given
            )
        return written


def _lines(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every place of a text that is written: where it stands, and what stands there."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in FIXED:
                yield from _leaves(inner, (*path, key))
    elif _lines(value) and value and isinstance(value[0], Mapping):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(number)))
    else:
        yield path, value


def _field(path: tuple[str, ...], value: Any) -> forms.Field:
    number = next((f" {int(step) + 1}" for step in path if step.isdigit()), "")
    label = f"{LABELS[path[-1]]}{number}"
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False, initial=value)
    if path[-1] in ("expires_days", "right"):
        return forms.IntegerField(label=label, required=path[-1] == "right", initial=value, min_value=0)
    if _lines(value):
        lines = forms.Textarea(attrs={"rows": max(2, len(value))})
        return forms.CharField(
            label=label, widget=lines, initial="\n".join(value), help_text=_("One sentence a line.")
        )
    return forms.CharField(label=label, initial=value)
