"""A Django storage that keeps files sealed under the key of the person they are about.

The first folder of a name is the person's opaque id, so that a file can be opened knowing its name alone:

    def place(instance: ResultFile, filename: str) -> str:
        return f"{instance.patient.subject}/{instance.id}"

    content = models.FileField(storage=SealedStorage(), upload_to=place)

There is no plain path and no address; an engine that needs a path asks `opened_plain(name)`. A file of a person whose
key was destroyed opens as `ErasedFile`.
"""

from __future__ import annotations

import datetime
import os
import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from portal.sealing import keys, streams
from portal.sealing.errors import PersonErased, SealRefused
from portal.sealing.plain_files import plain_copy

PIECE = 256 * 1024
SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,10}){0,3}")


class ErasedFile(File):
    """What opening gives once the person's key is destroyed. Reading any of it raises `PersonErased`."""

    def __init__(self, name: str) -> None:
        super().__init__(None, name)

    def _gone(self, *args: Any, **options: Any) -> Any:
        raise PersonErased("This file can no longer be opened: the person's key was destroyed.")

    read = readline = readlines = readinto = seek = chunks = open = __iter__ = _gone

    def __bool__(self) -> bool:
        return True

    def close(self) -> None:
        """There is nothing to close."""

    @property
    def size(self) -> int:
        return cast(int, self._gone())


def subject_of(name: str) -> uuid.UUID:
    """The person a name belongs to: its first folder."""
    try:
        return uuid.UUID(PurePosixPath(name).parts[0])
    except (ValueError, IndexError):
        raise SealRefused("The name of a sealed file starts with the person's opaque id.") from None


@deconstructible(path="portal.sealing.storage.SealedStorage")
class SealedStorage(Storage):
    """Files under `MEDIA_ROOT` (or `location`), sealed. What is written appears whole or not at all."""

    def __init__(self, location: str | None = None, frame_bytes: int = streams.FRAME_BYTES) -> None:
        self._location = location
        self._frame_bytes = frame_bytes

    @property
    def _files(self) -> FileSystemStorage:
        return FileSystemStorage(location=self._location or settings.MEDIA_ROOT)

    def _save(self, name: str, content: File) -> str:
        subject = subject_of(name)
        secret = keys.file_secret(subject, make=True)
        while True:
            final = Path(self._files.path(name))
            final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = final.with_name(f".{secrets.token_hex(8)}.draft")
            try:
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    streams.seal_stream(secret, name, content.chunks(PIECE), file, self._frame_bytes)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(draft, final)
            except FileExistsError:
                name = self.get_available_name(name)  # taken meanwhile; the name is bound in, so seal again
                continue
            finally:
                draft.unlink(missing_ok=True)
            return name

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise SealRefused("A sealed file is read as bytes, and written once, by saving it.")
        try:
            secret = keys.file_secret(subject_of(name), make=False)
        except PersonErased:
            if not self.exists(name):
                raise FileNotFoundError(name) from None
            return ErasedFile(name)
        sealed = Path(self._files.path(name)).open("rb")  # noqa: SIM115  (the opened stream closes it)
        return File(cast("IO[bytes]", streams.opened_stream(secret, name, sealed)), name)

    def size(self, name: str) -> int:
        with Path(self._files.path(name)).open("rb") as sealed:
            return streams.plain_size(sealed)

    @contextmanager
    def opened_plain(self, name: str, suffix: str = "") -> Iterator[Path]:
        """A plain copy of the file for as long as the block runs. Raises `PersonErased` once it cannot be opened.

        `suffix` (such as ".vcf.gz") ends the copy's name, for programs that go by it.
        """
        if not SUFFIX.fullmatch(suffix):
            raise SealRefused("A suffix is a few short endings, such as .vcf.gz.")
        with self.open(name) as file, plain_copy(file.chunks(PIECE), self.size(name), suffix) as path:
            yield path

    def delete(self, name: str) -> None:
        self._files.delete(name)

    def exists(self, name: str) -> bool:
        return self._files.exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self._files.listdir(path)

    def get_created_time(self, name: str) -> datetime.datetime:
        return self._files.get_created_time(name)

    def get_modified_time(self, name: str) -> datetime.datetime:
        return self._files.get_modified_time(name)

    def url(self, name: str | None) -> str:
        raise SealRefused("A sealed file has no address.")
