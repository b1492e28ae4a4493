"""Rows out of every table and back again, as they are kept: what is sealed stays sealed, no key is needed."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import IO, Any

from django.apps import apps
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models.sql import InsertQuery

from portal.sealing.fields import Sealed, SealedField
from portal.sealing.lookup import Digest, SealedLookupField

NOT_COPIED = frozenset({"sessions.Session", "usersessions.UserSession"})
"""Where somebody is signed in now. After a restore everybody signs in again."""
ROWS_AT_ONCE = 500


def kept() -> list[type[models.Model]]:
    """Every model with a table, by name."""
    found = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    return sorted((model for model in found if not model._meta.proxy), key=lambda model: model._meta.label)


def copied() -> list[type[models.Model]]:
    return [model for model in kept() if model._meta.label not in NOT_COPIED]


def columns(model: type[models.Model]) -> list[models.Field]:
    return list(model._meta.local_concrete_fields)


def written(model: type[models.Model]) -> IO[bytes]:
    """Every row of a table, a line each, in a file without a name; it stands at its beginning."""
    fields = columns(model)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
        told = [_out(field, value) for field, value in zip(fields, row, strict=True)]
        file.write(json.dumps(told, cls=_Exact).encode() + b"\n")
    file.seek(0)
    return file


class _Exact(DjangoJSONEncoder):
    """Moments to the microsecond: Django's own way rounds them, and hash chains notice."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _out(field: models.Field, value: Any) -> Any:
    if isinstance(value, Sealed):
        return base64.b64encode(value.content).decode()
    if value is not None and isinstance(field, models.BinaryField):
        return base64.b64encode(bytes(value)).decode()
    return value


def _in(field: models.Field, value: Any) -> Any:
    match field:
        case SealedField():
            return Sealed(base64.b64decode(value))
        case SealedLookupField():
            return None if value is None else Digest(value)
        case models.BinaryField():
            return None if value is None else base64.b64decode(value)
        case models.JSONField():
            return value
        case models.ForeignKey():
            return field.target_field.to_python(value)
    return field.to_python(value)


def emptied() -> None:
    """Removes every row of every table, past all managers. The guards must be off."""
    with connection.cursor() as cursor:
        for model in kept():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608  # nosec B608  (our own names)
        if connection.vendor == "sqlite":
            # Numbers go on from the highest restored one: a hole in the access log would look like a removed line.
            cursor.execute("DELETE FROM sqlite_sequence")


def numbered() -> None:
    """On PostgreSQL numbers that the database gives go on after the highest there is."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept()):
            cursor.execute(statement)


def inserted(model: type[models.Model], lines: Iterable[bytes]) -> int:
    """Puts rows back as they were written; how many."""
    fields = columns(model)
    made, batch = 0, []
    most = min(ROWS_AT_ONCE, connection.ops.bulk_batch_size(fields, [None] * ROWS_AT_ONCE))
    for row in _rows(fields, lines):
        batch.append(row)
        made += 1
        if len(batch) >= most:
            _insert(model, fields, batch)
            batch = []
    if batch:
        _insert(model, fields, batch)
    return made


def _rows(fields: list[models.Field], lines: Iterable[bytes]) -> Iterator[SimpleNamespace]:
    for line in lines:
        told = json.loads(line)
        yield SimpleNamespace(**{field.attname: _in(field, value) for field, value in zip(fields, told, strict=True)})


def _insert(model: type[models.Model], fields: list[models.Field], rows: list[Any]) -> None:
    query = InsertQuery(model)
    query.insert_values(fields, rows, raw=True)
    query.get_compiler(connection=connection).execute_sql()
