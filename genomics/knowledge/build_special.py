"""Writes the tables that only some genes or medicines have: mitochondria, inhibitors, and the warfarin formula."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MITOCHONDRIAL_GENE = "MT-RNR1"
MITOCHONDRION = "chrM"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def mitochondrial(folder: Path, origin: Sequence[str]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Rows of positions and of alleles. Deletions are left out: their spelling in a file is not known here."""
    changes: dict[int, tuple[str, set[str]]] = {}
    alleles: list[tuple[object, ...]] = []
    for row in rows_of(folder / "mt_rnr1.tsv"):
        if not row["pos_rcrs"]:
            alleles.append((MITOCHONDRIAL_GENE, row["allele"], row["allele"], 1, "", *origin))
        elif re.fullmatch("[ACGT]", row["alt"]):
            place = int(row["pos_rcrs"])
            changes.setdefault(place, (row["ref"], set()))[1].add(row["alt"])
            cell = f"{place}:{row['alt']}"
            alleles.append((MITOCHONDRIAL_GENE, row["allele"], row["allele"], 0, cell, *origin))
    positions = [
        (MITOCHONDRIAL_GENE, MITOCHONDRION, place, "", reference, ",".join(sorted(bases)), place, reference, *origin)
        for place, (reference, bases) in sorted(changes.items())
    ]
    return positions, alleles


def inhibitors(folder: Path, origin: Sequence[str]) -> list[tuple[object, ...]]:
    return [
        (row["gene"], row["inhibitor"], row["strength"], row["activity_multiplier"], *origin)
        for row in rows_of(folder / "phenoconversion.tsv")
    ]


def warfarin(folder: Path, origin: Sequence[str]) -> list[tuple[object, ...]]:
    """The terms of the dose formula; its answer is the square root of milligrams a week."""
    facts: dict[str, Any] = json.loads((folder / "warfarin.json").read_text(encoding="utf-8"))
    return [(term, value, *origin) for term, value in facts["iwpc_pgx"]["terms"].items()]
