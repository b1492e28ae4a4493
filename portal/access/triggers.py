"""The database's own guards, in the words of SQLite and PostgreSQL: history of every change, and rows only added.

They are put in force after every `migrate`, for every model that the permission matrix knows, so that a new model is
watched from its first row and a changed table is watched as it is now. On SQLite they are lifted while migrations
run, because SQLite rebuilds tables to change them.
"""

# ruff: noqa: S608 (the statements hold names of our own models, never anything from outside)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from portal.access.matrix import RESOURCES

NOT_WATCHED = frozenset({"access.AccessEvent", "access.Seal", "access.RowHistory", "results.Job"})
"""The log and the history do not describe themselves; a job's row is a heartbeat and says nothing about a person."""

ONLY_ADDED = ("access.AccessEvent", "access.Seal", "access.RowHistory")

HISTORY_TABLE = "access_rowhistory"

POSTGRESQL_FUNCTIONS = """
CREATE OR REPLACE FUNCTION access_note_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END;
    now_is jsonb := CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END;
    names jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND was = now_is THEN RETURN NULL; END IF;
    SELECT coalesce(jsonb_agg(key ORDER BY key), '[]') INTO names FROM jsonb_each(coalesce(now_is, was))
        WHERE TG_OP <> 'UPDATE' OR value IS DISTINCT FROM was -> key;
    INSERT INTO access_rowhistory (model, "row", at, operation, changed, before, after) VALUES (
        TG_ARGV[0],
        CASE WHEN TG_OP = 'TRUNCATE' THEN '' ELSE replace(coalesce(now_is, was) ->> TG_ARGV[1], '-', '') END,
        clock_timestamp(), lower(TG_OP), coalesce(names, '[]'),
        coalesce(encode(sha256(convert_to(was::text, 'UTF8')), 'hex'), ''),
        coalesce(encode(sha256(convert_to(now_is::text, 'UTF8')), 'hex'), '')
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION access_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def watched() -> list[type[Model]]:
    """Every model with a row in the matrix, but those that keep the record themselves."""
    return [apps.get_model(resource.model) for resource in RESOURCES if resource.model not in NOT_WATCHED]


def only_added() -> list[type[Model]]:
    return [apps.get_model(label) for label in ONLY_ADDED]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in force, as the tables are now."""
    tables = set(connection.introspection.table_names())
    if HISTORY_TABLE not in tables:
        return
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTIONS)
        for _name, statement in _statements(connection.vendor, tables):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Lift every guard: for migrations on SQLite, and for emptying a throw-away database."""
    with connection.cursor() as cursor:
        for name, table in _in_force(connection):
            on = f" ON {connection.ops.quote_name(table)}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Guards that should be in force and are not (a database owner can lift them)."""
    tables = set(connection.introspection.table_names())
    there = {name for name, _table in _in_force(connection)}
    return [name for name, _statement in _statements(connection.vendor, tables) if name not in there]


def _in_force(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Names and tables of our triggers. On PostgreSQL one that is switched off does not count."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgname LIKE 'access\\_guard\\_%' AND tgenabled <> 'D' AND NOT tgisinternal"
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'access\\_guard\\_%' "
                "ESCAPE '\\'"
            )
        return [(str(name), str(table)) for name, table in cursor.fetchall()]


def _statements(vendor: str, tables: set[str]) -> Iterator[tuple[str, str]]:
    history, added = (
        (_postgresql_history, _postgresql_only_added)
        if vendor == "postgresql"
        else (_sqlite_history, _sqlite_only_added)
    )
    for model in watched():
        if model._meta.db_table in tables:
            yield from history(model)
    for model in only_added():
        if model._meta.db_table in tables:
            yield from added(model)


def _key_column(model: type[Model]) -> str:
    assert model._meta.pk is not None
    return str(model._meta.pk.column)


def _columns(model: type[Model]) -> list[str]:
    return sorted(str(field.column) for field in model._meta.local_concrete_fields)


