"""Writes a VCF file of a made-up person from our own tables, for demonstrations and tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from genomics.knowledge import COVERED_GENES, FILE_GENES, GeneKnowledge, load
from genomics.readers.rows import ONE_COPY

_ORDER = (*(f"chr{number}" for number in range(1, 23)), "chrX", "chrY", "chrM")
IUPAC = {"R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC"}


def _chosen_base(reference: str, cell: str | None) -> str:
    """The base to write for a cell; where either of two is allowed, the reference one."""
    if cell is None:
        return reference
    allowed = IUPAC.get(cell, "") if len(cell) == 1 else ""
    if not allowed:
        return cell
    return reference if reference in allowed else allowed[0]


def haplotype(gene: GeneKnowledge, name: str) -> dict[int, str]:
    """The base of a named allele at every position of its gene. Raises ValueError for an unknown name."""
    for allele in gene.alleles:
        if allele.name == name:
            return {
                place.position: _chosen_base(place.reference, allele.defined_by.get(place.position))
                for place in gene.positions
            }
    raise ValueError(f"{gene.gene} has no allele named {name}.")


def diplotype_names(gene: GeneKnowledge, diplotype: str) -> tuple[str, str]:
    """Split ``*1/*2`` into its two allele names; the second is empty where one copy is meant (X of a man)."""
    first, separator, second = diplotype.partition("/")
    if not separator and gene.chromosome in ONE_COPY:
        return diplotype, ""
    if not separator:
        raise ValueError(f"{gene.gene}: {diplotype} is not two alleles joined by a slash.")
    return first, second


def made_up_rows(diplotypes: Mapping[str, str], phased: bool = True) -> list[str]:
    """The data rows, sorted as in a VCF file; covered genes that are not named are reference."""
    knowledge = load()
    unknown = set(diplotypes) - set(FILE_GENES)
    if unknown:
        raise ValueError(f"No file can show: {', '.join(sorted(unknown))}.")
    rows: list[tuple[int, int, str]] = []
    for name in dict.fromkeys((*COVERED_GENES, *diplotypes)):
        gene = knowledge.genes[name]
        written = diplotypes.get(name, f"{gene.reference}/{gene.reference}")
        one, other = diplotype_names(gene, written)
        first, second = haplotype(gene, one), haplotype(gene, other or one)
        for place in gene.positions:
            bases = (place.reference, *place.alternatives)
            numbers = [bases.index(first[place.position]), bases.index(second[place.position])]
            genotype = "|".join(map(str, numbers)) if phased else "/".join(map(str, sorted(numbers)))
            genotype = genotype if other else str(numbers[0])
            rows.append(
                (
                    _ORDER.index(place.chromosome),
                    place.position,
                    f"{place.chromosome}\t{place.position}\t{place.rsid or '.'}\t{place.reference}\t"
                    f"{','.join(place.alternatives)}\t.\tPASS\t.\tGT\t{genotype}",
                )
            )
    return [text for _, _, text in sorted(rows)]


def write_made_up(path: Path | str, sample_name: str, diplotypes: Mapping[str, str], phased: bool = True) -> None:
    """Write a VCF 4.2 file that holds every defined position of the covered genes.

    ``diplotypes`` maps a gene to ``allele/allele``; genes left out are reference. The header says that the
    person is made up. Raises ValueError for a gene or allele we have no definition of, or for a sample name
    that would break the line it stands in.
    """
    if not sample_name.strip() or any(sign in sample_name for sign in "\t\r\n"):
        raise ValueError("The sample name is empty, or holds a tab or a line end. Give it another one.")
    rows = made_up_rows(diplotypes, phased)
    chromosomes = dict.fromkeys(row.split("\t", 1)[0] for row in rows)
    header = [
        "##fileformat=VCFv4.2",
        "##source=made-up person",
        "##reference=GRCh38",
        *(f"##contig=<ID={chromosome},assembly=GRCh38>" for chromosome in chromosomes),
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", sample_name]),
    ]
    Path(path).write_text("\n".join([*header, *rows]) + "\n", encoding="utf-8")
