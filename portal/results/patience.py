"""Waiting out a busy database: which database errors pass by themselves, and trying again when one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

T = TypeVar("T")

# SQLSTATE classes that pass by themselves: connection lost, rolled back to let another through, server restarting.
_PASSING_CLASSES = ("08", "40", "57")
_LOCK_NOT_AVAILABLE = "55P03"
_PAUSES = (0.1, 0.5, 1.0)


def passes_by_itself(error: BaseException) -> bool:
    """True for "locked", "deadlock", "connection lost": the same act may well succeed a moment later."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, DatabaseError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state:
        return state[:2] in _PASSING_CLASSES or state == _LOCK_NOT_AVAILABLE
    if connection.vendor == "postgresql":
        return isinstance(error, OperationalError)  # without a state: the connection itself was lost
    text = str(error).lower()
    return "locked" in text or "busy" in text


def patiently(act: Callable[[], T]) -> T:
    """Run `act` (one whole transaction, harmless to repeat) and repeat it a few times while the database is busy."""
    for pause in _PAUSES:
        try:
            return act()
        except (DatabaseError, InterfaceError) as error:
            if connection.in_atomic_block or not passes_by_itself(error):
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return act()
