"""Changing the master key: every wrapped key is wrapped anew by the current one. What is sealed stays as it is.

Killed at any line it loses nothing: a row changes in one statement, and what is left over is found again by its
master's name. Safe beside a running site, as long as every process knows both master keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.sealing.errors import SealError
from portal.sealing.keyring import Keyring
from portal.sealing.keys import master_keys, reconcile_register
from portal.sealing.models import IndexKey, PersonKey

BATCH = 500


@dataclass
class Rotation:
    """How far it got. `failed` names rows that no known master key opens; they are left untouched."""

    total: int
    done: int = 0
    failed: list[str] = field(default_factory=list)


def _waiting(ring: Keyring) -> tuple[QuerySet[PersonKey], QuerySet[IndexKey]]:
    return (
        PersonKey.objects.exclude(master=ring.current).filter(wrapped__isnull=False).order_by("subject"),
        IndexKey.objects.exclude(master=ring.current).order_by("name"),
    )


def waiting() -> int:
    """How many keys are not yet wrapped by the current master key."""
    return sum(rows.count() for rows in _waiting(master_keys()))


def wrap_anew(ring: Keyring, row: PersonKey | IndexKey) -> None:
    """Wraps one key by the current master key. Raises `SealError` when no known master key opens it."""
    old = bytes(row.wrapped or b"")
    key = ring.unwrap(row.master, old, row.purpose)
    new = ring.wrap(key, row.purpose)
    # Only if nobody changed the row meanwhile: a key destroyed in between stays destroyed.
    type(row)._base_manager.filter(pk=row.pk, wrapped=old).update(wrapped=new, master=ring.current)


def rotate(batch: int = BATCH, progress: Callable[[Rotation], None] | None = None) -> Rotation:
    """Wraps all keys by the current master key, a batch per transaction. Calls `progress` after each batch."""
    reconcile_register()
    ring = master_keys()
    persons, indexes = _waiting(ring)
    state = Rotation(total=persons.count() + indexes.count())
    for rows in (persons, indexes):
        after: object = None
        while True:
            following = rows if after is None else rows.filter(pk__gt=after)
            with transaction.atomic():
                found: list[Any] = list(following.select_for_update()[:batch])
                for row in found:
                    try:
                        wrap_anew(ring, row)
                        state.done += 1
                    except SealError:
                        state.failed.append(str(row))
            if not found:
                break
            after = found[-1].pk
            if progress is not None:
                progress(state)
    return state
