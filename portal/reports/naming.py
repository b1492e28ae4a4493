"""How names are told: joined into a list, and turned into the address of a part of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.reports.words import Words


def anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def join(names: Sequence[str], words: Words, last: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`; with `last="or"` any one of them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {words.say('report', last)} {names[-1]}"
