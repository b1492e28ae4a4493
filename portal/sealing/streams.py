"""Sealed files: a stream cut into frames, each sealed with its number, so that any byte can be read without the rest.

Layout: a head (5 bytes of format, 4 bytes of frame size, 32 bytes of salt), then frames of AES-256-GCM. The key of a
file is derived (HKDF-SHA256) from the person's key, the file's salt and its name. A frame's nonce is its number; the
head and whether the frame is the last one are bound into it. So a frame that is altered, left out, moved within the
file or to another file, or a file that is cut short, extended or renamed, is found.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.sealing.envelope import KEY_BYTES, TAG_BYTES
from portal.sealing.errors import SealBroken

FORMAT = b"SEAL\x01"
SALT_BYTES = 32
HEAD_BYTES = len(FORMAT) + 4 + SALT_BYTES
FRAME_BYTES = 1024 * 1024
LARGEST_FRAME = 16 * 1024 * 1024


def _cipher(secret: bytes, salt: bytes, name: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"file\0" + name.encode()).derive(secret))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound_to(head: bytes, last: bool) -> bytes:
    return head + (b"last" if last else b"more")


def _frames(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of exactly `size`; the last may be shorter, and is empty only for an empty stream."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > size:
            yield bytes(held[:size])
            del held[:size]
    yield bytes(held)


def seal_stream(
    secret: bytes, name: str, chunks: Iterable[bytes], into: BinaryIO, frame_bytes: int = FRAME_BYTES
) -> None:
    """Writes `chunks` sealed into `into`, holding about two frames in memory."""
    salt = os.urandom(SALT_BYTES)
    head = FORMAT + frame_bytes.to_bytes(4, "big") + salt
    cipher = _cipher(secret, salt, name)
    into.write(head)
    frames = _frames(chunks, frame_bytes)
    frame = next(frames)
    number = 0
    for following in frames:
        into.write(cipher.encrypt(_nonce(number), frame, _bound_to(head, last=False)))
        frame = following
        number += 1
    into.write(cipher.encrypt(_nonce(number), frame, _bound_to(head, last=True)))


def _shape(head: bytes, sealed_size: int) -> tuple[int, int, int]:
    """Frame size, number of frames and plain size of a sealed file, from its head and its size on disk."""
    if len(head) != HEAD_BYTES or not head.startswith(FORMAT):
        raise SealBroken("This is not a sealed file.")
    frame_bytes = int.from_bytes(head[len(FORMAT) : len(FORMAT) + 4], "big")
    body = sealed_size - HEAD_BYTES
    if not 0 < frame_bytes <= LARGEST_FRAME or body < TAG_BYTES:
        raise SealBroken("The sealed file is damaged or cut short.")
    count = -(-body // (frame_bytes + TAG_BYTES))
    return frame_bytes, count, body - count * TAG_BYTES


def plain_size(sealed: BinaryIO) -> int:
    """How many bytes the opened file has, as its size on disk says; opening it proves it."""
    return _shape(sealed.read(HEAD_BYTES), os.fstat(sealed.fileno()).st_size)[2]


class OpenedStream(io.RawIOBase):
    """Reads a sealed file, from where it stands to its end, as if it were plain: seekable, one frame in memory.

    The last frame is opened at once, so that a file cut short is refused before its first byte is given out.
    """

    def __init__(self, secret: bytes, name: str, sealed: BinaryIO) -> None:
        self._sealed = sealed
        self._start = sealed.tell()
        self._head = sealed.read(HEAD_BYTES)
        length = os.fstat(sealed.fileno()).st_size - self._start
        self._frame_bytes, self._count, self._size = _shape(self._head, length)
        self._cipher = _cipher(secret, self._head[-SALT_BYTES:], name)
        self._position = 0
        self._number, self._frame = -1, b""
        self._load(self._count - 1)

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        whole = self._frame_bytes + TAG_BYTES
        last = number == self._count - 1
        self._sealed.seek(self._start + HEAD_BYTES + number * whole)
        content = self._sealed.read(whole)
        try:
            self._frame = self._cipher.decrypt(_nonce(number), content, _bound_to(self._head, last))
        except (InvalidTag, ValueError):
            raise SealBroken(f"Frame {number} of the sealed file was altered, moved or cut.") from None
        self._number = number

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("A file has no bytes before its first.")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        number, within = divmod(self._position, self._frame_bytes)
        self._load(number)
        piece = self._frame[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._frame = b""
            self._sealed.close()
        super().close()


def opened_stream(secret: bytes, name: str, sealed: BinaryIO) -> io.BufferedReader:
    """The plain bytes of a sealed file, as a buffered, seekable file. Closes `sealed` with itself or when refused."""
    try:
        return io.BufferedReader(OpenedStream(secret, name, sealed), buffer_size=128 * 1024)
    except BaseException:
        sealed.close()
        raise
