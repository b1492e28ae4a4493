"""The same front door for a laboratory's command line: ``python -m genomics pgx FILE…``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from genomics.explaining import drug_lines, explained, gene_lines
from genomics.interpretation import Context, interpret
from genomics.knowledge import EVERY_GENE, FILE_GENES, Knowledge, load
from genomics.model import Caveat
from genomics.pharmacogenomics.outside_table import OutsideTable, read_outside_table
from genomics.pharmacogenomics.phenoconversion import named_medicines
from genomics.readers import ReadError, ReadErrorCode, absent_as_reference, read_samples
from genomics.readers.made_up import write_made_up

NO_CALLS = OutsideTable({}, ())
_A_CHIP_LOOKED_AT_WHAT_IT_LISTS = (
    "This is the raw data of a consumer test: what is absent from it was not looked at, so nobody can vouch that it "
    "is reference. Leave out --absent-is-reference."
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m genomics", description="What a genome file means, in codes.")
    commands = parser.add_subparsers(dest="command", required=True)
    pgx = commands.add_parser("pgx", help="print one JSON object per sample: genes, guidance, what is unknown")
    pgx.add_argument("files", type=Path, nargs="*", metavar="FILE")
    pgx.add_argument("--sample", help="the only sample to read")
    pgx.add_argument("--outside-calls", type=Path, metavar="TSV", help="calls made elsewhere, such as CYP2D6 and HLA")
    pgx.add_argument("--medicines", default="", metavar="a,b", help="what the person takes; may change CYP2D6")
    pgx.add_argument("--research", action="store_true", help="also list combinations and partial matches")
    pgx.add_argument(
        "--absent-is-reference",
        action="store_true",
        help="you vouch that positions without a row were looked at and are reference",
    )
    pgx.add_argument("--explain", metavar="GENE", help="print how a gene is called, and from which facts")
    pgx.add_argument("--list-genes", action="store_true", help="print every gene and where its result comes from")
    pgx.add_argument("--list-drugs", action="store_true", help="print every medicine, its genes and its sources")
    made_up = commands.add_parser("made-up", help="write a VCF file of a made-up person")
    made_up.add_argument("--out", type=Path, required=True)
    made_up.add_argument("--sample", default="MADE-UP")
    made_up.add_argument("--unphased", action="store_true")
    made_up.add_argument("diplotypes", nargs="*", metavar="GENE=allele/allele")
    return parser


@dataclass(frozen=True)
class _Asked:
    """What was asked of every file alike."""

    sample: str | None
    outside: OutsideTable
    medicines: tuple[str, ...]
    research: bool
    absent_is_reference: bool


def _lines(file: Path, asked: _Asked, knowledge: Knowledge) -> list[str]:
    positions = knowledge.positions_of(FILE_GENES)
    lines = []
    for sample in read_samples(file, positions, asked.sample):
        if asked.absent_is_reference and Caveat.CONSUMER_ARRAY in sample.caveats:
            raise ReadError(ReadErrorCode.NOT_VCF, _A_CHIP_LOOKED_AT_WHAT_IT_LISTS)
        complete = absent_as_reference(sample, positions) if asked.absent_is_reference else sample
        context = Context(
            genes=EVERY_GENE,
            outside=asked.outside.of(sample.name),
            medicines=asked.medicines,
            research=asked.research,
        )
        lines.append(interpret(complete, context, knowledge).to_json())
    return lines


def _pgx(files: Sequence[Path], asked: _Asked) -> int:
    knowledge = load()
    status = 2 if asked.outside.sentences else 0
    for sentence in asked.outside.sentences:
        sys.stderr.write(f"{sentence}\n")
    for file in files:
        try:
            # Written only when every sample was read: a file that is refused leaves nothing half said.
            sys.stdout.write("".join(f"{line}\n" for line in _lines(file, asked, knowledge)))
        except (ReadError, OSError) as error:
            status = 2
            sentence = error.sentence if isinstance(error, ReadError) else _not_read(file, error)
            sys.stderr.write(f"{file}: {sentence}\n" if len(files) > 1 else f"{sentence}\n")
    return status


def _not_read(file: Path, error: OSError) -> str:
    return f"The file {file} could not be read: {_reason(error)}. Check it and try again."


def _outside(path: Path | None) -> OutsideTable:
    if path is None:
        return NO_CALLS
    try:
        return read_outside_table(path, load())
    except OSError as error:
        raise ValueError(_not_read(path, error)) from None


def _asked(given: argparse.Namespace) -> int:
    knowledge = load()
    if given.list_genes or given.list_drugs or given.explain:
        if given.explain and given.explain.upper() not in EVERY_GENE:
            raise ValueError(f"The gene {given.explain} is not known here. --list-genes lists all that are.")
        lines = gene_lines() if given.list_genes else drug_lines(knowledge) if given.list_drugs else []
        lines = lines or explained(knowledge, given.explain.upper())
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return 0
    if not given.files:
        raise ValueError("No file was named. Name one or more VCF files, or ask --list-genes.")
    asked = _Asked(
        sample=given.sample,
        outside=_outside(given.outside_calls),
        medicines=named_medicines(given.medicines.split(",")),
        research=given.research,
        absent_is_reference=given.absent_is_reference,
    )
    return _pgx(given.files, asked)


def _made_up(out: Path, sample: str, written: Sequence[str], phased: bool) -> None:
    diplotypes: dict[str, str] = {}
    for item in written:
        gene, _, diplotype = item.partition("=")
        if gene in diplotypes:
            raise ValueError(f"{gene} is named twice. Name each gene once.")
        diplotypes[gene] = diplotype
    try:
        write_made_up(out, sample, diplotypes, phased=phased)
    except OSError as error:
        raise ValueError(f"The file {out} could not be written: {_reason(error)}. Name another place.") from None


def _reason(error: OSError) -> str:
    return (error.strerror or "the system refused").lower()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with a sentence on standard error for each thing that could not be."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "pgx":
            return _asked(given)
        _made_up(given.out, given.sample, given.diplotypes, phased=not given.unphased)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
