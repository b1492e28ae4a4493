"""What a clinician starts from: a whole decision about one medicine where we have one, else an empty frame.

One file per medicine and language. The clinician reads, changes and answers for it; nothing reaches a patient unread.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portal.decisions.content import NO_CHANGE, Aid, Author, Option

FOLDER = Path(__file__).parent
REVIEWED_AGAIN_AFTER_DAYS = 365


def start(medicine: str, language: str, author: Author, today: date) -> Aid:
    """The first edition of a decision about a medicine; an empty name gives the frame alone."""
    aid = shipped(medicine, language) or frame(medicine, language)
    due = date.fromordinal(today.toordinal() + REVIEWED_AGAIN_AFTER_DAYS)
    return replace(aid, authors={"a1": author}, published_on=today.isoformat(), review_due_on=due.isoformat())


def languages_of(medicine: str) -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{medicine}.toml"))


@cache
def shipped(medicine: str, language: str) -> Aid | None:
    for path in FOLDER.glob(f"{language}/*.toml"):
        told = tomllib.loads(path.read_text("utf-8"))
        if told["medicine"] == medicine:
            return Aid.from_json({**_trimmed(told), "language": language})
    return None


def _trimmed(told: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _trimmed(value) if isinstance(value, dict) else value.strip() if isinstance(value, str) else value
        for key, value in told.items()
    }


def frame(medicine: str, language: str) -> Aid:
    """Two options, one of them no change; everything else is still to be written."""
    return Aid(
        language=language,
        names=medicine,
        options={"stay": Option(kind=NO_CHANGE, name=_("Change nothing")), "o1": Option(kind="change")},
    )
