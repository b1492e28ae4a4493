"""Keeping an upload: streamed into sealed storage while its checksum is worked out, never held in memory."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from portal.people.models import Patient
from portal.results.explanations import NotAccepted
from portal.results.models import ResultFile
from portal.sealing.storage import SealedStorage
from portal.sealing.uploads import path_of

_PIECE = 1 << 20


def storage() -> SealedStorage:
    """Where genome files lie."""
    kept = ResultFile._meta.get_field("file").storage
    assert isinstance(kept, SealedStorage)
    return kept


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
    """Where an upload lies, sealed, and what passed through."""

    name: str
    sha256: str
    size: int
    upload: File

    @contextmanager
    def plain(self) -> Iterator[Path]:
        """The same bytes to be read by path: the upload as it came, else a plain copy for as long as this lasts."""
        with path_of(self.upload) as path:
            if path is not None:
                yield path
                return
        with storage().opened_plain(self.name) as path:
            yield path

    def discard(self) -> None:
        storage().delete(self.name)


def store(upload: File, patient: Patient) -> StoredUpload:
    """Stream an upload into the patient's sealed files under a random name. Raises `NotAccepted` over the limit."""
    name = f"{patient.subject}/results/{uuid.uuid4()}"
    content = _Measured(upload, settings.RESULT_FILE_MAX_BYTES)
    try:
        stored = storage().save(name, content)
    except BaseException:
        with contextlib.suppress(OSError):
            storage().delete(name)
        raise
    return StoredUpload(stored, content.sha256, content.passed, upload)
