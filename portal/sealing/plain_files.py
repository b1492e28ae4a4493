"""Plain copies of sealed files, for engines that must have a path: private, short-lived, removed after a crash too.

They lie in a folder of memory (`/dev/shm`) where there is room, else under `PORTAL_VAR`. Whoever uses a copy holds a
lock on it; a copy that nobody holds was left by a process that died, and is removed at the next start or use.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from portal.sealing.errors import SealRefused

MEMORY = Path("/dev/shm")  # nosec B108  # noqa: S108  (a private folder is made in it, and refused when it is not ours)
LOCK = ".lock"

logger = logging.getLogger(__name__)


def folders() -> list[Path]:
    """Where plain copies may lie, the preferred place first."""
    if settings.SEALING_PLAIN_FOLDER:
        return [Path(settings.SEALING_PLAIN_FOLDER)]
    installation = hashlib.sha256(str(settings.VAR).encode()).hexdigest()[:12]
    on_disk = settings.VAR / "plain"
    if os.access(MEMORY, os.W_OK | os.X_OK):
        return [MEMORY / f"portal-{os.getuid()}-{installation}", on_disk]
    return [on_disk]


def _private(folder: Path) -> Path:
    """The folder, made when missing; refused when it belongs to someone else or others may look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SealRefused(f"The folder for plain copies, {folder.name}, is not private to this account.")
    return folder


def _roomy(size: int) -> Path:
    """The first place that keeps half of its room free with `size` more bytes in it, else the last."""
    places = folders()
    for place in places[:-1]:
        if shutil.disk_usage(place.parent).free >= 2 * size:
            return place
    return places[-1]


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Making a copy shares the folder; sweeping has it alone, so a copy is never seen before it is held."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> int:
    removed = 0
    with _locked(folder, fcntl.LOCK_EX):
        for path in folder.iterdir():
            if path.name == LOCK:
                continue
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            except FileNotFoundError:
                continue  # its user was done with it just now
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # in use
            else:
                path.unlink()
                removed += 1
            finally:
                os.close(descriptor)
    return removed


def remove_left_over() -> int:
    """Removes copies whose process died. How many there were."""
    removed = 0
    for folder in folders():
        if folder.is_dir():
            try:
                removed += _sweep(_private(folder))
            except (OSError, SealRefused) as error:
                # The site must start all the same; whoever next asks for a copy there is told.
                logger.error("plain_copies_not_swept", extra={"reason": type(error).__name__})
    return removed


def _made(path: Path) -> int:
    """A new, empty, private file, held from the first moment it can be seen."""
    with _locked(path.parent, fcntl.LOCK_SH):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


@contextmanager
def plain_copy(chunks: Iterable[bytes], size: int, suffix: str = "") -> Iterator[Path]:
    """A file with these bytes, mode 0600, for as long as the block runs."""
    remove_left_over()
    folder = _private(_roomy(size))
    path = folder / f"{secrets.token_hex(16)}{suffix}"
    descriptor = _made(path)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)
