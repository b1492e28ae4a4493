"""What kind of file this is, from what it holds and never from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from genomics.model import Assembly
from genomics.readers.array import SAMPLE_NAME, header_build, is_column_line
from genomics.readers.errors import ReadError, ReadErrorCode
from genomics.readers.stream import Compression, chunks, compression_of, line_batches

HEADER_LIMIT_BYTES = 64 << 20
HEADER_LIMIT_LINES = 100_000
COLUMN_LIMIT = 100_000

# Lengths of chromosomes 1, 2, 7, 10, 12, 16 and 19; they tell the two assemblies apart.
_CHROMOSOME_LENGTHS = {
    "249250621": Assembly.GRCH37, "243199373": Assembly.GRCH37, "159138663": Assembly.GRCH37,
    "135534747": Assembly.GRCH37, "133851895": Assembly.GRCH37, "90354753": Assembly.GRCH37,
    "59128983": Assembly.GRCH37,
    "248956422": Assembly.GRCH38, "242193529": Assembly.GRCH38, "159345973": Assembly.GRCH38,
    "133797422": Assembly.GRCH38, "133275309": Assembly.GRCH38, "90338345": Assembly.GRCH38,
    "58617616": Assembly.GRCH38,
}  # fmt: skip
_NAMES = ((re.compile(r"grch38|hg38|b38\b", re.I), Assembly.GRCH38),
          (re.compile(r"grch37|hg19|b37\b|hs37d5", re.I), Assembly.GRCH37))  # fmt: skip
_LENGTH = re.compile(r"length=(\d+)")


class FileKind(StrEnum):
    VCF = "vcf"
    CONSUMER_ARRAY = "consumer_array"
    BCF = "bcf"
    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file says about itself. ``assembly`` is only what its header claims; bases decide later."""

    kind: FileKind
    compression: Compression
    assembly: Assembly | None = None
    samples: tuple[str, ...] = ()
    indexed: bool = False
    made_up: bool = False


def index_beside(path: Path) -> Path | None:
    """The tabix or CSI index next to a file, when there is one that is not older than the file."""
    for suffix in (".tbi", ".csi"):
        index = path.with_name(path.name + suffix)
        if index.is_file() and index.stat().st_mtime >= path.stat().st_mtime:
            return index
    return None


def header_assembly(lines: list[str]) -> Assembly | None:
    """The assembly that header lines claim, by contig lengths first and by name second."""
    lengths = {
        _CHROMOSOME_LENGTHS[found.group(1)]
        for line in lines
        if line.startswith("##contig") and (found := _LENGTH.search(line)) and found.group(1) in _CHROMOSOME_LENGTHS
    }
    if len(lengths) == 1:
        return lengths.pop()
    named = {
        assembly
        for line in lines
        if line.startswith(("##contig", "##reference", "##assembly"))
        for pattern, assembly in _NAMES
        if pattern.search(line)
    }
    return named.pop() if len(named) == 1 and not lengths else None


def is_made_up(lines: list[str]) -> bool:
    return any(line.startswith("##source=made-up person") for line in lines)


def read_header(path: Path) -> tuple[list[str], list[str]]:
    """Meta lines and the column names of a VCF file. Raises ReadError when there is no column line."""
    meta: list[str] = []
    size = 0
    for batch in line_batches(path):
        for line in batch:
            size += len(line)
            is_within_bounds = size <= HEADER_LIMIT_BYTES and len(meta) < HEADER_LIMIT_LINES
            if line.startswith(b"##") and is_within_bounds:
                meta.append(line.decode("utf-8", "replace").rstrip("\r"))
            elif line.startswith(b"#CHROM"):
                if line.count(b"\t") >= COLUMN_LIMIT:
                    raise ReadError(
                        ReadErrorCode.TOO_MANY_SAMPLES,
                        f"The file has more than {COLUMN_LIMIT:,} columns. Split it and send the part needed.",
                        len(meta) + 1,
                    )
                return meta, line.decode("utf-8", "replace").rstrip("\r").split("\t")
            else:
                raise ReadError(
                    ReadErrorCode.NOT_VCF,
                    f"Line {len(meta) + 1} should name the columns (#CHROM ...) but does not. "
                    "Send the complete VCF file.",
                    len(meta) + 1,
                )
    raise ReadError(
        ReadErrorCode.NOT_VCF,
        "The file ends before the line that names its columns (#CHROM ...). Send the complete VCF file.",
    )


def sample_names(columns: list[str]) -> tuple[str, ...]:
    """The samples a header names. Raises ReadError when two have one name: whose row is whose cannot be told."""
    names = tuple(columns[9:])
    if len(set(names)) < len(names):
        raise ReadError(
            ReadErrorCode.SAMPLE_NAMED_TWICE,
            "Two samples of the file have the same name. Ask the laboratory for a corrected file.",
        )
    return names


def _is_consumer_array(start: bytes) -> bool:
    return any(is_column_line(line) for line in start.split(b"\n")[:400])


def recognise(path: Path | str) -> Recognition:
    """Kind, compression, claimed assembly and samples of a file. Raises ReadError when unreadable."""
    path = Path(path)
    if path.is_dir():
        raise ReadError(ReadErrorCode.NOT_FOUND, "This is a folder, not a file. Name the VCF file in it.")
    if not path.is_file():
        raise ReadError(ReadErrorCode.NOT_FOUND, "There is no such file. Check the name and send it again.")
    if path.stat().st_size == 0:
        return Recognition(FileKind.EMPTY, Compression.PLAIN)
    compression = compression_of(path)
    start = next(chunks(path), b"")
    if not start.strip():
        return Recognition(FileKind.EMPTY, compression)
    if start.startswith(b"BCF\x02"):
        return Recognition(FileKind.BCF, compression)
    if start.startswith((b"##fileformat=VCF", b"#CHROM\tPOS")):
        meta, columns = read_header(path)
        return Recognition(
            FileKind.VCF,
            compression,
            header_assembly(meta),
            sample_names(columns),
            index_beside(path) is not None,
            is_made_up(meta),
        )
    if _is_consumer_array(start):
        claimed = header_build([line for line in start.split(b"\n")[:400] if line.startswith((b"#", b"\xef"))])
        return Recognition(FileKind.CONSUMER_ARRAY, compression, claimed, (SAMPLE_NAME,))
    return Recognition(FileKind.OTHER, compression)
