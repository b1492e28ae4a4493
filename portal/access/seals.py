"""Closes the access log in batches: a hash chain over its rows whose head is kept outside the database as well.

Events are written in their act's own transaction and sealed within seconds, so that writers never queue for a chain.
PostgreSQL hands out sequences before the commit: a number may turn up after higher ones were sealed. Such gaps are
remembered for an hour, and a row that fills one is sealed then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.access import anchors
from portal.access.canonical import as_bytes, authentication_code, canonical_event
from portal.access.models import AccessEvent, Seal

MOST_ROWS = 10_000
MOST_GAPS = 10_000
GAP_SECONDS = 3600
"""Longer than any transaction can last here (tasks end after five minutes, requests much sooner)."""


def waiting(last: Seal | None) -> QuerySet[Any]:
    """Events that no seal covers yet."""
    if last is None:
        return AccessEvent.objects.order_by("sequence")
    gaps = [gap for gap, _missed in last.gaps]
    return AccessEvent.objects.filter(Q(sequence__gt=highest(last)) | Q(sequence__in=gaps)).order_by("sequence")


def highest(seal: Seal) -> int:
    """The highest sequence that is sealed or known to be missing."""
    return max([seal.ranges[-1][1], *(gap for gap, _missed in seal.gaps)])


def last_seal() -> Seal | None:
    return Seal.objects.order_by("-number").first()


def digest_of(previous: str, number: int, at: str, ranges: Any, gaps: Any, rows: Iterable[AccessEvent]) -> str:
    """The hash of a batch: the seal before it, what it covers, and every row in its place."""
    told = hashlib.sha256(as_bytes([previous, number, at, ranges, gaps]))
    for row in rows:
        told.update(as_bytes([row.sequence, row.mac, hashlib.sha256(canonical_event(row)).hexdigest()]))
    return told.hexdigest()


def ranges_of(sequences: Sequence[int]) -> list[list[int]]:
    """Ascending numbers as ranges.

    >>> ranges_of([1, 2, 3, 7, 9, 10])
    [[1, 3], [7, 7], [9, 10]]
    """
    ranges: list[list[int]] = []
    for number in sequences:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def seal() -> Seal | None:
    """Seal what waits, if anything, and anchor the head. Done twice at once, it is done once."""
    made = None
    if waiting(last_seal()).exists():
        try:
            with transaction.atomic():
                made = _seal()
        except IntegrityError:
            made = None  # another sealed the same batch at the same moment; its seal stands
    anchors.anchor_missing()
    return made


def _seal() -> Seal | None:
    last = last_seal()
    rows = list(waiting(last)[:MOST_ROWS])
    if not rows:
        return None
    now = timezone.now()
    sequences = [row.sequence for row in rows]
    top = max(sequences[-1], highest(last) if last else 0)
    known = dict(last.gaps) if last else {}
    # What came before the first seal cannot be missed; afterwards every number is accounted for.
    first = highest(last) + 1 if last else sequences[0]
    new = set(range(max(first, top - MOST_GAPS), top + 1)) - set(sequences)
    missed_since = now.timestamp() - GAP_SECONDS
    gaps = [[gap, at] for gap, at in known.items() if gap not in set(sequences) and at > missed_since]
    gaps += [[gap, int(now.timestamp())] for gap in new]
    gaps.sort()
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    ranges = ranges_of(sequences)
    digest = digest_of(previous, number, now.astimezone(UTC).isoformat(), ranges, gaps, rows)
    made = Seal(
        number=number,
        at=now,
        ranges=ranges,
        gaps=gaps,
        count=len(rows),
        previous=previous,
        digest=digest,
        mac=authentication_code(digest.encode()),
    )
    made.save()
    return made
