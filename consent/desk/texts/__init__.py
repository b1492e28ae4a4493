"""The consent texts a person is shown, one folder per scope, one file per language, each with a hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
FALLBACK_LOCALE = "en"


@dataclass(frozen=True)
class Part:
    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ConsentText:
    """One exact text in one language. `content_hash` covers every word of it, the answers included."""

    scope: str
    locale: str
    version: str
    title: str
    name: str
    summary: tuple[str, ...]
    parts: tuple[Part, ...]
    question: str
    answer_yes: str
    answer_no: str
    answer_withdraw: str
    content_hash: str


def scopes() -> tuple[str, ...]:
    """Every scope there is a text for."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if (folder / f"{FALLBACK_LOCALE}.toml").exists()))


def text(scope: str, locale: str = FALLBACK_LOCALE) -> ConsentText:
    """The current text of a scope in a language, else in English. Raises KeyError for a scope without a text."""
    if scope not in scopes():
        raise KeyError(scope)
    language = locale.split("-")[0].lower()
    known = language.isalpha() and (FOLDER / scope / f"{language}.toml").exists()
    return _load(scope, language if known else FALLBACK_LOCALE)


@cache
def _load(scope: str, locale: str) -> ConsentText:
    content: dict[str, Any] = tomllib.loads((FOLDER / scope / f"{locale}.toml").read_text(encoding="utf-8"))
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return ConsentText(
        scope=scope,
        locale=locale,
        version=content["version"],
        title=content["title"],
        name=content["name"],
        summary=tuple(content["summary"]),
        parts=tuple(Part(part["heading"], tuple(part["sentences"])) for part in content["parts"]),
        question=content["question"],
        answer_yes=content["answers"]["yes"],
        answer_no=content["answers"]["no"],
        answer_withdraw=content["answers"]["withdraw"],
        content_hash=hashlib.sha256(canonical.encode()).hexdigest(),
    )
