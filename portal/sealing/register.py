"""The register of destroyed keys: a file outside the database, so that a restored backup cannot bring a person back.

One line per person: their opaque id and when. Lines are only ever added. Keep it with the master keys, not with the
database backups.
"""

from __future__ import annotations

import datetime
import fcntl
import os
import uuid
from pathlib import Path

from django.conf import settings

from portal.sealing.errors import SealBroken

_read: dict[Path, tuple[tuple[int, int], dict[uuid.UUID, datetime.datetime]]] = {}


def _path() -> Path:
    return Path(settings.SEALING_DESTROYED_REGISTER)


def destroyed() -> dict[uuid.UUID, datetime.datetime]:
    """Who was erased, and when. Read again whenever the file has changed."""
    path = _path()
    try:
        found = path.stat()
    except FileNotFoundError:
        return {}
    version = (found.st_size, found.st_mtime_ns)
    known = _read.get(path)
    if known is None or known[0] != version:
        known = (version, _parse(path))
        _read[path] = known
    return known[1]


def _parse(path: Path) -> dict[uuid.UUID, datetime.datetime]:
    entries: dict[uuid.UUID, datetime.datetime] = {}
    # What follows the last line end was cut short by a crash: `note` never returned, and writes it anew.
    for number, line in enumerate(path.read_text().split("\n")[:-1], start=1):
        try:
            subject, at = line.split(" ")
            entries.setdefault(uuid.UUID(subject), datetime.datetime.fromisoformat(at))
        except ValueError:
            raise SealBroken(f"Line {number} of the register of destroyed keys cannot be read.") from None
    return entries


def begin() -> None:
    """The register is there from the first backup on: one that is missing at a restore was lost, not empty."""
    _path().parent.mkdir(parents=True, exist_ok=True)
    _path().touch(mode=0o600)


def is_there() -> bool:
    return _path().exists()


def note(subject: uuid.UUID, at: datetime.datetime) -> None:
    """Adds a person; on return the line is on the disk. Adding twice is harmless."""
    if subject in destroyed():
        return
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{subject} {at.isoformat()}\n".encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, path.read_bytes().rfind(b"\n") + 1)
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
