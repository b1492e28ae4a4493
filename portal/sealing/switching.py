"""Sealing what a table already holds: the middle step when a plain field becomes a sealed one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.sealing.scope import held_keys

BATCH = 500


def sealing_of(app: str, model: str, columns: Mapping[str, str]) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """For `migrations.RunPython`: copies each plain field into its sealed one, `{"plain": "sealed"}`, row by row.

    Look-up fields of the sealed ones are filled too. Can be run again: every row is sealed anew from the plain field.
    """
    from portal.sealing.lookup import SealedLookupField

    def seal_rows(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        rows = apps.get_model(app, model)
        sealed = set(columns.values())
        lookups = [
            field.name
            for field in rows._meta.local_fields
            if isinstance(field, SealedLookupField) and field.of in sealed
        ]
        with held_keys():
            for row in rows._base_manager.using(editor.connection.alias).iterator(BATCH):
                for plain, target in columns.items():
                    setattr(row, target, getattr(row, plain))
                row.save(update_fields=[*columns.values(), *lookups])

    return seal_rows


def opening_of(app: str, model: str, columns: Mapping[str, str]) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """The way back, for the same migration: each sealed field into the plain one. Stops at an erased person."""
    from portal.sealing.errors import PersonErased
    from portal.sealing.fields import Erased

    def open_rows(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        rows = apps.get_model(app, model)
        with held_keys():
            for row in rows._base_manager.using(editor.connection.alias).iterator(BATCH):
                for plain, source in columns.items():
                    value = getattr(row, source)
                    if isinstance(value, Erased):
                        raise PersonErased("A person was erased since: this field cannot be made plain again.")
                    setattr(row, plain, value)
                row.save(update_fields=list(columns))

    return open_rows
