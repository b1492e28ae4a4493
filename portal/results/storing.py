"""Keeping an upload byte for byte: streamed to storage while its checksum is worked out, never held in memory."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from portal.results.explanations import NotAccepted

_PIECE = 1 << 20


class _Measured(File):
    """The upload's bytes as they pass to storage: counted and hashed. Hides the temporary path, so it is streamed."""

    def __init__(self, upload: File, limit: int) -> None:
        super().__init__(upload.file or upload, name=upload.name)
        self._digest = hashlib.sha256()
        self._limit = limit
        self._upload = upload
        self.passed = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for piece in self._upload.chunks(chunk_size or _PIECE):
            self.passed += len(piece)
            if self.passed > self._limit:
                raise NotAccepted("too_large")
            self._digest.update(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True)
class StoredUpload:
    """Where an upload lies in storage and what passed through."""

    name: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        return Path(default_storage.path(self.name))

    def discard(self) -> None:
        default_storage.delete(self.name)


def store(upload: File) -> StoredUpload:
    """Stream an upload into storage under a random name. Raises `NotAccepted` when it is over the size limit."""
    name = f"results/{uuid.uuid4()}"
    content = _Measured(upload, settings.RESULT_FILE_MAX_BYTES)
    try:
        stored = default_storage.save(name, content)
    except BaseException:
        with contextlib.suppress(OSError):
            default_storage.delete(name)
        raise
    return StoredUpload(stored, content.sha256, content.passed)
