"""Facts: our own tables with their sources, dates and licences, loaded once and named by their content.

>>> from genomics.knowledge import load
>>> knowledge = load()
>>> knowledge.genes["CYP2C19"].reference
'*38'
>>> knowledge.release.hash.startswith(knowledge.release.id)
True
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from genomics.model import Condition, Evidence, KnowledgeRelease, Position, Source

TABLES = Path(__file__).parent / "tables"

COVERED_GENES = (
    "ABCG2", "CYP2B6", "CYP2C19", "CYP2C9", "CYP3A4", "CYP3A5", "CYP4F2", "IFNL3", "NUDT15",
    "SLCO1B1", "TPMT", "UGT1A1", "VKORC1",
)  # fmt: skip
NOT_COVERED_GENES = (
    "CACNA1S", "CFTR", "CYP2D6", "DPYD", "G6PD", "HLA-A", "HLA-B", "MT-RNR1", "NAT2", "RYR1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allele:
    """One named allele: the bases that define it, and what it does.

    ``defined_by`` maps a position to its base; the letters of the IUPAC alphabet beyond A, C, G and T
    mean "either base". ``function`` is None when no source gives one.
    """

    name: str
    shown_as: str
    function: str | None
    activity_value: str | None
    defined_by: Mapping[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class GeneKnowledge:
    """Everything the engine needs to know about one gene; one object per gene and load."""

    gene: str
    chromosome: str
    reference: str
    positions: tuple[Position, ...]
    alleles: tuple[Allele, ...]
    deciding_positions: frozenset[int]
    undocumented_read_as_reference: bool
    phenotype_rule: str | None
    phenotypes_by_functions: Mapping[tuple[str, str], str]
    phenotypes_by_score: Mapping[str, str]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class GuidanceRow:
    """One answer of one guideline: for these gene keys, in this population, do this, under these conditions."""

    source: Source
    guideline: str
    drug: str
    genes: tuple[str, ...]
    lookup: Mapping[str, str]
    population: str
    classification: str
    action: str
    actions: tuple[str, ...]
    when: tuple[Condition, ...]
    otherwise: str | None
    percent: str | None
    fold: str | None
    note: str | None
    implications: tuple[str, ...]
    pmids: tuple[str, ...]
    facts_as_of: str


@dataclass(frozen=True, slots=True)
class DrugCodes:
    rxnorm: str | None
    atc: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All tables, typed. Two equal ``release.hash`` mean the same facts, byte for byte."""

    release: KnowledgeRelease
    genes: Mapping[str, GeneKnowledge]
    guidance: tuple[GuidanceRow, ...]
    drugs: Mapping[str, DrugCodes]

    @property
    def covered_positions(self) -> tuple[Position, ...]:
        """Every position that has to be read from a file for the genes covered now."""
        return tuple(place for gene in COVERED_GENES for place in self.genes[gene].positions)


def _rows(name: str) -> Iterator[dict[str, str]]:
    # Our tables never quote, so splitting is enough and three times as fast as a general reader.
    header, *lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")
    for line in lines:
        yield dict(zip(columns, line.split("\t"), strict=True))


def _release(dates: set[str]) -> KnowledgeRelease:
    digest = hashlib.sha256()
    for path in sorted(TABLES.iterdir()):
        content = path.read_bytes()
        digest.update(f"{path.name}\t{len(content)}\n".encode() + content)
    # The oldest and the newest date in the tables: one date would hide how old the oldest fact is.
    return KnowledgeRelease(digest.hexdigest()[:12], digest.hexdigest(), f"{min(dates)}/{max(dates)}")


def _is_normal(function: str | None) -> bool:
    return function is not None and function.startswith("Normal")