def _postgresql_history(model: type[Model]) -> Iterator[tuple[str, str]]:
    table, label, key = model._meta.db_table, model._meta.label, _key_column(model)
    name = f"access_guard_history_{table}"
    yield (
        name,
        f'CREATE TRIGGER "{name}" AFTER INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW '
        f"EXECUTE FUNCTION access_note_history('{label}', '{key}')",
    )
    name = f"access_guard_emptied_{table}"
    yield (
        name,
        f'CREATE TRIGGER "{name}" AFTER TRUNCATE ON "{table}" FOR EACH STATEMENT '
        f"EXECUTE FUNCTION access_note_history('{label}', '{key}')",
    )


def _postgresql_only_added(model: type[Model]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    for what, event, each in (("rows", "UPDATE OR DELETE", "ROW"), ("all", "TRUNCATE", "STATEMENT")):
        name = f"access_guard_{what}_{table}"
        yield (
            name,
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {each} '
            f"EXECUTE FUNCTION access_only_added()",
        )


def _sqlite_hash(row: str, columns: list[str]) -> str:
    """`SHA256` is a function that Django gives to every SQLite connection; `quote` keeps types and blobs apart.

    A program that does not know the function cannot change a watched table at all, which is the safe side.
    """
    return "SHA256(" + " || ',' || ".join(f'quote({row}."{column}")' for column in columns) + ")"


def _sqlite_history(model: type[Model]) -> Iterator[tuple[str, str]]:
    table, label, key, columns = model._meta.db_table, model._meta.label, _key_column(model), _columns(model)
    every = "'[" + ",".join(f'"{column}"' for column in columns) + "]'"
    differing = " || ".join(
        f'CASE WHEN OLD."{column}" IS NOT NEW."{column}" THEN \'"{column}",\' ELSE \'\' END' for column in columns
    )
    some = f"'[' || rtrim({differing}, ',') || ']'"
    differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
    for operation, row, changed, before, after, when in (
        ("insert", "NEW", every, "''", _sqlite_hash("NEW", columns), ""),
        ("update", "NEW", some, _sqlite_hash("OLD", columns), _sqlite_hash("NEW", columns), f" WHEN {differs}"),
        ("delete", "OLD", every, _sqlite_hash("OLD", columns), "''", ""),
    ):
        name = f"access_guard_{operation}_{table}"
        yield (
            name,
            f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{table}"{when} BEGIN '  # nosec B608
            f'INSERT INTO {HISTORY_TABLE} (model, "row", at, operation, changed, before, after) VALUES '
            f"('{label}', replace({row}.\"{key}\", '-', ''), strftime('%Y-%m-%d %H:%M:%f', 'now'), "
            f"'{operation}', {changed}, {before}, {after}); END",
        )


def _sqlite_only_added(model: type[Model]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    refuse = f"SELECT RAISE(ABORT, 'rows of {table} are only added')"
    for operation in ("update", "delete"):
        name = f"access_guard_no_{operation}_{table}"
        yield name, f'CREATE TRIGGER "{name}" BEFORE {operation.upper()} ON "{table}" BEGIN {refuse}; END'
    # REPLACE removes the old row without telling the DELETE trigger.
    unique = [str(field.column) for field in model._meta.local_concrete_fields if field.unique]
    same = " OR ".join(f'"{column}" = NEW."{column}"' for column in unique)
    name = f"access_guard_no_replace_{table}"
    yield (
        name,
        f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" '  # nosec B608
        f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same}) BEGIN {refuse}; END',
    )


def put_in_force(sender: Any, using: str = "default", **_signal: Any) -> None:
    """After every migrate."""
    install(connections[using])


def lift_for_migrations(sender: Any, using: str = "default", plan: Any = None, **_signal: Any) -> None:
    """Before a migrate that changes something, on SQLite."""
    if connections[using].vendor == "sqlite" and plan:
        remove(connections[using])
