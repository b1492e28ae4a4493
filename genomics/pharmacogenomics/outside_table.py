"""Reads a table of calls made elsewhere: tab-separated, with our column names or in the order PharmCAT has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from genomics.knowledge import Knowledge
from genomics.pharmacogenomics.outside import OutsideCall, objection

SIZE_LIMIT_BYTES = 4 << 20
# Without a line of names, the columns are those of PharmCAT.
_PHARMCAT = ("gene", "diplotype", "phenotype", "activity_score")
_COLUMNS = frozenset({"sample", *_PHARMCAT, "copy_number"})
EVERY_SAMPLE = ""


@dataclass(frozen=True, slots=True)
class OutsideTable:
    """Calls by sample and gene, and a sentence for each line that was not used. The sample ``""`` is everybody."""

    calls: Mapping[str, Mapping[str, OutsideCall]]
    sentences: tuple[str, ...]

    def of(self, sample: str) -> dict[str, OutsideCall]:
        return {**self.calls.get(EVERY_SAMPLE, {}), **self.calls.get(sample, {})}


@dataclass(slots=True)
class _Reading:
    knowledge: Knowledge
    columns: tuple[str, ...] = _PHARMCAT
    calls: dict[str, dict[str, OutsideCall]] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)

    def refuse(self, line: int, what: str) -> None:
        self.sentences.append(f"Line {line} of the calls from elsewhere {what}. The line was not used.")

    def take(self, line: int, cells: list[str]) -> None:
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            self.refuse(line, f"has {len(cells)} columns where {len(self.columns)} are known")
            return
        row = dict(zip(self.columns, cells, strict=False))
        gene, sample = row.get("gene", ""), row.get("sample", EVERY_SAMPLE)
        known = self.knowledge.genes.get(gene.upper())
        if known is None:
            self.refuse(line, "names no gene that is known here" if gene else "names no gene")
            return
        copies = row.get("copy_number", "")
        if copies and not (copies.isascii() and copies.isdigit() and len(copies) <= 2):
            self.refuse(line, f"gives {known.gene} a number of copies that is none")
            return
        call = OutsideCall(
            gene=known.gene,
            diplotype=row.get("diplotype", ""),
            phenotype=row.get("phenotype", ""),
            activity_score=row.get("activity_score", ""),
            copy_number=int(copies) if copies else None,
            line=line,
        )
        if what := objection(known, call):
            self.refuse(line, what)
            return
        mine = self.calls.setdefault(sample, {})
        earlier = mine.get(known.gene)
        if (sample, known.gene) in self.refused:
            return
        if earlier is not None:
            del mine[known.gene]
            self.refused.add((sample, known.gene))
            self.sentences.append(
                f"Lines {earlier.line} and {line} of the calls from elsewhere both call {known.gene}. "
                "Neither was used; keep one of them."
            )
            return
        mine[known.gene] = call


def _names(cells: list[str]) -> tuple[str, ...] | None:
    """The columns a line names, when it is a line of names."""
    names = tuple(cell.lstrip("#").strip().lower().replace(" ", "_") for cell in cells)
    return names if "gene" in names and set(names) <= _COLUMNS else None


def read_outside_table(path: Path, knowledge: Knowledge) -> OutsideTable:
    """Read a table of calls. A line that cannot be understood costs its gene alone, and is told with its number."""
    reading = _Reading(knowledge)
    if path.stat().st_size > SIZE_LIMIT_BYTES:
        return OutsideTable({}, ("The table of calls from elsewhere is larger than 4 MiB and was not read.",))
    text = path.read_bytes().decode("utf-8-sig", "replace")
    is_first = True
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if is_first and (names := _names(cells)):
            reading.columns, is_first = names, False
            continue
        if not line.strip() or line.startswith("#"):
            continue
        is_first = False
        reading.take(number, cells)
    if is_first and not reading.sentences:
        reading.sentences.append("The table of calls from elsewhere holds no call.")
    return OutsideTable(reading.calls, tuple(reading.sentences))
