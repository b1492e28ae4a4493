"""Every act once more, in a file outside the database: so that a restored backup can be brought up to date.

One line per act, as it was sealed; only ever added to. It knows a person as the ledger does, by an opaque id. The
anchors say how far each person's acts go, and the seals that nobody wrote a line but us.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from consent.ledger import anchors, chain
from consent.ledger.models import ConsentEvent


class CannotKnow(Exception):
    """The acts outside the database do not reach as far as the anchors say: what a person last said is not known."""


def path() -> Path:
    return anchors.folder() / "acts.jsonl"


def keep_outside(event: ConsentEvent) -> None:
    """After an act is committed: its line, those of acts whose process died before theirs, and then the anchor."""
    try:
        known = anchors.read(event.subject)
    except anchors.AnchorChanged:
        known = None
    first = known.position + 1 if known is not None else 1
    acts: Iterable[ConsentEvent] = [event]
    if first < event.position:
        acts = ConsentEvent.objects.filter(
            subject=event.subject, position__gte=first, position__lte=event.position
        ).order_by("position")
    _add(acts)
    anchors.set_anchor(event.subject, event.position, event.seal)


def _add(acts: Iterable[ConsentEvent]) -> None:
    told = [{"sequence": act.sequence, "act": json.loads(chain.canonical(act)), "seal": act.seal} for act in acts]
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _ends_whole(file.fileno()):
            file.write(b"\n")  # a line cut short by a crash stays a line of its own, and is passed over
        file.write(b"".join(json.dumps(line).encode() + b"\n" for line in told))
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def acts() -> dict[uuid.UUID, dict[int, ConsentEvent]]:
    """Every act outside the database whose seal is ours, by person and position; other lines are passed over."""
    found: dict[uuid.UUID, dict[int, ConsentEvent]] = {}
    if not path().exists():
        return found
    with path().open() as lines:
        for line in lines:
            try:
                act = _act(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue
            if act is not None:
                found.setdefault(act.subject, {})[act.position] = act
    return found


def _act(told: dict[str, Any]) -> ConsentEvent | None:
    columns = {field.attname: field for field in ConsentEvent._meta.concrete_fields}
    fields = {name: columns[name].to_python(told["act"][name]) for name in chain.SEALED}
    act = ConsentEvent(sequence=told["sequence"], seal=told["seal"], **fields)
    return act if chain.seal(act) == act.seal else None


def replay() -> int:
    """Adds to the ledger what was said after it was copied; how many acts. Call it in the restore's transaction.

    Raises `CannotKnow` when afterwards a person's acts do not reach exactly as far as the anchor outside says.
    """
    outside = acts()
    last = {
        event.subject: event.position
        for event in ConsentEvent.objects.order_by("position").only("subject", "position").iterator()
    }
    added = [
        act
        for subject, kept in outside.items()
        for position, act in sorted(kept.items())
        if position > last.get(subject, 0)
    ]
    for act in sorted(added, key=lambda act: act.sequence):
        act.save()
    _looked_at, found = chain.verify_all()
    if found:
        raise CannotKnow(f"{len(found)} faults in the consent ledger after the restore, the first: {found[0].code}")
    return len(added)
