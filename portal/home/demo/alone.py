"""One demonstration at a time in one folder: two would answer for each other's work and share one database."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another demonstration holds the folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder while inside. The system lets go of it when the process ends, however it ends."""
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning from None
        yield
