"""How two ways of writing a name are known to be the same name."""

from __future__ import annotations

import re
import unicodedata

_AMOUNT = re.compile(r"\s+\d[\d.,]*\s*(mg|g|mcg|µg|μg|ml|iu|ie|ui|%).*$", re.IGNORECASE)


def folded(typed: str) -> str:
    """The same for every way of writing a name: no capitals, no accents, one space, no amount behind it."""
    plain = unicodedata.normalize("NFKD", _AMOUNT.sub("", typed))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.casefold().split())
