"""Migration operations that make the database itself refuse to change or remove rows, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

REFUSAL = "rows of this table are only added"


def refuse_changes(connection: Any, table: str, *, when: str = "") -> None:
    """Put the triggers on a table. `when` is a condition on OLD, in SQL that both databases understand."""
    condition = f"WHEN ({when}) " if when else ""
    verbs = ("UPDATE", "DELETE")
    allow_changes(connection, table)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for verb in verbs:
                cursor.execute(
                    f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" FOR EACH ROW {condition}'
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
            return
        cursor.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for verb in verbs:
            cursor.execute(
                f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
                f"FOR EACH ROW {condition}EXECUTE FUNCTION refuse_change()"
            )
        cursor.execute(
            f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def allow_changes(connection: Any, table: str) -> None:
    """Take the triggers off again: to undo the migration, and for a test that empties or attacks the table."""
    on_table = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    with connection.cursor() as cursor:
        for verb in ("update", "delete", "truncate"):
            cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"{on_table}')


class RefuseChanges(Operation):
    """A migration step: from here on the rows of a model can be added and read, nothing else.

    With `when`, only rows for which that condition on OLD holds are fixed (a published text, say).
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, model_name: str, when: str = "") -> None:
        self.model_name = model_name
        self.when = when

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing Django knows about changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        refuse_changes(schema_editor.connection, table, when=self.when)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        allow_changes(schema_editor.connection, table)

    def describe(self) -> str:
        return f"Refuse changes to rows of {self.model_name}"
