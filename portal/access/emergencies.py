"""Figures and refusals of breaking the glass: one patient, one hour, told at once, looked into within three days."""

from __future__ import annotations

from datetime import timedelta

OPEN_FOR = timedelta(minutes=60)
REVIEWED_WITHIN = timedelta(hours=72)
SHORTEST_REASON = 15
"""Letters: enough to say what happened, not enough to be a burden in an emergency."""


class NoSuchRecord(Exception):
    """Record number and birth date do not belong together. Which of the two is wrong is not said."""
