"""What is said when a file cannot be read."""

from __future__ import annotations

from enum import StrEnum


class ReadErrorCode(StrEnum):
    """Every way in which reading can be refused."""

    NOT_FOUND = "not_found"
    EMPTY = "empty"
    NOT_VCF = "not_vcf"
    NOT_READ_YET = "not_read_yet"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    NO_SAMPLES = "no_samples"
    SAMPLE_MISSING = "sample_missing"
    SAMPLE_NAMED_TWICE = "sample_named_twice"
    TOO_MANY_SAMPLES = "too_many_samples"
    OTHER_ASSEMBLY = "other_assembly"
    ASSEMBLY_UNKNOWN = "assembly_unknown"
    REFERENCE_DISAGREES = "reference_disagrees"
    NO_GENOTYPES = "no_genotypes"
    MALFORMED_LINE = "malformed_line"
    LINE_TOO_LONG = "line_too_long"
    COMPRESSION_BOMB = "compression_bomb"


class ReadError(Exception):
    """A file was refused. ``sentence`` says what is wrong, where, and what to do about it."""

    def __init__(self, code: ReadErrorCode, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.line = line
