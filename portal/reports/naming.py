"""How names are told: joined into a list, and turned into the address of a part of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.reports.words import Words


def anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def join(names: Sequence[str], words: Words, last: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`; with `last="or"` any one of them.

    Spanish says "e" for "y" before the sound of an i, and "u" for "o" before the sound of an o.
    """
    if len(names) < 2:
        return "".join(names)
    sound = r"h?[ií](?![aeoáéó])" if last == "and" else r"h?[oó]"
    phrase = "before_same" if re.match(sound, names[-1], re.IGNORECASE) else None
    return f"{', '.join(names[:-1])} {words.say('report', last, phrase)} {names[-1]}"
