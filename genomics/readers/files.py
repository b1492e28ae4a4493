"""One door for every kind of file: what it is decides who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from genomics.model import Position, Sample
from genomics.readers.array import SAMPLE_NAME, read_array
from genomics.readers.errors import ReadError, ReadErrorCode
from genomics.readers.recognition import FileKind, recognise
from genomics.readers.vcf import read_vcf


def read_samples(path: Path | str, positions: Sequence[Position], sample: str | None = None) -> Iterator[Sample]:
    """The sample asked for, or all, of a VCF file or a consumer test's raw data. Raises ReadError with a sentence."""
    if recognise(path).kind is not FileKind.CONSUMER_ARRAY:
        yield from read_vcf(path, positions, sample)
        return
    if sample not in (None, SAMPLE_NAME):
        raise ReadError(
            ReadErrorCode.SAMPLE_MISSING,
            "Raw data of a consumer test holds one person and names nobody. Ask for it without a sample's name.",
        )
    yield read_array(Path(path), positions)
