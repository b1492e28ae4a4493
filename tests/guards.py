"""A throw-away database may be emptied between tests: the guards are lifted for it, and `flush` puts them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def tables_may_be_emptied_between_tests() -> Iterator[None]:
    from django.core.management.commands.flush import Command
    from django.db import connections

    from portal.access import triggers

    flush = Command.handle

    def lifted(self: Command, **options: Any) -> Any:
        triggers.remove(connections[options["database"]])
        return flush(self, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Command, "handle", lifted)
        yield