def _genes(dates: set[str]) -> dict[str, GeneKnowledge]:
    positions: dict[str, list[Position]] = defaultdict(list)
    for row in _rows("positions.tsv"):
        positions[row["gene"]].append(
            Position(
                gene=row["gene"],
                chromosome=row["chromosome"],
                position=int(row["position"]),
                reference=row["reference"],
                alternatives=tuple(row["alternatives"].split(",")),
                rsid=row["rsid"] or None,
                position_grch37=int(row["position_grch37"]),
                reference_grch37=row["reference_grch37"],
            )
        )
    evidence: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    functions: dict[tuple[str, str], dict[str, str]] = {}
    for row in _rows("functions.tsv"):
        functions[row["gene"], row["allele"]] = row
        evidence[row["gene"]].add((row["source"], row["facts_as_of"], row["licence"]))
    alleles: dict[str, list[Allele]] = defaultdict(list)
    references: dict[str, str] = {}
    for row in _rows("alleles.tsv"):
        function = functions.get((row["gene"], row["shown_as"]), {})
        cells = (cell.split(":") for cell in row["defined_by"].split(";") if cell)
        alleles[row["gene"]].append(
            Allele(
                name=row["allele"],
                shown_as=row["shown_as"],
                function=function.get("function") or None,
                activity_value=function.get("activity_value") or None,
                defined_by={int(place): base for place, base in cells},
            )
        )
        evidence[row["gene"]].add((row["source"], row["facts_as_of"], row["licence"]))
        if row["is_reference"] == "1":
            references[row["gene"]] = row["allele"]
    rules: dict[str, str] = {}
    by_functions: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    by_score: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows("phenotypes.tsv"):
        gene = row["gene"]
        evidence[gene].add((row["source"], row["facts_as_of"], row["licence"]))
        if row["rule"] == "functions":
            rules[gene] = "functions"
            first, second = row["first"], row["second"]
            by_functions[gene][(first, second)] = by_functions[gene][(second, first)] = row["phenotype"]
        elif row["rule"] == "score":
            rules[gene] = "score"
            by_score[gene][row["first"]] = row["phenotype"]
    deciding: dict[str, set[int]] = defaultdict(set)
    toxicity: set[str] = set()
    for row in _rows("matching.tsv"):
        if row["rule"] == "deciding_position":
            deciding[row["gene"]].add(int(row["value"]))
        elif row["rule"] == "undocumented_read_as_reference":
            toxicity.add(row["gene"])
    for gene in COVERED_GENES:
        dates.update(date for _, date, _ in evidence[gene])
    return {
        gene: GeneKnowledge(
            gene=gene,
            chromosome=places[0].chromosome,
            reference=references[gene],
            positions=tuple(sorted(places, key=lambda place: place.position)),
            alleles=tuple(alleles[gene]),
            # Without a published list, every position of an allele that is not known to be normal decides.
            deciding_positions=frozenset(
                deciding[gene]
                or {place for item in alleles[gene] if not _is_normal(item.function) for place in item.defined_by}
            ),
            undocumented_read_as_reference=gene in toxicity,
            phenotype_rule=rules.get(gene),
            phenotypes_by_functions=by_functions[gene],
            phenotypes_by_score=by_score[gene],
            evidence=tuple(Evidence(*facts) for facts in sorted(evidence[gene])),
        )
        for gene, places in positions.items()
    }


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(separator) if part)


def _guidance(dates: set[str]) -> tuple[GuidanceRow, ...]:
    rows = []
    for row in _rows("guidance.tsv"):
        dates.add(row["facts_as_of"])
        rows.append(
            GuidanceRow(
                source=Source(row["body"]),
                guideline=row["guideline"],
                drug=row["drug"],
                genes=_split(row["genes"], "|"),
                lookup=dict(part.split("=", 1) for part in row["lookup"].split("|") if part),
                population=row["population"],
                classification=row["classification"],
                action=row["action"],
                actions=_split(row["actions"], ";"),
                when=tuple(map(Condition, _split(row["when"], ";"))),
                otherwise=row["otherwise"] or None,
                percent=row["percent"] or None,
                fold=row["fold"] or None,
                note=row["note"] or None,
                implications=_split(row["implications"], ";"),
                pmids=_split(row["pmids"], ";"),
                facts_as_of=row["facts_as_of"],
            )
        )
    return tuple(rows)


@cache
def load() -> Knowledge:
    """The knowledge this installation carries; read once per process."""
    dates: set[str] = set()
    genes = _genes(dates)
    guidance = _guidance(dates)
    drugs = {row["drug"]: DrugCodes(row["rxnorm"] or None, _split(row["atc"], ",")) for row in _rows("drugs.tsv")}
    return Knowledge(_release(dates), genes, guidance, drugs)
