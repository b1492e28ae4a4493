"""Taking a backup beside a running site: the database as it is at one moment, and the sealed files it speaks of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.backups import archive, closings, tables
from portal.backups.archive import Member
from portal.sealing import register

ABOUT = "about.json"
TABLES = "tables/"
FILES = "files/"


@dataclass(frozen=True)
class Taken:
    rows: int
    files: int
    sha256: str


def backup(path: Path) -> Taken:
    """Writes everything into one encrypted file. Raises `FileExistsError` when there is one already."""
    register.begin()
    closings.note_closed()
    counts = {"rows": 0, "files": 0}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        digest = archive.write(path, _members(counts))
    return Taken(counts["rows"], counts["files"], digest)


def migrations() -> list[str]:
    """Which migrations the database has been through: the shape of its tables."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _members(counts: dict[str, int]) -> Iterator[Member]:
    about: dict[str, Any] = {
        "at": timezone.now().isoformat(),
        "migrations": migrations(),
        "tables": {m._meta.label: [field.column for field in tables.columns(m)] for m in tables.copied()},
        "closings": closings.length(),
        "erased": sorted(str(subject) for subject in register.destroyed()),
    }
    told = json.dumps(about).encode()
    yield Member(ABOUT, len(told), [told])
    for model in tables.copied():
        with tables.written(model) as file:
            size = file.seek(0, 2)
            file.seek(0)
            counts["rows"] += sum(1 for _line in file)
            file.seek(0)
            yield Member(f"{TABLES}{model._meta.label}", size, _pieces(file))
    root = Path(settings.MEDIA_ROOT)
    for found in sorted(root.rglob("*")) if root.is_dir() else ():
        if found.name.startswith(".") or not found.is_file():
            continue  # a draft that is being written
        try:
            content = found.open("rb")
        except FileNotFoundError:
            continue  # removed just now
        with content:
            counts["files"] += 1
            size = content.seek(0, 2)
            content.seek(0)
            yield Member(f"{FILES}{found.relative_to(root).as_posix()}", size, _pieces(content))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(archive.PIECE), b"")
