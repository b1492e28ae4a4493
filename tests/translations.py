"""Every message of the interface has a translation in every language the site offers.

The source language is English. The messages are extracted afresh and compared with each catalogue under `locale/`:
nothing missing, nothing left over, nothing uncertain, the same placeholders, and no visible word that is not marked.
`python -m tests.translations --update` writes new messages into the catalogues, to be translated.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.translations import Message

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")
OVERRIDES = "instead of"
"""A note that begins like this keeps a message that is not ours: a library's words, said our way."""


def wrong_in(catalogue: list[Message], wanted: list[Message]) -> Iterator[str]:
    """What is wrong with a catalogue, a sentence each."""
    header, *said = catalogue
    plurals = int(re.search(r"nplurals=(\d)", header.said[0])[1])  # type: ignore[index]
    known = {message.key: message for message in said}
    needed = {message.key for message in wanted}
    for key in [message.key for message in wanted if message.key not in known]:
        yield f"missing: {key[1]!r}"
    for message in said:
        if message.key not in needed and not any(note.startswith(OVERRIDES) for note in message.notes):
            yield f"not said any more: {message.text!r}"
        if message.fuzzy:
            yield f"uncertain (fuzzy): {message.text!r}"
        if len(message.said) != (plurals if message.plural else 1) or not all(message.said):
            yield f"not translated: {message.text!r}"
            continue
        yield from _placeholders(message)


def _placeholders(message: Message) -> Iterator[str]:
    """The last plural form holds all of them; the others may say "one" in a word."""
    wanted = sorted(PLACEHOLDER.findall(message.plural or message.text))
    for form in message.said:
        held = sorted(PLACEHOLDER.findall(form))
        if held != wanted and (form == message.said[-1] or not set(held) <= set(wanted)):
            yield f"placeholders differ: {message.text!r} -> {form!r}"
    edges = [text.strip() == text for text in (message.text, message.said[0])]
    if edges[0] != edges[1] or message.text.startswith("\n") != message.said[0].startswith("\n"):
        yield f"space at the edges differs: {message.text!r}"


def updated(catalogue: list[Message], wanted: list[Message]) -> list[Message]:
    """The catalogue with every wanted message, in the order of the source, and nothing that is not said any more."""
    header, *said = catalogue
    known = {message.key: message for message in said}
    kept = [message for message in said if any(note.startswith(OVERRIDES) for note in message.notes)]
    ours = []
    for message in wanted:
        old = known.get(message.key)
        message.said = old.said if old else ["", ""] if message.plural else [""]
        message.notes = old.notes if old else []
        ours.append(message)
    return [header, *ours, *(message for message in kept if message.key not in {m.key for m in ours})]


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
    import django
    from django.conf import settings

    django.setup()
    from portal.translations import catalogue_of, read_catalogue, written_catalogue
    from tests.messages import messages, unmarked

    wrong = [f"not marked for translation: {words}" for words in unmarked()]
    for language, _name in settings.LANGUAGES:
        if language == "en":
            continue
        path: Path = catalogue_of(settings.ROOT / "locale", language)
        catalogue = read_catalogue(path)
        if "--update" in arguments:
            catalogue = updated(catalogue, messages())
            path.write_text(written_catalogue(catalogue), "utf-8")
        wrong += [f"{language}: {sentence}" for sentence in wrong_in(catalogue, messages())]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
