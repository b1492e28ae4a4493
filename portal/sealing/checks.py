"""Start-up check: the keyring can be read, before the first person's data meets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from portal.sealing import inventory
from portal.sealing.errors import MasterKeyMissing
from portal.sealing.keys import master_keys


@register
def the_keyring_is_readable(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        master_keys()
    except MasterKeyMissing as error:
        return [Error(str(error), hint="docs/sealing.md says how master keys are set.", id="sealing.E010")]
    return []


@register
def every_column_was_thought_about(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    hint = "Make it a sealed field, or say in portal/sealing/plain_columns.toml why it needs none."
    found: list[CheckMessage] = [
        Error(f"{column.model}.{column.name} is neither sealed nor named as plain.", hint=hint, id="sealing.E011")
        for column in inventory.unexplained()
    ]
    text = "portal/sealing/plain_columns.toml gives a reason for {}, which is sealed or not there."
    return found + [Error(text.format(name), id="sealing.E012") for name in inventory.unused()]
