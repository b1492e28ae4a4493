"""Questionnaires as data files, each with its owner's terms: the owner's exact words where those allow it.

Where an owner allows no translation and gives none, there are a few questions of our own, labelled as ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
READY = {"en": "sure.en", "es": "ready.es"}
TALK = {"en": "collaborate.en", "es": "talk.es"}


@dataclass(frozen=True)
class Instrument:
    id: str
    language: str
    notice: str
    own: bool
    items: Mapping[str, str]
    scale: tuple[str, ...] = ()


def ready(language: str) -> Instrument:
    """The four questions whether somebody is ready to choose."""
    return _read(READY.get(language, READY["en"]))


def talk(language: str) -> Instrument:
    """The three questions about a talk."""
    return _read(TALK.get(language, TALK["en"]))


@cache
def _read(name: str) -> Instrument:
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return Instrument(
        id=told["id"],
        language=name.rpartition(".")[2],
        notice=told["notice"],
        own=told["own"],
        items={item["key"]: item["text"] for item in told["items"]},
        scale=tuple(told.get("scale", ())),
    )
