"""A place for questionnaires that a clinic has a licence for. None comes with this project; see docs/following.md.

A file is a FHIR R4 `Questionnaire` as JSON, in the folder `FOLLOW_UP_INSTRUMENTS`, one per language. Its text is
shown as it stands with its owner's notice (`copyright`), which must be there. Answers are kept and shown, never
scored, and open no task: several owners forbid that use. A file that is not understood is left out, whole.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger("portal.following")


@dataclass(frozen=True)
class Item:
    """One question and the answers to choose from: code and text, as the owner wrote them."""

    id: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Instrument:
    name: str
    title: str
    language: str
    notice: str
    items: tuple[Item, ...]


class NotUnderstood(ValueError):
    """This file is no questionnaire that can be asked here."""


def read(content: str) -> Instrument:
    """One questionnaire. Raises `NotUnderstood`: no notice, no name, a kind of question there is no form for."""
    try:
        told = json.loads(content)
    except ValueError:
        raise NotUnderstood("not JSON") from None
    if not isinstance(told, dict) or told.get("resourceType") != "Questionnaire":
        raise NotUnderstood("not a Questionnaire")
    name, notice = _text(told, "name"), _text(told, "copyright")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise NotUnderstood("name")
    listed = told.get("item")
    items = tuple(_item(item) for item in listed) if isinstance(listed, list) else ()
    if not items or len({item.id for item in items}) != len(items):
        raise NotUnderstood("item")
    return Instrument(name, _text(told, "title"), _text(told, "language"), notice, items)


def _text(told: Any, key: str) -> str:
    value = told.get(key) if isinstance(told, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise NotUnderstood(key)
    return value.strip()


def _item(told: Any) -> Item:
    if not isinstance(told, dict) or told.get("type") != "choice" or not isinstance(told.get("answerOption"), list):
        raise NotUnderstood("item.type")
    options = []
    for option in told["answerOption"]:
        coding = option.get("valueCoding") if isinstance(option, dict) else None
        options.append((_text(coding, "code"), _text(coding, "display")))
    if len(options) < 2 or len({code for code, _ in options}) != len(options):
        raise NotUnderstood("item.answerOption")
    return Item(_text(told, "linkId"), _text(told, "text"), tuple(options))


def installed(language: str) -> list[Instrument]:
    """The clinic's questionnaires in a language, by name. Read at every asking: putting a file there is enough."""
    found = []
    for path in sorted(Path(settings.FOLLOW_UP_INSTRUMENTS).glob("*.json")):
        try:
            instrument = read(path.read_text(encoding="utf-8"))
        except (NotUnderstood, OSError, UnicodeDecodeError):
            logger.warning("instrument_not_understood")
            continue
        if instrument.language == language:
            found.append(instrument)
    return found
