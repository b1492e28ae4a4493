"""Reads the calls at defined positions from a VCF file, in one pass, whatever its size.

A site without a row was not tested. FILTER and QUAL are not judged, and the blocks of a gVCF file are not
read as reference: both would be guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import pysam

from genomics.model import Assembly, Call, CallStatus, Caveat, Position, Sample, Site
from genomics.readers.assembly import AssemblyEvidence, decide
from genomics.readers.errors import ReadError, ReadErrorCode
from genomics.readers.recognition import (
    FileKind,
    header_assembly,
    index_beside,
    is_made_up,
    read_header,
    recognise,
    sample_names,
)
from genomics.readers.rows import combine, on_grch37, read_alleles, read_genotype, references_agree
from genomics.readers.sex import SexCounter
from genomics.readers.stream import LINE_LIMIT_BYTES, Compression, compression_of, line_batches

SAMPLES_AT_ONCE = 1_000
REGION_GAP = 20_000
# A site split over its alternatives has a handful of rows; hundreds are an attack or an accident.
ROWS_PER_POSITION = 100
# The longest allele of a gene we read is far shorter; comparing alleles without end costs without end.
ALLELES_LIMIT = 10_000
_NOT_VCF = {
    FileKind.EMPTY: (ReadErrorCode.EMPTY, "The file is empty. Copy or download it again."),
    FileKind.CONSUMER_ARRAY: (
        ReadErrorCode.NOT_VCF,
        "This is the raw data of a consumer test, not a VCF file. Send the VCF file from the laboratory.",
    ),
    FileKind.BCF: (
        ReadErrorCode.NOT_READ_YET,
        "This is a BCF file. These are recognised but not read yet; convert it to VCF and send that.",
    ),
    FileKind.OTHER: (
        ReadErrorCode.NOT_VCF,
        "This is not a VCF file: its first line is not a VCF header. Send the VCF file from the laboratory.",
    ),
}


@dataclass(slots=True)
class _Target:
    """What is wanted at one place of a file: a GRCh38 position, a GRCh37 one, or by chance both."""

    wanted: dict[Assembly, Position] = field(default_factory=dict)
    rows: int = 0


@dataclass(slots=True)
class _Gathered:
    """One sample while its file is being read: what its rows say if the file is on the one assembly or the other."""

    name: str
    column: int
    calls: dict[Assembly, dict[Site, tuple[Call, frozenset[str]]]] = field(
        default_factory=lambda: {assembly: {} for assembly in Assembly}
    )
    sex: SexCounter = field(default_factory=SexCounter)


def _targets(positions: Sequence[Position], meta: Sequence[str]) -> dict[bytes, _Target]:
    """By the start of a row as files spell it: chromosome with or without ``chr``, tab, position."""
    targets: dict[bytes, _Target] = {}
    for position in positions:
        bare = position.chromosome.removeprefix("chr")
        if bare == "M":
            _add_mitochondrial(targets, position, meta)
            continue
        for assembly, place in ((Assembly.GRCH38, position.position), (Assembly.GRCH37, position.position_grch37)):
            start = f"{bare}\t{place}".encode()
            target = targets.setdefault(start, _Target())
            targets[b"chr" + start] = target
            target.wanted[assembly] = position if assembly is Assembly.GRCH38 else on_grch37(position)
    return targets


def _add_mitochondrial(targets: dict[bytes, _Target], position: Position, meta: Sequence[str]) -> None:
    """The numbers are the same beside both assemblies, unless hg19's own older sequence is meant.

    That one is called chrM and has 16,571 bases; beside GRCh37 the name chrM is therefore believed only where the
    header gives the length of the sequence our definitions use.
    """
    is_ours = any(line.startswith(_MITOCHONDRIA) and _MITOCHONDRIAL_LENGTH.search(line) for line in meta)
    for spelt in ("MT", "chrMT", "M", "chrM"):
        wanted = {Assembly.GRCH38: position}
        if spelt.endswith("T") or is_ours:
            wanted[Assembly.GRCH37] = position
        targets[f"{spelt}\t{position.position}".encode()] = _Target(wanted)


def _malformed(line: int | None, what: str) -> ReadError:
    where = f"Line {line}" if line else "A line"
    return ReadError(
        ReadErrorCode.MALFORMED_LINE,
        f"{where} of the VCF file {what}. The file may be cut short; copy or download it again.",
        line,
    )


class _Reading:
    """The state of one pass over one file."""

    def __init__(
        self, positions: Sequence[Position], meta: list[str], columns: list[str], wanted: list[tuple[str, int]]
    ) -> None:
        self.targets = _targets(positions, meta)
        self.column_count = len(columns)
        self.gathered = [_Gathered(name, column) for name, column in wanted]
        self.assembly = AssemblyEvidence()
        self.rows_at_targets = 0
        self.rows_with_genotypes = 0

    def take(self, lines: Iterable[bytes], number: int | None) -> None:
        """Look at data lines, the first of which has this number; nearly all are dropped after one look-up."""
        targets = self.targets
        for line in lines:
            first = line.find(b"\t")
            target = targets.get(line[: line.find(b"\t", first + 1)])
            if target is not None:
                self._take_target(line, target, number)
            elif first <= 0:
                if line.strip():
                    raise _malformed(number, "has no columns")
            elif line[first - 1] in _ENDS_OF_SEX_CHROMOSOMES and line[:first] in _SEX_CHROMOSOMES:
                self._take_sex(line, _SEX_CHROMOSOMES[line[:first]], number)
            if number is not None:
                number += 1

    def is_whole(self, line: bytes) -> bool:
        """Whether a row has as many columns as the header; a file cut short ends with one that has not."""
        return line.count(b"\t") + 1 == self.column_count

    def _columns(self, line: bytes, number: int | None) -> list[str]:
        if not self.is_whole(line):
            count = line.count(b"\t") + 1
            raise _malformed(number, f"has {count} columns where the header has {self.column_count}")
        return line.decode("utf-8", "replace").rstrip("\r").split("\t")

    def _take_target(self, line: bytes, target: _Target, number: int | None) -> None:
        target.rows += 1
        if target.rows > ROWS_PER_POSITION:
            raise _malformed(number, f"repeats a position for the {target.rows}th time")
        values = self._columns(line, number)
        if len(values[3]) + len(values[4]) > ALLELES_LIMIT:
            raise _malformed(number, f"has alleles longer than {ALLELES_LIMIT:,} letters")
        reference = values[3].upper()
        keys = values[8].split(":")
        self.rows_at_targets += 1
        self.rows_with_genotypes += "GT" in keys
        for assembly, position in target.wanted.items():
            self._take_row(assembly, position, reference, keys, values)

    def _take_row(
        self, assembly: Assembly, position: Position, reference: str, keys: list[str], values: list[str]
    ) -> None:
        agrees = references_agree(reference, position.reference)
        if position.chromosome != "chrM":
            self.assembly.count(assembly, agrees)
        row = read_alleles(position, reference, values[4].split(","))
        known_entries: dict[str, Call] = {}
        for sample in self.gathered:
            entry = values[sample.column]
            call = known_entries.get(entry)
            if call is None:
                if agrees:
                    call = read_genotype(row, keys, entry)
                else:
                    call = Call(CallStatus.NO_CALL, reason=Caveat.REFERENCE_DISAGREES)
                known_entries[entry] = call
            calls = sample.calls[assembly]
            earlier = calls.get(position.site)
            if earlier is None:
                calls[position.site] = (call, row.named)
            else:
                combined = combine(position, earlier[0], earlier[1], call, row.named)
                calls[position.site] = (combined, earlier[1] | row.named)

    def _take_sex(self, line: bytes, chromosome: str, number: int | None) -> None:
        place = line.split(b"\t", 2)[1]
        if not place.isdigit() or len(place) > 9 or not self.gathered[0].sex.wants(chromosome, int(place)):
            return
        values = self._columns(line, number)
        keys = values[8].split(":")
        if "GT" not in keys:
            return
        genotype_at = keys.index("GT")
        for sample in self.gathered:
            fields = values[sample.column].split(":")
            sample.sex.count(chromosome, fields[genotype_at] if genotype_at < len(fields) else ".")

    def samples(self, header: Assembly | None, made_up: bool) -> Iterator[Sample]:
        assembly, caveats = decide(self.assembly, header)
        if self.rows_at_targets and not self.rows_with_genotypes:
            raise ReadError(
                ReadErrorCode.NO_GENOTYPES,
                "The file has no genotypes (no GT field). Ask the laboratory for a VCF with genotypes.",
            )
        if made_up:
            caveats = (*caveats, Caveat.MADE_UP_PERSON)
        for sample in self.gathered:
            yield Sample(
                name=sample.name,
                assembly=assembly,
                calls={site: call for site, (call, _) in sample.calls[assembly].items()},
                sex_evidence=sample.sex.evidence(),
                caveats=caveats,
            )


_SEX_CHROMOSOMES = {b"X": "X", b"chrX": "X", b"Y": "Y", b"chrY": "Y"}
_ENDS_OF_SEX_CHROMOSOMES = frozenset(b"XY")
_MITOCHONDRIA = ("##contig=<ID=chrM,", "##contig=<ID=M,")
_MITOCHONDRIAL_LENGTH = re.compile(r"\blength=16569\b")


def _wanted_columns(columns: list[str], sample: str | None) -> list[tuple[str, int]]:
    names = sample_names(columns)
    if not names:
        raise ReadError(
            ReadErrorCode.NO_SAMPLES,
            "The VCF file has no samples: its header names none. Ask the laboratory for a file with genotypes.",
        )
    if sample is None:
        if len(names) > SAMPLES_AT_ONCE:
            raise ReadError(
                ReadErrorCode.TOO_MANY_SAMPLES,
                f"The file has {len(names)} samples; at most {SAMPLES_AT_ONCE} are read at once. "
                "Name the one to read.",
            )
        return [(name, 9 + number) for number, name in enumerate(names)]
    if sample not in names:
        raise ReadError(
            ReadErrorCode.SAMPLE_MISSING,
            f"The sample asked for is not in the file, which holds {len(names)}. Check the sample's name.",
        )
    return [(sample, 9 + names.index(sample))]


def _regions(positions: Sequence[Position]) -> Iterator[tuple[str, int, int]]:
    """Stretches that hold all wanted places on both assemblies, near ones joined; 1-based, inclusive."""
    places = sorted(
        {(position.chromosome, place) for position in positions
         for place in (position.position, position.position_grch37)}
    )  # fmt: skip
    start: tuple[str, int] | None = None
    end = 0
    for chromosome, place in places:
        if start is not None and chromosome == start[0] and place - end <= REGION_GAP:
            end = place
            continue
        if start is not None:
            yield (*start, end)
        start, end = (chromosome, place), place
    if start is not None:
        yield (*start, end)
    # Early stretches of X and Y outside their paired ends: enough rows to tell the genetic sex.
    yield ("chrX", 2_781_480, 12_000_000)
    yield ("chrY", 2_781_480, 12_000_000)


def _read_with_index(path: Path, index: Path, positions: Sequence[Position], reading: _Reading) -> None:
    try:
        with pysam.TabixFile(str(path), index=str(index), encoding="utf-8") as table:
            names = set(table.contigs)
            for chromosome, start, end in _regions(positions):
                spelt = chromosome if chromosome in names else chromosome.removeprefix("chr")
                if chromosome == "chrM" and spelt not in names:
                    spelt = "MT" if "MT" in names else "chrMT"
                if spelt not in names:
                    continue
                for line in table.fetch(spelt, start - 1, end):
                    if len(line) > LINE_LIMIT_BYTES:
                        raise _malformed(None, "is far longer than a VCF row")
                    reading.take((line.encode(),), None)
    except (OSError, ValueError, UnicodeDecodeError):
        raise ReadError(
            ReadErrorCode.CORRUPT,
            "The index beside the file does not fit it, or the file is damaged. Send both again.",
        ) from None


def _read_through(path: Path, reading: _Reading) -> None:
    number = 1
    in_header = True
    last = b""
    for batch in line_batches(path):
        header_lines = 0
        if in_header:
            header_lines = sum(1 for _ in takewhile(lambda line: line.startswith(b"#"), batch))
            in_header = header_lines == len(batch)
        rows = batch[header_lines:]
        reading.take(rows, number + header_lines)
        number += len(batch)
        last = rows[-1] if rows else last
    if last.strip() and not reading.is_whole(last):
        raise _malformed(number - 1, "stops before its last column")


def read_vcf(path: Path | str, positions: Sequence[Position], sample: str | None = None) -> Iterator[Sample]:
    """Read one sample, or all samples, of a VCF file on GRCh38 or GRCh37; sites of calls are always those of GRCh38.

    Parameters: ``path`` plain, gzip or bgzip; ``positions`` to read, as definitions give them; ``sample``
    the one to read, or None for all. Yields a Sample for each, in the order of the header, once the
    whole file was read. Raises ReadError with a sentence for everything that cannot be read safely.
    """
    path = Path(path)
    kind = recognise(path).kind
    if kind is not FileKind.VCF:
        raise ReadError(*_NOT_VCF[kind])
    meta, columns = read_header(path)
    reading = _Reading(positions, meta, columns, _wanted_columns(columns, sample))
    index = index_beside(path) if compression_of(path) is Compression.BGZIP else None
    if index is not None:
        _read_with_index(path, index, positions, reading)
    else:
        _read_through(path, reading)
    yield from reading.samples(header_assembly(meta), is_made_up(meta))
