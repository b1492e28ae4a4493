"""How long an opened key may stay in memory: one request or one task, never longer.

`held_keys()` opens such a stretch; requests and Celery tasks open theirs by signal (`apps.py`). Outside one, every
use fetches and unwraps the key again. A key fetched inside a transaction counts only while that transaction (and
savepoint) can still be committed: a key whose row was rolled back must never seal anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction


class Provision:
    """Stands among a transaction's commit hooks. Django drops it there when the transaction is rolled back."""

    def __init__(self) -> None:
        self.committed = False

    def __call__(self) -> None:
        self.committed = True

    def holds(self) -> bool:
        return self.committed or any(entry[1] is self for entry in transaction.get_connection().run_on_commit)


def _provision(known: dict[tuple[str, ...], Provision]) -> Provision | None:
    """The mark for a key fetched now; None outside a transaction, where what is read is committed."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        return None
    nesting = tuple(connection.savepoint_ids)
    mark = known.get(nesting)
    if mark is None or mark.committed or not mark.holds():
        mark = known[nesting] = Provision()
        transaction.on_commit(mark)
    return mark


class Held:
    """The keys opened in one stretch, by person, and the index key."""

    def __init__(self, outer: Held | None) -> None:
        self.outer = outer
        self._ciphers: dict[uuid.UUID, tuple[AESGCM, bytes, Provision | None]] = {}
        self._provisions: dict[tuple[str, ...], Provision] = {}
        self.index_key: tuple[bytes, Provision | None] | None = None
        self._expected: dict[uuid.UUID, None] = {}

    def get(self, subject: uuid.UUID) -> tuple[AESGCM, bytes] | None:
        held = self._ciphers.get(subject)
        if held is None or (held[2] is not None and not held[2].holds()):
            return None
        return held[0], held[1]

    def put(self, subject: uuid.UUID, cipher: AESGCM, key: bytes) -> None:
        self._ciphers[subject] = (cipher, key, _provision(self._provisions))

    def get_index_key(self) -> bytes | None:
        if self.index_key is None or (self.index_key[1] is not None and not self.index_key[1].holds()):
            return None
        return self.index_key[0]

    def put_index_key(self, key: bytes) -> None:
        self.index_key = (key, _provision(self._provisions))

    def expect(self, subject: uuid.UUID) -> None:
        if subject not in self._ciphers:
            self._expected[subject] = None

    def expected(self, most: int) -> list[uuid.UUID]:
        """People whose rows were read and whose keys were not: fetched along with the first one that is needed."""
        subjects = [subject for subject in self._expected if subject not in self._ciphers]
        self._expected.clear()
        return subjects[:most]

    def drop(self, subject: uuid.UUID) -> None:
        self._ciphers.pop(subject, None)
        if self.outer is not None:
            self.outer.drop(subject)

    def __repr__(self) -> str:
        return f"Held({len(self._ciphers)} keys)"


_held: ContextVar[Held | None] = ContextVar("held_keys", default=None)


def current() -> Held | None:
    return _held.get()


def expect(subject: uuid.UUID | None) -> None:
    """A row of this person was read. A list of fifty people then costs one question for their keys, not fifty."""
    held = _held.get()
    if held is not None and subject is not None:
        held.expect(subject)


def begin() -> None:
    _held.set(Held(_held.get()))


def end() -> None:
    held = _held.get()
    _held.set(held.outer if held is not None else None)


@contextmanager
def held_keys() -> Iterator[None]:
    """Keys opened inside are kept until the end of the block. For commands, tests and long loops."""
    begin()
    try:
        yield
    finally:
        end()


def begin_request(**kwargs: Any) -> None:
    """A request starts with nothing, whatever an earlier one on this thread left behind."""
    _held.set(Held(None))


def end_request(**kwargs: Any) -> None:
    _held.set(None)


def begin_task(**kwargs: Any) -> None:
    begin()


def end_task(**kwargs: Any) -> None:
    end()
