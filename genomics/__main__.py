"""The same front door for a laboratory's command line: ``python -m genomics pgx FILE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from genomics.interpretation import Context, interpret
from genomics.knowledge import load
from genomics.readers import ReadError, read_vcf
from genomics.readers.made_up import write_made_up


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m genomics", description="What a genome file means, in codes.")
    commands = parser.add_subparsers(dest="command", required=True)
    pgx = commands.add_parser("pgx", help="print one JSON object per sample: genes, guidance, what is unknown")
    pgx.add_argument("file", type=Path)
    pgx.add_argument("--sample", help="the only sample to read")
    made_up = commands.add_parser("made-up", help="write a VCF file of a made-up person")
    made_up.add_argument("--out", type=Path, required=True)
    made_up.add_argument("--sample", default="MADE-UP")
    made_up.add_argument("--unphased", action="store_true")
    made_up.add_argument("diplotypes", nargs="*", metavar="GENE=allele/allele")
    return parser


def _pgx(file: Path, sample: str | None) -> None:
    knowledge = load()
    lines = [
        interpret(found, Context(), knowledge).to_json()
        for found in read_vcf(file, knowledge.covered_positions, sample)
    ]
    # Written only when every sample was read: a file that is refused leaves nothing half said.
    sys.stdout.write("".join(f"{line}\n" for line in lines))


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
    """Run one command; 0 when done, 2 with one sentence on standard error when not."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "pgx":
            _pgx(given.file, given.sample)
        else:
            _made_up(given.out, given.sample, given.diplotypes, phased=not given.unphased)
    except ReadError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 2
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"The file {given.file} could not be read: {_reason(error)}. Check it and try again.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
