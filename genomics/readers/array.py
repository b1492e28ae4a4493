"""Reads the calls at defined positions from a consumer test's raw data: 23andMe, AncestryDNA, MyHeritage and others.

Such a file lists what one chip looked at. A position that is not in it was not tested, and it tells nothing about
copies of a gene. Bases are those of the forward strand, D and I stand for a deletion and an insertion.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genomics.model import Assembly, Call, CallStatus, Caveat, Position, Sample, Site
from genomics.readers.assembly import ENOUGH, AssemblyEvidence, decide
from genomics.readers.errors import ReadError, ReadErrorCode
from genomics.readers.rows import ONE_COPY, combine
from genomics.readers.sex import SexCounter
from genomics.readers.stream import line_batches

SAMPLE_NAME = "array"
# One place has a few probes; hundreds of lines are an attack or an accident.
LINES_PER_POSITION = 100
TOLERATED_FLIPS = 0.02

_CHROMOSOMES = {"23": "X", "24": "Y", "26": "M", "MT": "M"}
_COMPLEMENT = {"A": "T", "T": "A", "C": "G", "G": "C"}
_NAMED_BUILD = ((re.compile(rb"build\s*37|grch37|hg19", re.I), Assembly.GRCH37),
                (re.compile(rb"build\s*38|grch38|hg38", re.I), Assembly.GRCH38))  # fmt: skip
_ON_SEX_CHROMOSOMES = (b"X", b"Y", b"chrX", b"chrY", b"23", b"24")
_COLUMNS = (
    re.compile(rb"rsid[\t, ]+chromosome[\t, ]+position[\t, ]+(genotype|result|allele1[\t, ]+allele2)", re.I),
    re.compile(rb"name,chromosome,position,allele1,allele2", re.I),
)


def is_column_line(line: bytes) -> bool:
    """Whether this line names the columns of a consumer test's raw data, whatever its quotes and marks."""
    bare = line.replace(b'"', b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"# ").rstrip()
    return any(pattern.fullmatch(bare) for pattern in _COLUMNS)


def header_build(lines: Sequence[bytes]) -> Assembly | None:
    """The assembly that the comments before the first row name, when they name one only."""
    named = {assembly for line in lines for pattern, assembly in _NAMED_BUILD if pattern.search(line)}
    return named.pop() if len(named) == 1 else None


def _spelt(position: Position, letters: str) -> tuple[str, ...] | None:
    """The letters of a genotype as alleles of the definition, or None where they cannot be told."""
    known = (position.reference, *position.alternatives)
    if all(len(base) == 1 for base in known):
        return tuple(letters) if set(letters) <= set(known) else None
    # D and I say which of two lengths it is, so there have to be two, no more.
    if len(known) != 2 or len(known[0]) == len(known[1]) or not set(letters) <= {"D", "I"}:
        return None
    shorter, longer = sorted(known, key=len)
    return tuple(shorter if letter == "D" else longer for letter in letters)


def _is_flipped(position: Position, letters: str) -> bool:
    """Whether only the other strand explains these letters."""
    known = {position.reference, *position.alternatives}
    return not set(letters) <= known and {_COMPLEMENT.get(letter, "") for letter in letters} <= known


def read_letters(position: Position, letters: str) -> Call:
    """The call that the letters of one line stand for; ``""`` where the chip gave none."""
    if not letters:
        return Call(CallStatus.NO_CALL, reason=Caveat.NO_CALL)
    if "-" in letters or "0" in letters:
        return Call(CallStatus.NO_CALL, reason=Caveat.HALF_CALL)
    if len(letters) == 1 and position.chromosome not in ONE_COPY:
        return Call(CallStatus.NO_CALL, reason=Caveat.ONE_ALLELE_ON_AUTOSOME)
    alleles = _spelt(position, letters) if len(letters) <= 2 else None
    if alleles is None:
        return Call(CallStatus.NO_CALL, reason=Caveat.NO_CALL)
    if position.chromosome == "chrM" and len(alleles) == 2:
        if alleles[0] != alleles[1]:
            return Call(CallStatus.NO_CALL, reason=Caveat.MIXED_WHERE_ONE_COPY)
        alleles = alleles[:1]
    return Call(CallStatus.TESTED, alleles)


