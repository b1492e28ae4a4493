"""The file a backup is: a line that says which master key opens it, then a tar, sealed frame by frame.

The key is made for this one backup and wrapped by the current master key. The line is bound into the sealing, so a
changed line, a changed, missing, doubled or moved frame, or a cut end is found before anything is read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from portal.sealing.envelope import KEY_BYTES
from portal.sealing.errors import SealBroken
from portal.sealing.keys import master_keys
from portal.sealing.streams import opened_stream, seal_stream

FORMAT = "portal-backup-1"
BLOCK = tarfile.BLOCKSIZE
PIECE = 1 << 20
LONGEST_LINE = 4096
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Member:
    """One part of a backup: its name, how long it is, and its bytes in pieces."""

    name: str
    size: int
    pieces: Iterable[bytes]


def write(path: Path, members: Iterable[Member]) -> str:
    """Writes a backup, whole or not at all; its SHA-256. Raises `FileExistsError` rather than replace one."""
    if path.exists():
        raise FileExistsError(path)
    ring = master_keys()
    secret, name = secrets.token_bytes(KEY_BYTES), secrets.token_hex(16)
    wrapped = base64.b64encode(ring.wrap(secret, _purpose(name))).decode()
    line = json.dumps({"format": FORMAT, "name": name, "master": ring.current, "key": wrapped}).encode() + b"\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            file.write(line)
            seal_stream(secret, _bound(line), _as_tar(members), file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return digest


def _as_tar(members: Iterable[Member]) -> Iterator[bytes]:
    digests: dict[str, str] = {}
    for member in members:
        digest = hashlib.sha256()
        yield _head(member.name, member.size)
        passed = 0
        for piece in member.pieces:
            digest.update(piece)
            passed += len(piece)
            yield piece
        if passed != member.size:
            raise OSError(f"{member.name} changed while it was copied.")
        yield bytes(-passed % BLOCK)
        digests[member.name] = digest.hexdigest()
    told = json.dumps(digests).encode()
    yield _head(MANIFEST, len(told)) + told + bytes(-len(told) % BLOCK) + bytes(2 * BLOCK)


def _head(name: str, size: int) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    return head.tobuf(tarfile.PAX_FORMAT)


def check(path: Path) -> None:
    """Reads all of a backup and compares every part with its checksum. Raises `SealBroken`; changes nothing."""
    found: dict[str, str] = {}
    told: dict[str, str] | None = None
    with opened(path) as members:
        for name, content in members:
            if told is not None:
                raise SealBroken("The backup goes on after its end.")
            if name == MANIFEST:
                told = json.load(content)
            elif name in found:
                raise SealBroken(f"The backup holds {name} twice.")
            else:
                digest = hashlib.sha256()
                for piece in iter(lambda content=content: content.read(PIECE), b""):  # type: ignore[misc]
                    digest.update(piece)
                found[name] = digest.hexdigest()
    if told is None or told != found:
        raise SealBroken("What is in the backup is not what was put into it.")


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The parts of a backup in their order. Raises `SealBroken`, or `MasterKeyMissing`."""
    with path.open("rb") as file:
        line = file.readline(LONGEST_LINE)
        try:
            told = json.loads(line)
            name, master, wrapped = str(told["name"]), str(told["master"]), base64.b64decode(told["key"])
            known = told["format"] == FORMAT
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise SealBroken("This is not a backup of this portal.")
        secret = master_keys().unwrap(master, wrapped, _purpose(name))
        with opened_stream(secret, _bound(line), cast(BinaryIO, _Kept(file))) as stream:
            yield _members(stream)


class _Kept:
    """The file under another's `with`: closing the stream does not close it twice."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def close(self) -> None:
        """Closed by whoever opened it."""


def _members(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for head in archive:
                content = archive.extractfile(head)
                if content is None:
                    raise SealBroken(f"{head.name} is no file.")
                yield head.name, content
    except tarfile.TarError:
        raise SealBroken("The backup cannot be read to its end.") from None


def _purpose(name: str) -> bytes:
    return b"backup\0" + name.encode()


def _bound(line: bytes) -> str:
    return "backup\0" + hashlib.sha256(line).hexdigest()
