"""Reads the catalogues under `locale/` (gettext's .po) and compiles them (.mo), with Python alone.

Compiled catalogues are never kept in the repository: every start compiles those that have changed into a folder
beside the database, so a fresh clone speaks every language at once, and no gettext program is needed.
"""

from __future__ import annotations

import ast
import os
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

DOMAIN = "django"
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
APART = ("\u2068", "\u2069")
"""Unicode's "first strong isolate" and its end: what stands between them cannot turn the words around it."""
MAGIC = 0x950412DE
_TAG_OR_VALUE = re.compile(r"<[^<>]*>|(?P<value>%\(\w+\)[sd]|%[sd]|\{\w*\})")
_TAKEN = re.compile(r"link|url|address|code|secret|token|password|start|end")
_LINE = re.compile(r'^(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d)\])?)\s+)?(".*")$')


class UnreadableCatalogue(ValueError):
    """A line of a catalogue is not what a .po file may hold."""


@dataclass
class Message:
    """One message: what stands in the source, where, and how the language says it (one form per plural)."""

    text: str
    plural: str = ""
    context: str = ""
    said: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.context, self.text, self.plural)


def catalogue_of(folder: Path, language: str) -> Path:
    """Where a language's catalogue is; `language` as Django writes it, such as "pt-br"."""
    name, _, region = language.partition("-")
    return folder / (f"{name}_{region.upper()}" if region else name) / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(path: Path) -> list[Message]:
    return parsed_catalogue(path.read_text("utf-8"))


def parsed_catalogue(content: str) -> list[Message]:
    """Every message of a .po text, its header (the message with the empty text) first. Obsolete ones are left out."""
    return [_message(block) for block in _blocks(content) if block]


def _blocks(content: str) -> Iterator[list[str]]:
    for block in re.split(r"\n\s*\n", content):
        yield [line for line in block.splitlines() if line.strip() and not line.startswith("#~")]


def _message(lines: list[str]) -> Message:
    found, part = Message(""), ""
    for line in lines:
        if line.startswith("#:"):
            found.places += line[2:].split()
        elif line.startswith("#,"):
            found.fuzzy = found.fuzzy or "fuzzy" in line
        elif line.startswith("#"):
            found.notes.append(line[1:].strip())
        else:
            match = _LINE.match(line.strip())
            if match is None:
                raise UnreadableCatalogue(line)
            part = match[1] or part
            _add(found, part, ast.literal_eval(match[3]), new=bool(match[1]))
    return found


def _add(found: Message, part: str, text: str, *, new: bool) -> None:
    if part == "msgctxt":
        found.context += text
    elif part == "msgid":
        found.text += text
    elif part == "msgid_plural":
        found.plural += text
    elif new:
        found.said.append(text)
    else:
        found.said[-1] += text


def written_catalogue(messages: Iterable[Message]) -> str:
    """The .po text of these messages, in this order."""
    return "\n".join(_written(message) for message in messages)


def _written(message: Message) -> str:
    lines = [f"# {note}".rstrip() for note in message.notes]
    lines += [f"#: {place}" for place in message.places]
    if message.fuzzy:
        lines.append("#, fuzzy")
    if message.context:
        lines += _quoted("msgctxt", message.context)
    lines += _quoted("msgid", message.text)
    if message.plural:
        lines += _quoted("msgid_plural", message.plural)
        for number, said in enumerate(message.said):
            lines += _quoted(f"msgstr[{number}]", said)
    else:
        lines += _quoted("msgstr", message.said[0] if message.said else "")
    return "\n".join(lines) + "\n"


def _quoted(keyword: str, text: str) -> list[str]:
    parts = text.splitlines(keepends=True) or [""]
    if len(parts) > 1:
        parts.insert(0, "")
    escaped = [part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for part in parts]
    return [f'{keyword} "{escaped[0]}"', *(f'"{part}"' for part in escaped[1:])]


def compiled(messages: Iterable[Message]) -> bytes:
    """A .mo file: what is translated and certain. What is missing or fuzzy stays in the source's words."""
    pairs: dict[bytes, bytes] = {}
    for message in messages:
        if message.said and all(message.said) and not message.fuzzy:
            source = (message.context + "\x04" if message.context else "") + message.text
            source += "\x00" + message.plural if message.plural else ""
            pairs[source.encode()] = "\x00".join(message.said).encode()
    ordered = sorted(pairs.items())
    texts, start = b"", 28 + 16 * len(ordered)
    tables: tuple[list[int], list[int]] = ([], [])
    for number, table in enumerate(tables):
        for pair in ordered:
            table += [len(pair[number]), start + len(texts)]
            texts += pair[number] + b"\x00"
    head = struct.pack("<7I", MAGIC, 0, len(ordered), 28, 28 + 8 * len(ordered), 0, start)
    return head + b"".join(struct.pack(f"<{len(table)}I", *table) for table in tables) + texts


def values_apart(messages: Iterable[Message]) -> Iterator[Message]:
    """The same messages, each value in them set apart: a name in other letters, a day or a number keeps its order.

    Not what stands inside a tag, and nothing that is opened or typed off: addresses, links and codes.
    """
    for message in messages:
        yield replace(message, said=[_TAG_OR_VALUE.sub(_apart, form) for form in message.said])


def _apart(found: re.Match[str]) -> str:
    return found[0] if not found["value"] or _TAKEN.search(found["value"]) else found["value"].join(APART)


def prepare_catalogues(source: Path, target: Path) -> None:
    """Compiles every catalogue under `source` that has changed into `target`.

    Safe to run from two processes at once: a file arrives under its name whole or not at all, with the age of what
    it was made from.
    """
    for path in source.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        made = (target / path.relative_to(source)).with_suffix(".mo")
        age = path.stat().st_mtime_ns
        if made.exists() and made.stat().st_mtime_ns == age:
            continue
        made.parent.mkdir(parents=True, exist_ok=True)
        unfinished = made.with_suffix(f".{os.getpid()}")
        messages = read_catalogue(path)
        from_the_right = path.relative_to(source).parts[0].partition("_")[0] in RIGHT_TO_LEFT
        unfinished.write_bytes(compiled(values_apart(messages) if from_the_right else messages))
        os.utime(unfinished, ns=(age, age))
        unfinished.replace(made)
