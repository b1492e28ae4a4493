"""What may be sent along with a message: a few small files of known kinds, told by their first bytes, never run."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.base import File

from portal.contact.errors import ContactRefused, Refusal
from portal.contact.models import AttachmentKind

MOST_FILES = 3
MOST_BYTES = 10 * 1024 * 1024
_STARTS: dict[bytes, AttachmentKind] = {
    b"%PDF-": AttachmentKind.PDF,
    b"\x89PNG\r\n\x1a\n": AttachmentKind.PNG,
    b"\xff\xd8\xff": AttachmentKind.JPEG,
}
CONTENT_TYPES = {
    AttachmentKind.PDF: "application/pdf",
    AttachmentKind.PNG: "image/png",
    AttachmentKind.JPEG: "image/jpeg",
}


def recognised(uploads: Iterable[File]) -> list[tuple[File, AttachmentKind, int]]:
    """Each upload with its kind and size. Raises `ContactRefused` for all when one cannot be taken."""
    uploads = list(uploads)
    if len(uploads) > MOST_FILES:
        raise ContactRefused(Refusal.TOO_MANY_FILES)
    return [(upload, *_kind_and_size(upload)) for upload in uploads]


def _kind_and_size(upload: File) -> tuple[AttachmentKind, int]:
    size = upload.size
    if not 0 < size <= MOST_BYTES:
        raise ContactRefused(Refusal.FILE_TOO_LARGE)
    upload.seek(0)
    start = upload.read(16)
    upload.seek(0)
    kind = next((kind for known, kind in _STARTS.items() if start.startswith(known)), None)
    if kind is None:
        raise ContactRefused(Refusal.UNKNOWN_FILE)
    return kind, size
