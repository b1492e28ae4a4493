"""Made-up people for the engine's tests, in memory and as files."""

from __future__ import annotations

import gzip
from pathlib import Path

from genomics.knowledge import GeneKnowledge, load
from genomics.model import Assembly, Call, CallStatus, Sample, Site
from genomics.readers.made_up import haplotype, made_up_rows
from genomics.readers.rows import on_grch37

KNOWLEDGE = load()
_BY_SITE = {place.site: place for gene in KNOWLEDGE.genes.values() for place in gene.positions}
COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]


def sample_of(calls: dict[Site, Call]) -> Sample:
    return Sample("someone", Assembly.GRCH38, calls)


def calls_of(gene: GeneKnowledge, one: str, other: str, phased: bool) -> dict[Site, Call]:
    """The calls of a person with two named alleles of one gene, all positions tested; "" where there is one copy."""
    first, second = haplotype(gene, one), haplotype(gene, other or one)
    if not other:
        return {place.site: Call(CallStatus.TESTED, (first[place.position],)) for place in gene.positions}
    return {
        place.site: Call(CallStatus.TESTED, (first[place.position], second[place.position]), phased=phased)
        for place in gene.positions
    }


def rows_of(diplotypes: dict[str, str] | None = None, phased: bool = True) -> list[list[str]]:
    """A made-up person's VCF rows as lists of columns, to be spoilt."""
    return [row.split("\t") for row in made_up_rows(diplotypes or {}, phased)]


def moved(row: list[str]) -> list[str]:
    """A row of GRCh38 as a laboratory on GRCh37 writes it: its place, its reference base, its numbers."""
    place = _BY_SITE[(row[0], int(row[1]))]
    there = on_grch37(place)
    old = (row[3], *row[4].split(","))
    new = (there.reference, *there.alternatives)
    parts = [str(new.index(old[int(sign)])) if sign.isdigit() else sign for sign in row[9]]
    if "/" in parts:
        parts = ["/".join(sorted("".join(parts).split("/")))]
    chromosome = "MT" if row[0] == "chrM" else row[0]
    return [chromosome, str(place.position_grch37), row[2], new[0], ",".join(new[1:]), *row[5:9], "".join(parts)]


def write_vcf(
    path: Path,
    rows: list[list[str]],
    samples: tuple[str, ...] = ("someone",),
    header: tuple[str, ...] = ("##fileformat=VCFv4.2",),
    compressed: bool = False,
) -> Path:
    """A VCF file of these rows."""
    lines = [*header, "\t".join([*COLUMNS, *samples]), *("\t".join(row) for row in rows)]
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content) if compressed else content)
    return path


def at(rows: list[list[str]], position: int) -> list[str]:
    """The row of a position."""
    return next(row for row in rows if row[1] == str(position))
