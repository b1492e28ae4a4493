"""The consent texts that come with the portal: one folder per language, one file per group of scopes.

A text is the group's shared parts, the scope's own, and what every text must say (`statements.toml`); its hash
covers every word of it, the questions and the answers included.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from consent.ledger.scopes import kind_of, kinds
from consent.ledger.scopes import scope as scope_of

FOLDER = Path(__file__).resolve().parent
FALLBACK_LOCALE = "en"
LOCALES = ("en", "es")


@dataclass(frozen=True)
class Part:
    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A teach-back question; `again` explains the matter in another way after a wrong answer."""

    id: str
    ask: str
    options: tuple[str, ...]
    right: int
    again: str


@dataclass(frozen=True)
class Legal:
    """What the law asks a consent text to hold (45 CFR 164.508(c), GDPR art. 7, 45 CFR 46.116), as fields."""

    data: str
    discloser: str
    recipient: str
    purpose: str
    expires: str
    expires_days: int | None
    right_to_withdraw: str
    conditioning: str
    redisclosure: str
    gina: tuple[str, ...]
    retention: str
    whole_genome: bool
    returns_results: bool


@dataclass(frozen=True)
class ConsentText:
    """One exact text in one language. `content_hash` covers every word of it, the answers included."""

    scope: str
    group: str
    locale: str
    version: str
    reviewed: bool
    title: str
    name: str
    summary: tuple[str, ...]
    parts: tuple[Part, ...]
    question: str
    answer_yes: str
    answer_no: str
    answer_withdraw: str
    legal: Legal
    questions: tuple[Question, ...]
    questions_hash: str
    content: Mapping[str, Any]
    content_hash: str


def scopes() -> tuple[str, ...]:
    """Every scope that needs no further name (whom, which variant), in the order a person meets them."""
    return tuple(kind.kind for kind in kinds() if not kind.names)


def text(scope: str, locale: str = FALLBACK_LOCALE) -> ConsentText:
    """The text of a scope in a language, else in English. Raises KeyError for a scope nobody can be asked about."""
    found = scope_of(scope)
    return read(scope, locale_for(locale), shipped(found.kind, locale_for(locale)))


def locale_for(language: str) -> str:
    """The language a person is asked in: theirs if there are texts in it, else English."""
    short = language.split("-")[0].lower()
    return short if short in LOCALES else FALLBACK_LOCALE


@cache
def shipped(kind: str, locale: str) -> dict[str, Any]:
    """The whole content of a text as it comes with the portal, as plain data."""
    folder = FOLDER / locale
    group = tomllib.loads((folder / f"{kind_of(kind).group}.toml").read_text(encoding="utf-8"))
    every = tomllib.loads((folder / "statements.toml").read_text(encoding="utf-8"))
    own = group["scopes"][kind]
    days = own.get("expires_days")
    headings, said = every["headings"], every["statements"]
    return {
        "version": group["version"],
        "statements_version": every["version"],
        "reviewed": every["reviewed"],
        "group_name": group["name"],
        "name": own["name"],
        "title": own["title"],
        "summary": own["summary"],
        "parts": [
            {"heading": headings["what"], "sentences": own["what"] + _flags(own, every)},
            {"heading": headings["who"], "sentences": group["who"]},
            {"heading": headings["risks"], "sentences": group["risks"]},
            {"heading": headings["change"], "sentences": said["change"]},
            {"heading": headings["rights"], "sentences": said["rights"]},
        ],
        "question": own["question"],
        "answers": {key: own.get(key, every["answers"][key]) for key in ("yes", "no", "withdraw")},
        "legal": {
            "data": own["data"],
            "discloser": every["from"],
            "recipient": own["to"],
            "purpose": own["purpose"],
            "expires": every["expires_days"].format(years=round(days / 365)) if days else every["expires_never"],
            "expires_days": days,
            "right_to_withdraw": said["change"][0],
            "conditioning": said["rights"][0],
            "redisclosure": said["rights"][1],
            "gina": said["rights"][2:4],
            "retention": said["rights"][4],
            "whole_genome": own.get("whole_genome", False),
            "returns_results": own.get("returns_results", False),
        },
        "questions": group["questions"],
    }


def group_name(group: str, locale: str) -> str:
    """What a group of scopes is called."""
    first = next(row for row in kinds() if row.group == group)
    return str(shipped(first.kind, locale_for(locale))["group_name"])


def _flags(own: Mapping[str, Any], every: Mapping[str, Any]) -> list[str]:
    found = [every["whole_genome"]] if own.get("whole_genome") else []
    return [*found, every["returns_results"] if own.get("returns_results") else every["returns_nothing"]]


def hash_of(content: Any) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(scope: str, locale: str, content: Mapping[str, Any]) -> ConsentText:
    """Plain data as a typed text; the data may come from the files here or from a published template."""
    answers, legal = content["answers"], content["legal"]
    return ConsentText(
        scope=scope,
        group=kind_of(scope).group,
        locale=locale,
        version=content["version"],
        reviewed=content["reviewed"],
        title=content["title"],
        name=content["name"],
        summary=tuple(content["summary"]),
        parts=tuple(Part(part["heading"], tuple(part["sentences"])) for part in content["parts"]),
        question=content["question"],
        answer_yes=answers["yes"],
        answer_no=answers["no"],
        answer_withdraw=answers["withdraw"],
        legal=Legal(**{**legal, "gina": tuple(legal["gina"])}),
        questions=tuple(Question(**{**row, "options": tuple(row["options"])}) for row in content["questions"]),
        questions_hash=hash_of(content["questions"]),
        content=content,
        content_hash=hash_of(content),
    )
