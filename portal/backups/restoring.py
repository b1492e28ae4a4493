"""The way back from a backup, whole or not at all: what was said and erased since is done again before anybody reads.

Everything happens in one transaction. Inside it the rows come back, the acts of consent that were added since are
replayed from the journal outside the database, keys that were destroyed since are destroyed again and their people
erased, and what was closed since is closed again (`portal.backups.closings`). Where journal, anchors,
register or list are missing or too old, nobody can know what was said since: it stops, and nothing has changed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consent.ledger import journal
from consent.ledger import triggers as ledger_guards
from portal.access import anchors, log
from portal.access import triggers as guards
from portal.access.models import Seal
from portal.backups import archive, closings, tables
from portal.backups.taking import ABOUT, FILES, TABLES, migrations
from portal.rights.erasing import erase_again
from portal.sealing import register
from portal.sealing.errors import MasterKeyMissing, SealError
from portal.sealing.keys import reconcile_register

LEDGER_GUARDS = {
    "consent_ledger_consentevent": "",
    "consent_ledger_templateapproval": "",
    "consent_ledger_consenttemplate": "OLD.published_at IS NOT NULL",
}


class NotRestored(Exception):
    """Nothing was changed; the argument says why."""


@dataclass
class Restored:
    """What came back, and what was done again."""

    rows: int = 0
    files: int = 0
    replayed: int = 0
    erased_again: int = 0
    closed_again: int = 0
    log_lost: int = 0
    made: list[Path] = field(default_factory=list)


def restore(path: Path) -> Restored:
    """Puts a backup in the place of what there is. Raises `NotRestored`, and then nothing has changed."""
    done = Restored()
    try:
        archive.check(path)
        if closings.path().exists():
            closings.note_closed()  # of a database that is still there: what the last seconds closed
        about = _about(path)
        _can_be_known(about)
        with transaction.atomic():
            with _guards_lifted():
                _bring_back(path, about, done)
                done.replayed = journal.replay()
                tables.numbered()
            reconcile_register()
            done.erased_again = erase_again()
            done.closed_again = closings.close_again(about.get("closings", 0))
            log.record(None, "restore.backup", reason="restored")
            done.log_lost = _anchors_follow()
    except (SealError, journal.CannotKnow, closings.CannotKnow, DatabaseError, OSError, ValueError) as error:
        for made in done.made:
            made.unlink(missing_ok=True)
        raise NotRestored(_why(error)) from error
    except BaseException:
        for made in done.made:
            made.unlink(missing_ok=True)
        raise
    return done


def _why(error: Exception) -> str:
    """A sentence for whoever brings the backup back; what only a programmer would read stays with the cause."""
    match error:
        case FileNotFoundError():
            return "There is no such file."
        case MasterKeyMissing():
            return f"The master key of the day of the backup is not here. {error}"
        case DatabaseError():
            return f"The database did not take it: {error}"
        case OSError() if error.strerror:
            return f"A file could not be read or written: {error.strerror}."
    return str(error) or "The backup could not be read."


def _about(path: Path) -> dict[str, Any]:
    with archive.opened(path) as members:
        name, content = next(members)
        if name != ABOUT:
            raise ValueError("The backup does not begin with what it is.")
        told: dict[str, Any] = json.load(content)
    return told


def _can_be_known(about: dict[str, Any]) -> None:
    """The tables must have the backup's shape, and the register outside must not be older than the backup."""
    if about["migrations"] != migrations():
        raise ValueError("The backup was made by another version. Install that version, restore, then update.")
    shape = {model._meta.label: [field.column for field in tables.columns(model)] for model in tables.copied()}
    if about["tables"] != shape:
        raise ValueError("The backup was made by another version: its tables have other columns.")
    if not register.is_there():
        raise ValueError("The register of destroyed keys is missing: who was erased since cannot be known.")
    if not {uuid.UUID(subject) for subject in about["erased"]} <= register.destroyed().keys():
        raise ValueError("The register of destroyed keys is older than the backup.")


@contextmanager
def _guards_lifted() -> Iterator[None]:
    """Triggers that keep rows from being changed are off while rows come back, and on again before it counts."""
    guards.remove(connection)
    for table in LEDGER_GUARDS:
        ledger_guards.allow_changes(connection, table)
    yield
    for table, when in LEDGER_GUARDS.items():
        ledger_guards.refuse_changes(connection, table, when=when)
    guards.install(connection)


def _bring_back(path: Path, about: dict[str, Any], done: Restored) -> None:
    models = {model._meta.label: model for model in tables.copied()}
    tables.emptied()
    with archive.opened(path) as members:
        for name, content in members:
            if name.startswith(TABLES):
                done.rows += tables.inserted(models[name.removeprefix(TABLES)], content)
            elif name.startswith(FILES):
                _file_back(name.removeprefix(FILES), content, done)


def _file_back(name: str, content: IO[bytes], done: Restored) -> None:
    """A sealed file under its own name. One that is there stays: a sealed file is written once and never changed."""
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        raise ValueError("A file of the backup has a name that leads elsewhere.")
    if _subject(parts[0]) in register.destroyed():
        return
    final = Path(settings.MEDIA_ROOT, *parts)
    done.files += 1
    if final.exists():
        return
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = final.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file, archive.PIECE)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, final)
        done.made.append(final)
    finally:
        draft.unlink(missing_ok=True)


def _subject(folder: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(folder)
    except ValueError:
        return None


def _anchors_follow() -> int:
    """The anchors of the access log end where the restored log ends; the longer file is kept beside them."""
    seals = dict(Seal.objects.values_list("number", "digest"))
    aside = f"before-{timezone.now():%Y%m%dT%H%M%SZ}"
    known = {anchor.number: anchor.digest for anchor in anchors.read(anchors.where()) if anchor.number in seals}
    if known != seals:
        raise ValueError("The anchors of the access log are older than the backup, or not its own.")
    cut: Callable[[], object] = lambda: anchors.cut_back_to(seals, aside)  # noqa: E731
    lost = sum(1 for anchor in anchors.read(anchors.where()) if anchor.number not in seals)
    transaction.on_commit(cut)
    return lost
