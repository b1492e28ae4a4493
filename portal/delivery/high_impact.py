"""Which findings are grave: two people sign them, they are never left out, and nobody puts them off unheard.

The list is data: `high_impact.toml`. Signing, options and release all ask here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from portal.reports.models import Report

NO_STRENGTH = "N/A"


@cache
def _grave() -> frozenset[tuple[str, str]]:
    """Every grave pair of action and strength."""
    listed = tomllib.loads((Path(__file__).parent / "high_impact.toml").read_text("utf-8"))["findings"]
    return frozenset((action, said) for row in listed for action in row["actions"] for said in row["strengths"])


def is_grave(row: Mapping[str, Any]) -> bool:
    """Whether one row of guidance is on the list, by what it says first or otherwise."""
    said = row.get("classification") or NO_STRENGTH
    return any((action, said) in _grave() for action in (row.get("action"), row.get("otherwise")) if action)


def grave_medicines(report: Report) -> list[str]:
    """The medicines of a report with a grave finding, as the engine names them."""
    return sorted({row["drug"] for row in report.interpretation.result.get("guidance", []) if is_grave(row)})


def has_grave_findings(report: Report) -> bool:
    """Whether any finding of a report is on the list."""
    return any(is_grave(row) for row in report.interpretation.result.get("guidance", []))
