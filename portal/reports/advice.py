"""One row of advice in the exact words of the field, for care teams: the action and what it is tied to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.reports.words import Words


def conditions(row: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The codes of what a row's action is tied to; rows kept from earlier releases name none."""
    return tuple(row.get("when", ())) if row else ()


def exact_advice(row: Mapping[str, Any], words: Words) -> str:
    """`increase dose (only for …; otherwise: standard dose)`."""
    action = words.say("actions", row["action"] or "not_coded", "technical")
    limits = [words.say("conditions", code, "technical") for code in conditions(row)]
    if row.get("otherwise"):
        otherwise = words.say("actions", row["otherwise"], "technical")
        limits.append(words.say("report", "otherwise", name=otherwise))
    return f"{action} ({'; '.join(limits)})" if limits else action
