"""The chain: every act carries a keyed hash over itself and the act before it, so that no change stays unseen.

Who can write to the database but does not hold the key can neither add, change, move nor remove an act of the chain;
cutting its end is found against the anchor kept outside the database (`consent.ledger.anchors`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from consent.ledger import anchors
from consent.ledger.keys import ledger_key
from consent.ledger.models import ConsentEvent

_NOT_SEALED = frozenset({"sequence", "seal"})
SEALED = tuple(sorted(field.attname for field in ConsentEvent._meta.fields if field.attname not in _NOT_SEALED))
"""Every column but the database's own counter and the seal itself."""


class LedgerBroken(Exception):
    """The acts of a person do not form an unbroken chain: nothing may rest on them."""


class FaultCode(StrEnum):
    CHANGED = "changed"  # the seal does not fit the row
    MOVED = "moved"  # the rows are not in the order they were added
    MISSING = "missing"  # a row in the middle or at the start is gone
    NOT_LINKED = "not_linked"  # a row does not follow the one before it
    TAIL_CUT = "tail_cut"  # fewer rows than the anchor knows
    REWRITTEN = "rewritten"  # the anchored row is another one
    ANCHOR_MISSING = "anchor_missing"
    ANCHOR_CHANGED = "anchor_changed"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a person's chain, and at which position."""

    subject: uuid.UUID
    code: FaultCode
    position: int


def canonical(event: ConsentEvent) -> bytes:
    """The one way an act is written down before it is sealed."""
    return json.dumps(
        {name: _plain(getattr(event, name)) for name in SEALED},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value


def seal(event: ConsentEvent) -> str:
    return hmac.new(ledger_key(), canonical(event), hashlib.sha256).hexdigest()


def faults(events: Iterable[ConsentEvent]) -> list[Fault]:
    """What is wrong within one person's acts, without looking at the anchor."""
    found: list[Fault] = []
    before: ConsentEvent | None = None
    for expected, event in enumerate(sorted(events, key=lambda event: event.position), start=1):

        def note(code: FaultCode, event: ConsentEvent = event) -> None:
            found.append(Fault(event.subject, code, event.position))

        if not hmac.compare_digest(event.seal, seal(event)):
            note(FaultCode.CHANGED)
        if event.position != expected:
            note(FaultCode.MISSING)
            break
        if event.previous != (before.seal if before else ""):
            note(FaultCode.NOT_LINKED)
        if before is not None and event.sequence <= before.sequence:
            note(FaultCode.MOVED)
        before = event
    return found


def require_unbroken(events: Iterable[ConsentEvent]) -> None:
    """Raise `LedgerBroken` if these acts of one person, all of them, do not form a chain."""
    found = faults(events)
    if found:
        raise LedgerBroken(found[0].code)


def verify(subject: uuid.UUID) -> list[Fault]:
    """Everything wrong with one person's chain, the anchor included. Empty means: nothing found."""
    return _against_anchor(subject, list(ConsentEvent.objects.filter(subject=subject)))


def verify_all() -> tuple[int, list[Fault]]:
    """How many acts were looked at, and everything wrong; people known only by their anchor are looked at too."""
    events: dict[uuid.UUID, list[ConsentEvent]] = {subject: [] for subject in anchors.subjects()}
    for event in ConsentEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        events.setdefault(event.subject, []).append(event)
    found = [fault for subject, acts in events.items() for fault in _against_anchor(subject, acts)]
    return sum(map(len, events.values())), found


def _against_anchor(subject: uuid.UUID, events: Sequence[ConsentEvent]) -> list[Fault]:
    found = faults(events)
    try:
        anchor = anchors.read(subject)
    except anchors.AnchorChanged:
        return [*found, Fault(subject, FaultCode.ANCHOR_CHANGED, 0)]
    if anchor is None:
        return [*found, Fault(subject, FaultCode.ANCHOR_MISSING, 0)] if events else found
    anchored = {event.position: event for event in events}.get(anchor.position)
    if anchored is None:
        found.append(Fault(subject, FaultCode.TAIL_CUT, anchor.position))
    elif anchored.seal != anchor.seal:
        found.append(Fault(subject, FaultCode.REWRITTEN, anchor.position))
    return found
