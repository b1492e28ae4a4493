"""Keys in use: a person's key (made at first need), the index key, and erasure by destroying a key."""

from __future__ import annotations

import contextlib
import datetime
import functools
import secrets
import uuid
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction
from django.db.models import BinaryField, CharField, F, Func, Model, QuerySet, UUIDField, Value
from django.utils import timezone

from portal.sealing import register, scope
from portal.sealing.envelope import KEY_BYTES
from portal.sealing.errors import PersonErased, SealBroken, SealError
from portal.sealing.keyring import Keyring, keyring
from portal.sealing.models import IndexKey, PersonKey

INDEX = "lookup"
FETCHED_AT_ONCE = 200


def master_keys() -> Keyring:
    return _keyring(tuple(settings.SEALING_MASTER_KEYS))


@functools.lru_cache(maxsize=4)
def _keyring(lines: tuple[str, ...]) -> Keyring:
    return keyring(lines)


def _fetch(subject: uuid.UUID, make: bool) -> tuple[AESGCM, bytes]:
    if subject in register.destroyed():
        raise PersonErased("This person's key was destroyed.")
    row = _rows(subject).get(subject)
    if row is None:
        if not make:
            raise SealBroken("Something is sealed for a person who has no key.")
        ring = master_keys()
        fresh = PersonKey(subject=subject, master=ring.current)
        wrapped = ring.wrap(secrets.token_bytes(KEY_BYTES), fresh.purpose)
        # Two at once: the second takes the first one's key, never its own.
        row, _ = PersonKey.objects.get_or_create(
            subject=subject, defaults={"wrapped": wrapped, "master": ring.current}
        )
    if row.wrapped is None:
        raise PersonErased("This person's key was destroyed.")
    key = master_keys().unwrap(row.master, bytes(row.wrapped), row.purpose)
    return AESGCM(key), key


def with_keys(rows: QuerySet[Any], *people: F | uuid.UUID) -> QuerySet[Any]:
    """The same rows with the wrapped keys of these people beside each, for `take_keys`: one question less.

    A person is an id, or `F` with the path from the row to it.
    """
    beside = {}
    for number, person in enumerate(people):
        subject = Value(person, output_field=UUIDField()) if isinstance(person, uuid.UUID) else person
        beside[f"_key_{number}"] = _OfKey(subject, column="wrapped", output_field=BinaryField())
        beside[f"_master_{number}"] = _OfKey(subject, column="master", output_field=CharField())
    return rows.annotate(**beside)


class _OfKey(Func):
    """One column of a person's key. Written out: putting four subqueries together costs more than asking them."""

    template = f'(SELECT "%(column)s" FROM "{PersonKey._meta.db_table}" WHERE "subject" = %(expressions)s)'  # noqa: S608  # nosec B608


def take_keys(row: Model, *people: uuid.UUID) -> None:
    """Holds the keys of these people, which came with a row, for this request. They are named in the order of
    `with_keys`. What is wrong with one is said where it is needed."""
    held, gone = scope.current(), register.destroyed()
    for number, subject in enumerate(people if held is not None else ()):
        wrapped, master = getattr(row, f"_key_{number}"), getattr(row, f"_master_{number}")
        if held is not None and wrapped is not None and subject not in gone:
            with contextlib.suppress(SealError):
                key = master_keys().unwrap(master, bytes(wrapped), PersonKey(subject=subject).purpose)
                held.put(subject, AESGCM(key), key)


def _rows(subject: uuid.UUID) -> dict[uuid.UUID, PersonKey]:
    """The key's row and, in the same question, those of people whose rows were read beside it: these are opened and
    held at once. One that does not open is left for its own turn, which says why."""
    held = scope.current()
    others = held.expected(FETCHED_AT_ONCE) if held is not None else []
    rows = {row.subject: row for row in PersonKey.objects.filter(subject__in={subject, *others})}
    gone = register.destroyed()
    for other in others:
        row = rows.get(other)
        if held is None or other == subject or row is None or row.wrapped is None or other in gone:
            continue
        try:
            key = master_keys().unwrap(row.master, bytes(row.wrapped), row.purpose)
        except SealError:
            continue
        held.put(other, AESGCM(key), key)
    return rows


