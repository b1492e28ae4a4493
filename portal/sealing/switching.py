"""Sealing what a table already holds: the middle step when a plain field becomes a sealed one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from portal.sealing.scope import held_keys
from portal.sealing.storage import SealedStorage

BATCH = 500


def set_aside(model: str, fields: Mapping[str, models.Field]) -> list[Operation]:
    """First step: each plain field gives its name to a sealed one, which is still empty."""
    found: list[Operation] = []
    for name, field in fields.items():
        found.append(migrations.RenameField(model, name, f"plain_{name}"))
        found.append(migrations.AddField(model, name, _without_default(field, null=True)))
    return found


def seal_all(app: str, model: str, fields: Mapping[str, models.Field]) -> Operation:
    """Second step: the rows there are."""
    columns = {f"plain_{name}": name for name in fields}
    return migrations.RunPython(sealing_of(app, model, columns), opening_of(app, model, columns))


def drop_plain(model: str, fields: Mapping[str, models.Field]) -> list[Operation]:
    """Third step: the plain columns go."""
    found: list[Operation] = []
    for name, field in fields.items():
        # A default is for Python alone: the database must not be asked to write it in plain.
        found.append(migrations.AlterField(model, name, _without_default(field, null=field.null)))
        if field.has_default():
            found.append(migrations.AlterField(model, name, field))
        found.append(migrations.RemoveField(model, f"plain_{name}"))
    return found


def _without_default(field: models.Field, null: bool) -> models.Field:
    copy = field.clone()
    copy.default, copy.null = models.NOT_PROVIDED, null
    return copy


def sealing_of(app: str, model: str, columns: Mapping[str, str]) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    """For `migrations.RunPython`: copies each plain field into its sealed one, `{"plain": "sealed"}`, row by row.

    Look-up fields of the sealed ones are filled too. Can be run again: every row is sealed anew from the plain field.
    """
    from portal.sealing.errors import PersonErased
    from portal.sealing.fields import Erased
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
                try:
                    row.save(update_fields=[*columns.values(), *lookups])
                except PersonErased:
                    for target in columns.values():
                        setattr(row, target, Erased(b"erased"))
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


def seal_files(app: str, model: str, field: str, folder: str) -> Operation:
    """Second step for a file field: the plain files under `MEDIA_ROOT` move into sealed ones, `subject/folder/name`.

    A plain file goes when the migration has committed. Can be run again: a name that leads to a person is done.
    """

    def move(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        rows = apps.get_model(app, model)._base_manager.using(editor.connection.alias)
        plain, sealed = FileSystemStorage(location=settings.MEDIA_ROOT), SealedStorage()
        with held_keys():
            for row in rows.exclude(**{field: ""}).select_related("patient").iterator(BATCH):
                old = getattr(row, field).name
                if old.startswith(f"{row.patient.subject}/") or not plain.exists(old):
                    continue  # sealed already, or lost before: reading it says so
                with plain.open(old) as content:
                    new = sealed.save(f"{row.patient.subject}/{folder}/{PurePosixPath(old).name}", content)
                rows.filter(pk=row.pk).update(**{field: new})
                transaction.on_commit(partial(plain.delete, old), using=editor.connection.alias)

    return migrations.RunPython(move, migrations.RunPython.noop)
