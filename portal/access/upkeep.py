"""What happens by itself every few seconds: seal the log, tell people what they are owed, what other rooms add."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from portal.access.notices import send_owed
from portal.access.recovery import let_expire
from portal.access.seals import seal

Round = Callable[[], object]
_rounds: list[Round] = []


def every_round(look: Round) -> Round:
    """Register what a higher room does by itself. Doing it twice, or at the same time, must change nothing."""
    if look not in _rounds:
        _rounds.append(look)
    return look


def look_after() -> None:
    """Notices first: they write nothing to the log, and sealing may be slow after a long silence. What one part
    raises keeps no other part from its turn."""
    with ExitStack() as turns:
        turns.callback(seal)
        turns.callback(let_expire)
        for look in reversed(_rounds):
            turns.callback(look)
        turns.callback(send_owed)