def _opened(subject: uuid.UUID, make: bool) -> tuple[AESGCM, bytes]:
    held = scope.current()
    found = held.get(subject) if held is not None else None
    if found is None:
        found = _fetch(subject, make)
        if held is not None:
            held.put(subject, *found)
    return found


def sealing_cipher(subject: uuid.UUID) -> AESGCM:
    """The person's cipher for sealing; makes their key at first need. Raises `PersonErased`."""
    return _opened(subject, make=True)[0]


def opening_cipher(subject: uuid.UUID) -> AESGCM:
    """The person's cipher for opening. Raises `PersonErased`, or `SealBroken` when they never had a key."""
    return _opened(subject, make=False)[0]


def file_secret(subject: uuid.UUID, make: bool) -> bytes:
    """The secret from which the keys of a person's files are derived."""
    return _opened(subject, make)[1]


def index_key() -> bytes:
    """The key under which look-up values are hashed; made at first need."""
    held = scope.current()
    key = held.get_index_key() if held is not None else None
    if key is None:
        row = IndexKey.objects.filter(name=INDEX).first()
        if row is None:
            ring = master_keys()
            wrapped = ring.wrap(secrets.token_bytes(KEY_BYTES), IndexKey(name=INDEX).purpose)
            row, _ = IndexKey.objects.get_or_create(name=INDEX, defaults={"wrapped": wrapped, "master": ring.current})
        key = master_keys().unwrap(row.master, bytes(row.wrapped), row.purpose)
        if held is not None:
            held.put_index_key(key)
    return key


def is_erased(subject: uuid.UUID) -> bool:
    return (
        subject in register.destroyed()
        or PersonKey.objects.filter(subject=subject, destroyed_at__isnull=False).exists()
    )


def destroy(subject: uuid.UUID) -> datetime.datetime:
    """Erases a person: their key is gone for good, their look-up values with it. Returns when. Twice is harmless.

    Call it inside the transaction that records the act. The register outside the database is written when that
    transaction commits, so that an act which failed erases nobody.
    """
    from portal.sealing.lookup import forget

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwrite freed bytes instead of leaving them in the file
    with transaction.atomic():
        now = timezone.now()
        row, _ = PersonKey.objects.select_for_update().get_or_create(
            subject=subject, defaults={"master": "", "destroyed_at": now}
        )
        at = row.destroyed_at or now
        PersonKey.objects.filter(subject=subject).update(wrapped=None, destroyed_at=at)
        forget(subject)
        transaction.on_commit(functools.partial(_destruction_committed, subject, at))
    held = scope.current()
    if held is not None:
        held.drop(subject)
    return at


def _destruction_committed(subject: uuid.UUID, at: datetime.datetime) -> None:
    register.note(subject, at)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the journal still holds the page with the old key


def reconcile_register() -> int:
    """After a restore or a crash: makes register and database agree on who was erased. How many entries changed."""
    from portal.sealing.lookup import forget

    changed = 0
    for subject, at in register.destroyed().items():
        with transaction.atomic():
            row, made = PersonKey.objects.select_for_update().get_or_create(
                subject=subject, defaults={"master": "", "destroyed_at": at}
            )
            if made or row.destroyed_at is None:
                PersonKey.objects.filter(subject=subject).update(wrapped=None, destroyed_at=at)
                forget(subject)
                changed += 1
    noted = register.destroyed()
    for subject, gone in PersonKey.objects.filter(destroyed_at__isnull=False).values_list("subject", "destroyed_at"):
        if subject not in noted and gone is not None:
            register.note(subject, gone)
            changed += 1
    return changed