@dataclass(slots=True)
class _Reading:
    """The state of one pass: what each line would say beside the one assembly and the other."""

    calls: dict[Assembly, dict[Site, Call]] = field(default_factory=lambda: {assembly: {} for assembly in Assembly})
    lines: dict[Site, int] = field(default_factory=dict)
    evidence: AssemblyEvidence = field(default_factory=AssemblyEvidence)
    sex: SexCounter = field(default_factory=SexCounter)
    flipped: int = 0
    bases_read: int = 0

    def take(self, line: bytes, number: int, by_name: dict[bytes, Position], by_place: _Places) -> None:
        values = _values(line)
        if len(values) not in (4, 5):
            raise _malformed(number, f"has {len(values)} columns instead of four or five")
        name, chromosome, place = values[0], values[1].upper().removeprefix("CHR"), values[2]
        if not (place.isascii() and place.isdigit() and len(place) <= 9):
            raise _malformed(number, "does not give a position as a number")
        chromosome = _CHROMOSOMES.get(chromosome, chromosome)
        site = (f"chr{chromosome}", int(place))
        letters = _letters(values[3:])
        position = by_name.get(name.encode())
        if position is not None and position.chromosome == site[0]:
            self._keep_named(position, site[1], letters, number)
            return
        for assembly, found in by_place.get(site, ()):
            # Named by the chip's own number: the place alone says what it is, and only for single bases.
            if len(found.reference) == 1 and all(len(base) == 1 for base in found.alternatives):
                self._keep(assembly, found, letters, number)
        if chromosome in ("X", "Y") and self.sex.wants(chromosome, site[1]):
            self.sex.count(chromosome, _as_genotype(letters))

    def _keep_named(self, position: Position, place: int, letters: str, number: int) -> None:
        is_single_base = len(position.reference) == 1 and all(len(base) == 1 for base in position.alternatives)
        fits = {
            Assembly.GRCH38: place == position.position,
            Assembly.GRCH37: place == position.position_grch37,
        }
        if is_single_base and position.chromosome != "chrM":
            for assembly, does in fits.items():
                self.evidence.count(assembly, does)
        for assembly, does in fits.items():
            # Chips number insertions and deletions each in its own way; their name says which is meant.
            if does or not is_single_base:
                self._keep(assembly, position, letters, number)
        if is_single_base and len(letters) in (1, 2) and set(letters) <= _COMPLEMENT.keys():
            self.bases_read += 1
            self.flipped += _is_flipped(position, letters)

    def _keep(self, assembly: Assembly, position: Position, letters: str, number: int) -> None:
        self.lines[position.site] = self.lines.get(position.site, 0) + 1
        if self.lines[position.site] > LINES_PER_POSITION:
            raise _malformed(number, "repeats a position too often")
        call = read_letters(position, letters)
        calls = self.calls[assembly]
        earlier = calls.get(position.site)
        nothing = frozenset[str]()
        calls[position.site] = call if earlier is None else combine(position, earlier, nothing, call, nothing)


_Places = dict[Site, list[tuple[Assembly, Position]]]


def _malformed(number: int, what: str) -> ReadError:
    return ReadError(
        ReadErrorCode.MALFORMED_LINE,
        f"Line {number} of the raw data {what}. The file may be cut short; copy or download it again.",
        number,
    )


def _values(line: bytes) -> list[str]:
    """The columns of a line, split at tabs, commas or blanks, without quotes."""
    text = line.decode("utf-8", "replace").replace('"', "").strip()
    return [value.strip() for value in text.split(",")] if "," in text else text.split()


def _letters(columns: list[str]) -> str:
    """``AG`` from one column or two; nothing where the chip gave no call."""
    letters = "".join(columns).upper().replace("/", "").replace("|", "")
    return "" if set(letters) <= {"-", "0", "N", "."} else letters


def _as_genotype(letters: str) -> str:
    """Letters as the sex counter takes them; which of two equal ones is changed cannot be told from a chip."""
    if not letters or "-" in letters or "0" in letters:
        return "."
    return "1" if len(letters) == 1 else "0/1" if letters[0] != letters[1] else "0/0"


def read_array(path: Path, positions: Sequence[Position]) -> Sample:
    """Read the one person of a raw data file. Raises ReadError with a sentence when that is not safe."""
    by_name = {place.rsid.encode(): place for place in positions if place.rsid}
    by_place: _Places = {}
    for place in positions:
        by_place.setdefault((place.chromosome, place.position), []).append((Assembly.GRCH38, place))
        by_place.setdefault((place.chromosome, place.position_grch37), []).append((Assembly.GRCH37, place))
    wanted_numbers = {str(number).encode() for _, number in by_place}
    reading = _Reading()
    comments: list[bytes] = []
    number = 0
    in_header = True
    for batch in line_batches(path):
        for line in batch:
            number += 1
            if in_header:
                comments.append(line)
                in_header = not is_column_line(line)
                continue
            # Nearly every line is dropped here, so nothing is decoded before.
            bare = line.replace(b'"', b"") if b'"' in line else line
            columns = bare.split(b"," if b"," in bare else None, 3)
            if len(columns) < 4:
                if columns and not bare.startswith(b"#") and bare.strip():
                    raise _malformed(number, "does not have its columns")
            elif (
                columns[0] in by_name or columns[2] in wanted_numbers or columns[1].startswith(_ON_SEX_CHROMOSOMES)
            ) and not bare.startswith(b"#"):
                reading.take(bare, number, by_name, by_place)
    if reading.flipped >= ENOUGH and reading.flipped > TOLERATED_FLIPS * reading.bases_read:
        raise ReadError(
            ReadErrorCode.REFERENCE_DISAGREES,
            f"{reading.flipped} of {reading.bases_read} genotypes fit only the other strand; the file was not read. "
            "Download the raw data again from the company, as it gives it.",
        )
    assembly, caveats = decide(reading.evidence, header_build(comments))
    return Sample(
        name=SAMPLE_NAME,
        assembly=assembly,
        calls=reading.calls[assembly],
        sex_evidence=reading.sex.evidence(),
        caveats=(*caveats, Caveat.CONSUMER_ARRAY),
    )
