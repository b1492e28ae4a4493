"""Start-up check: the keyring can be read, before the first person's data meets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from portal.sealing.errors import MasterKeyMissing
from portal.sealing.keys import master_keys


@register
def the_keyring_is_readable(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    try:
        master_keys()
    except MasterKeyMissing as error:
        return [Error(str(error), hint="docs/sealing.md says how master keys are set.", id="sealing.E010")]
    return []
