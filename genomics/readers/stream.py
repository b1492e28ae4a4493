"""A file as lines of bytes, plain or compressed, within fixed bounds whatever the file holds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from isal import igzip, igzip_lib

from genomics.readers.errors import ReadError, ReadErrorCode

CHUNK_BYTES = 1 << 18
LINE_LIMIT_BYTES = 8 << 20
# Real variant files shrink 5 to 60 times; deflate cannot do more than about 1,030 times.
BOMB_RATIO = 300
# Nearly nothing but line ends: no variant file, and costly to split by the million.
LINES_PER_BYTE = 0.4
SHORT_LINES_MATTER_FROM = 64 << 10
BOMB_ALLOWANCE_BYTES = 64 << 20

_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


class Compression(StrEnum):
    PLAIN = "plain"
    GZIP = "gzip"
    BGZIP = "bgzip"


def compression_of(path: Path) -> Compression:
    """How a file is compressed, from its first bytes."""
    with path.open("rb") as raw:
        start = raw.read(18)
    if start[:2] != b"\x1f\x8b":
        return Compression.PLAIN
    is_blocked = len(start) == 18 and start[3] & 4 and start[12:16] == b"BC\x02\x00"
    return Compression.BGZIP if is_blocked else Compression.GZIP


def _refuse_when_cut_short(path: Path) -> None:
    """A bgzip file ends with an empty block; without it the copy stopped somewhere."""
    with path.open("rb") as raw:
        raw.seek(max(0, path.stat().st_size - len(_BGZF_END)))
        if raw.read() != _BGZF_END:
            raise ReadError(
                ReadErrorCode.TRUNCATED,
                "The compressed file stops before its end mark. Copy or download it again.",
            )


def _compressed_chunks(raw: BinaryIO) -> Iterator[bytes]:
    produced = 0
    unpacked = cast(BinaryIO, igzip.IGzipFile(fileobj=raw, mode="rb"))
    while True:
        try:
            chunk = unpacked.read(CHUNK_BYTES)
        except EOFError:
            raise ReadError(
                ReadErrorCode.TRUNCATED,
                "The compressed file stops in the middle. Copy or download it again.",
            ) from None
        except (OSError, OverflowError, zlib.error, cast(type[Exception], igzip_lib.IsalError)):
            raise ReadError(
                ReadErrorCode.CORRUPT,
                "The compressed file is damaged. Copy or download it again.",
            ) from None
        if not chunk:
            return
        produced += len(chunk)
        if produced > BOMB_ALLOWANCE_BYTES and produced > BOMB_RATIO * max(raw.tell(), 1):
            raise ReadError(
                ReadErrorCode.COMPRESSION_BOMB,
                "The compressed file grows far more than a variant file does and was not read. "
                "Send the file as the laboratory made it.",
            )
        yield chunk


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces of bounded size."""
    compression = compression_of(path)
    if compression is Compression.BGZIP:
        _refuse_when_cut_short(path)
    with path.open("rb") as raw:
        if compression is not Compression.PLAIN:
            yield from _compressed_chunks(raw)
            return
        while chunk := raw.read(CHUNK_BYTES):
            yield chunk


def line_batches(path: Path, limit: int = LINE_LIMIT_BYTES) -> Iterator[list[bytes]]:
    """Complete lines without their line ends, in batches; the last line may lack its end.

    Raises ReadError when a line is longer than ``limit`` bytes, before it is held in full.
    """
    waiting: list[bytes] = []
    waiting_bytes = 0
    line = 1
    for chunk in chunks(path):
        cut = chunk.rfind(b"\n")
        if cut < 0:
            waiting.append(chunk)
            waiting_bytes += len(chunk)
            if waiting_bytes > limit:
                raise ReadError(
                    ReadErrorCode.LINE_TOO_LONG,
                    f"Line {line} is longer than {limit >> 20} million characters. "
                    "This is not a variant file as laboratories make them; ask for a standard VCF.",
                    line,
                )
            continue
        if len(chunk) >= SHORT_LINES_MATTER_FROM and chunk.count(b"\n") > LINES_PER_BYTE * len(chunk):
            raise ReadError(
                ReadErrorCode.MALFORMED_LINE,
                f"After line {line} the file is little but empty lines. Copy or download it again.",
                line,
            )
        batch = b"".join([*waiting, chunk[:cut]]).split(b"\n")
        waiting, waiting_bytes = [chunk[cut + 1 :]], len(chunk) - cut - 1
        line += len(batch)
        yield batch
    rest = b"".join(waiting)
    if rest:
        yield [rest]
