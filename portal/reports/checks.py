"""Start-up check: every code the engine can say has its words, in every language reports are written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from genomics.knowledge import load as load_knowledge
from genomics.pharmacogenomics.vocabulary import Vocabulary, vocabulary
from portal.reports import words
from portal.reports.status import STATUS_OF_ACTION

# Modules whose entries are the engine's codes one to one; each is also the name of the vocabulary's list.
CODED = (
    "genes",
    "not_covered",
    "drugs",
    "actions",
    "conditions",
    "implications",
    "populations",
    "classifications",
    "reasons",
    "caveats",
)


def codes(spoken: Vocabulary) -> Iterator[tuple[str, str]]:
    """Every (module, code) that needs words."""
    for module in CODED:
        for code in getattr(spoken, module):
            # An action without a code is told as "not coded".
            yield module, "not_coded" if module == "actions" and not code else str(code)
    for gene, phenotypes in spoken.phenotypes.items():
        for phenotype in phenotypes:
            yield "phenotypes", f"{gene}/{phenotype}"


def without_words(spoken: Vocabulary, known: words.Words) -> list[tuple[str, str]]:
    """The (module, code) pairs that have no words in this language."""
    return [(module, code) for module, code in codes(spoken) if not known.has(module, code)]


def left_out(known: words.Words, translated: words.Words) -> list[str]:
    """What a translation lacks, or says with other slots, other explained words or other marks than the original."""
    found = []
    for module, entries in known.modules.items():
        for code, entry in entries.items():
            other = translated.modules[module].get(code)
            if other is None:
                found.append(f"{module}: {code!r}")
                continue
            found += [
                f"{module}: {code!r}, {name or 'text'}"
                for name, one, two in _side_by_side(entry, other)
                if bool(one) != bool(two) or _fixed_parts(one) != _fixed_parts(two)
            ]
            if entry.marks != other.marks:
                found.append(f"{module}: {code!r}, marks")
    return found


def _side_by_side(one: words.Entry, two: words.Entry) -> Iterator[tuple[str, str, str]]:
    yield "", one.text, two.text
    for name in sorted({*one.phrases, *two.phrases} - {"name"}):
        yield name, one.phrases.get(name, ""), two.phrases.get(name, "")


def _fixed_parts(text: str) -> tuple[set[str], set[str]]:
    """What every language must say alike: the names in slots, and which words are explained."""
    return words.slots(text), {mark.group(1) for mark in words.TERM.finditer(text)}


@register
def every_code_has_words(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    spoken = vocabulary(load_knowledge())
    errors: list[CheckMessage] = []
    for language in settings.REPORT_LANGUAGES:
        if language not in words.LANGUAGES:
            errors.append(Error(f"There are no words in {language!r} at all.", id="reports.E001"))
            continue
        errors += [
            Error(
                f"{module}: {code!r} has no words in {language!r}.",
                hint=f"Add an entry to portal/reports/words/{language}/{module}.toml.",
                id="reports.E002",
            )
            for module, code in without_words(spoken, words.load(language))
        ]
    original = words.load(words.LANGUAGES[0])
    errors += [
        Error(
            f"{missing} is not said in {language!r} as in {original.language!r}.",
            hint=f"Say the same in portal/reports/words/{language}/.",
            id="reports.E004",
        )
        for language in settings.REPORT_LANGUAGES
        if language in words.LANGUAGES
        for missing in left_out(original, words.load(language))
    ]
    errors += [
        Error(
            f"The action {action!r} has no status.",
            hint="Add it to STATUS_OF_ACTION in portal/reports/status.py; until then it is shown as not known.",
            id="reports.E003",
        )
        for action in spoken.actions
        if action and action not in STATUS_OF_ACTION
    ]
    return errors
