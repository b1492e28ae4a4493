"""Text that people typed, freed of characters that would make it read as something else than what is stored."""

from __future__ import annotations

import unicodedata

# Embeddings, overrides and isolates of writing direction: with them "do not take" can be shown as something else.
# The plain marks (U+200E, U+200F) stay; names in right-to-left scripts need them.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def plain_text(text: str) -> str:
    """The text without direction overrides and control characters; line breaks are "\\n", ends are trimmed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TURNS)
    return "".join(letter for letter in lines if letter in "\n\t" or unicodedata.category(letter) != "Cc").strip()


def one_line(text: str) -> str:
    """The same for a name: no line breaks either."""
    return " ".join(plain_text(text).split())
