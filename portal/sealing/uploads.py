"""An upload on its way in lies in a file without a name: nobody else can open it, and it is gone with its process."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamelessUploadHandler(FileUploadHandler):
    """Keeps what arrives outside memory and outside every folder."""

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._kept = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  (the request closes it)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self._kept.seek(0)
        return UploadedFile(
            self._kept, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "_kept"):
            self._kept.close()


@contextmanager
def path_of(upload: File) -> Iterator[Path | None]:
    """A path under which this process can read an upload, without copying it; None when there is no such way."""
    try:
        descriptor = upload.fileno()
    except (AttributeError, OSError):
        descriptor = None
    if descriptor is None or sys.platform != "linux":
        yield None
        return
    yield Path(f"/dev/fd/{descriptor}")
