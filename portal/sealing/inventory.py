"""Every column of every table, and whether it is sealed; a column that nobody has thought about fails the checks.

Sealed columns say so themselves. A plain one is either of a kind that cannot say anything about anybody on its own
(ids, links between rows, moments, yes and no, counts), or it is named in `plain_columns.toml` with the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models

from portal.sealing.fields import SealedField
from portal.sealing.lookup import SealedLookupField
from portal.sealing.storage import SealedStorage

REASONS = Path(__file__).with_name("plain_columns.toml")
NOT_OURS = frozenset({"letters"})
"""Models of the checks themselves."""

_PLAIN_BY_KIND: dict[type[models.Field], str] = {
    models.BooleanField: "yes or no",
    models.DateTimeField: "when an act happened",
}


@dataclass(frozen=True)
class Column:
    """One column and how it is kept. `how` is empty when nobody has said."""

    model: str
    name: str
    sealed: bool
    how: str


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Why columns are plain, by model and column; `"*"` stands for every other column of the model."""
    return {model: dict(columns) for model, columns in tomllib.loads(REASONS.read_text()).items()}


def columns() -> Iterator[Column]:
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
        if model._meta.app_label in NOT_OURS:
            continue
        given = reasons().get(model._meta.label, {})
        for field in model._meta.local_concrete_fields:
            sealed, how = _kept(field)
            how = how or given.get(field.name, "") or given.get("*", "")
            yield Column(model._meta.label, field.name, sealed, how)


def _kept(field: models.Field) -> tuple[bool, str]:
    match field:
        case SealedField():
            return True, f"sealed under the key at `{field.subject}`"
        case SealedLookupField():
            return True, f"keyed hash of `{field.of}`, to find it by"
        case models.FileField() if isinstance(field.storage, SealedStorage):
            return True, "a random name; the file is sealed"
    if field.is_relation:
        return False, "points to a row"
    if field.primary_key and isinstance(field, models.AutoField | models.UUIDField):
        return False, "the row's own id"
    return False, next((how for kind, how in _PLAIN_BY_KIND.items() if type(field) is kind), "")


def unexplained() -> list[Column]:
    """Columns that are neither sealed nor named with a reason."""
    return [column for column in columns() if not column.how]


def unused() -> list[str]:
    """Reasons for columns that are not there, or are sealed: they would mislead the next reader."""
    there = {(column.model, column.name) for column in columns() if not column.sealed}
    found = []
    for model, given in reasons().items():
        found += [f"{model}.{name}" for name in given if name != "*" and (model, name) not in there]
    return found


def as_markdown() -> str:
    """The table for the documentation: sealed columns one by one, plain ones that somebody had to decide on."""
    lines = [
        "# What is sealed",
        "",
        "Made by `python manage.py sealed_columns` from the models and `portal/sealing/plain_columns.toml`. The test",
        "run fails when they differ; `manage.py check` fails when a column is in neither list. Ids, links between",
        "rows, moments and yes-or-no columns are plain everywhere and not listed.",
        "",
        "| model | column | kept | how, or why not |",
        "|---|---|---|---|",
    ]
    for column in columns():
        if column.sealed or column.how not in {*_PLAIN_BY_KIND.values(), "points to a row", "the row's own id"}:
            kept = "**sealed**" if column.sealed else "plain"
            lines.append(f"| `{column.model}` | `{column.name}` | {kept} | {column.how} |")
    return "\n".join(lines) + "\n"
