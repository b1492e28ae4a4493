"""What clinicians wrote on a draft, as its document takes it in: notes, advice left out, options added.

The few words of ours around theirs are in the language of the report.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _

from portal.delivery.models import Annotation, NoteKind, OptionChange

Written = dict[str, str]


def additions(
    language: str, notes: Iterable[Annotation], changes: Iterable[OptionChange]
) -> dict[str, list[Written]]:
    """`notes`, `left_out` and `added` for `portal.reports.actions.finalise`."""
    with translation.override(language):
        listed = list(changes)
        return {
            "notes": [_note(note) for note in notes],
            "left_out": [_left_out(change) for change in listed if change.act == OptionChange.Act.LEFT_OUT],
            "added": [_added(change) for change in listed if change.act == OptionChange.Act.ADDED],
        }


def _note(note: Annotation) -> Written:
    lead = str(NoteKind(note.kind).label) if note.kind else ""
    return _written(note, note.text) | {"lead": lead, "kind": note.kind}


def _left_out(change: OptionChange) -> Written:
    lead = _("Your doctor left out the advice on this medicine. The reason:")
    other = change.reason == OptionChange.Reason.OTHER
    reason = "" if other else str(OptionChange.Reason(change.reason).label)
    return _written(change, "\n".join(filter(None, [reason, change.words]))) | {"lead": lead, "kind": change.act}


def _added(change: OptionChange) -> Written:
    lead = _("Added by your doctor: %(name)s") % {"name": change.about}
    return _written(change, change.words) | {"lead": lead, "kind": change.act}


def _written(row: Annotation | OptionChange, text: str) -> Written:
    return {"about": row.about, "text": text, "by": row.author.name, "at": row.updated_at.isoformat()}
