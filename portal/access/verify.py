"""Reads the whole access log against its seals and anchors, and says everything that does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from django.db import connection

from portal.access import anchors, seals, triggers
from portal.access.canonical import authentic, canonical_event
from portal.access.models import AccessEvent, Seal


@dataclass(frozen=True)
class Fault:
    """What is wrong and where: `edited 17`, `deleted 4`, `inserted 9`, `seal 3 …`, `anchor 5 …`."""

    kind: str
    place: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}"


def verify(path: Path | None = None) -> list[Fault]:
    """All faults of the log as it stands; an empty list says that nothing was changed, removed, moved or added.

    `path` is a copy of the anchor file kept elsewhere; without it the installation's own is used.
    """
    return list(dict.fromkeys([*_chain(), *_anchors(path or anchors.where()), *_unguarded()]))


def _chain() -> Iterator[Fault]:
    previous, number = "", 0
    covered: set[int] = set()
    last: Seal | None = None
    for seal in Seal.objects.order_by("number").iterator():
        number += 1
        name = f"seal {seal.number}"
        if seal.number != number:
            yield Fault("seal missing", f"seal {number}")
            number = seal.number
        if seal.previous != previous:
            yield Fault("chain broken", name)
        if not authentic(seal.digest.encode(), seal.mac):
            yield Fault("seal not ours", name)
        yield from _batch(seal, covered)
        previous, last = seal.digest, seal
    open_gaps = {gap for gap, _missed in last.gaps} if last else set()
    top = seals.highest(last) if last else 0
    for row in AccessEvent.objects.order_by("sequence").iterator():
        if row.sequence in covered:
            continue
        if row.sequence <= top and row.sequence not in open_gaps:
            yield Fault("inserted", f"event {row.sequence}")
        elif not authentic(canonical_event(row), row.mac):
            yield Fault("edited", f"event {row.sequence}")


def _batch(seal: Seal, covered: set[int]) -> Iterator[Fault]:
    name = f"seal {seal.number}"
    if sum(last - first + 1 for first, last in seal.ranges) != seal.count:
        yield Fault("changed", name)
        return
    rows: list[AccessEvent] = []
    expected: set[int] = set()
    for first, last in seal.ranges:
        numbers = set(range(first, last + 1))
        if not covered.isdisjoint(numbers):
            yield Fault("sealed twice", f"events {first}-{last}")
        covered |= numbers
        expected |= numbers
        rows += AccessEvent.objects.filter(sequence__gte=first, sequence__lte=last).order_by("sequence")
    missing = sorted(expected - {row.sequence for row in rows})
    if missing:
        yield Fault("deleted", f"{'event' if len(missing) == 1 else 'events'} {', '.join(map(str, missing[:20]))}")
    for row in rows:
        if not authentic(canonical_event(row), row.mac):
            yield Fault("edited", f"event {row.sequence}")
    moment = seal.at.astimezone(UTC).isoformat()
    digest = seals.digest_of(seal.previous, seal.number, moment, seal.ranges, seal.gaps, rows)
    if digest != seal.digest or len(rows) != seal.count:
        yield Fault("changed", name)
    if seal.gaps and connection.vendor == "sqlite":
        # One writer at a time and numbers that roll back with it: here a gap is a row that was taken out unsealed.
        yield Fault("deleted before sealing", f"event {seal.gaps[0][0]}")


def _anchors(path: Path) -> Iterator[Fault]:
    digests = dict(Seal.objects.values_list("number", "digest"))
    number = 0
    for anchor in anchors.read(path):
        number += 1
        if not anchor.authentic:
            yield Fault("anchor not ours", f"line {number}")
            continue
        if anchor.number != number:
            yield Fault("anchor missing", f"lines {number}-{anchor.number - 1}")
            number = anchor.number
        if anchor.number not in digests:
            yield Fault("end cut off", f"seal {anchor.number} is anchored and not in the log")
        elif digests[anchor.number] != anchor.digest:
            yield Fault("anchor differs", f"seal {anchor.number}")
    if digests and number < max(digests):
        yield Fault("anchor missing", f"after line {number}")


def _unguarded() -> Iterator[Fault]:
    for name in triggers.missing(connection):
        yield Fault("unguarded", name)
