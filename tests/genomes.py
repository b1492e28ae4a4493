"""Genome files of made-up people, as bytes, for whoever needs one to send."""

from __future__ import annotations

import tempfile
from pathlib import Path

from genomics.readers.made_up import write_made_up

USUAL = {"CYP2C19": "*1/*1"}
SLOW = {
    "CYP2C19": "*2/*2",
    "CYP2C9": "*2/*3",
    "CYP2B6": "*6/*6",
    "CYP3A5": "*3/*3",
    "NUDT15": "*3/*3",
    "SLCO1B1": "*5/*5",
    "TPMT": "*3A/*3A",
    "UGT1A1": "*6/*6",
}
QUICK = {
    "CYP2C19": "*17/*17",
    "CYP2B6": "*4/*4",
    "CYP3A5": "*6/*7",
    "CYP4F2": "*3/*3",
    "UGT1A1": "*28/*28",
}


def vcf(diplotypes: dict[str, str] | None = None, sample: str = "S1") -> bytes:
    """A whole VCF of a made-up person with these diplotypes; genes left out are reference."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "person.vcf"
        write_made_up(path, sample, diplotypes or {})
        return path.read_bytes()


def header_and_rows(content: bytes) -> tuple[list[str], list[str]]:
    """The lines of a VCF: its header with the column line, and its rows."""
    lines = content.decode().splitlines()
    return [line for line in lines if line.startswith("#")], [line for line in lines if not line.startswith("#")]


def with_rows(content: bytes, rows: list[str], header: list[str] | None = None) -> bytes:
    """The same file with other rows, and another header if one is given."""
    own_header, _ = header_and_rows(content)
    return ("\n".join([*(header or own_header), *rows]) + "\n").encode()
