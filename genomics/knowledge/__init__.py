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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from genomics.model import Condition, Evidence, KnowledgeRelease, Position, Source

TABLES = Path(__file__).parent / "tables"

# The genes an interpretation holds unless it is asked for more: those a patient's report has words for.
COVERED_GENES = (
    "ABCG2", "CYP2B6", "CYP2C19", "CYP2C9", "CYP3A4", "CYP3A5", "CYP4F2", "DPYD", "IFNL3", "NUDT15",
    "SLCO1B1", "TPMT", "UGT1A1", "VKORC1",
)  # fmt: skip
NOT_COVERED_GENES = (
    "CACNA1S", "CFTR", "CYP2D6", "G6PD", "HLA-A", "HLA-B", "MT-RNR1", "NAT2", "RYR1",
)  # fmt: skip
EVERY_GENE = tuple(sorted(COVERED_GENES + NOT_COVERED_GENES))
# Small variants do not tell HLA types: these two come from a laboratory's own call or not at all.
OUTSIDE_ONLY_GENES = ("HLA-A", "HLA-B")
FILE_GENES = tuple(gene for gene in EVERY_GENE if gene not in OUTSIDE_ONLY_GENES)
# A person carries any number of variants here; the most damaging one on each strand counts.
LOWEST_FUNCTION_GENES = frozenset({"DPYD", "MT-RNR1", "RYR1"})


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


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """Activity scores that share a phenotype; each limit may itself belong to the range or not."""

    low: float
    low_included: bool
    high: float
    high_included: bool
    phenotype: str

    def holds(self, score: float) -> bool:
        above = score >= self.low if self.low_included else score > self.low
        return above and (score <= self.high if self.high_included else score < self.high)


@dataclass(frozen=True, slots=True)
class Inhibitor:
    """One row of the table of medicines that hold an enzyme back."""

    gene: str
    medicine: str
    strength: str
    multiplier: float
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class GeneKnowledge:
    """Everything the engine needs to know about one gene; one object per gene and load.

    ``outside_functions`` are function and activity value of every allele that a call from elsewhere may name, among
    them copies and hybrids that no file shows; ``presence_alleles`` are those of which only presence counts (HLA).
    """

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
    score_ranges: Mapping[Source, tuple[ScoreRange, ...]]
    unphased_priorities: tuple[tuple[str, frozenset[str]], ...]
    outside_functions: Mapping[str, tuple[str | None, str | None]]
    presence_alleles: tuple[str, ...]
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
    inhibitors: tuple[Inhibitor, ...]
    warfarin_terms: Mapping[str, float]

    @property
    def covered_positions(self) -> tuple[Position, ...]:
        """Every position that has to be read from a file for the genes of a patient's report."""
        return self.positions_of(COVERED_GENES)

    def positions_of(self, genes: Iterable[str]) -> tuple[Position, ...]:
        return tuple(place for gene in genes for place in self.genes[gene].positions)


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
    return function is not None and (function.startswith("Normal") or function == "IV/Normal")


def _limit(text: str, otherwise: float) -> tuple[float, bool]:
    """A limit of a score range and whether it belongs to the range: ``>2.25``, ``1.25``, or nothing."""
    if not text:
        return otherwise, False
    return float(text.lstrip("<>")), text[0] not in "<>"


@dataclass(slots=True)
class _Rules:
    """What ``phenotypes.tsv`` and ``matching.tsv`` say about one gene."""

    rule: str | None = None
    by_functions: dict[tuple[str, str], str] = field(default_factory=dict)
    by_score: dict[str, str] = field(default_factory=dict)
    ranges: dict[Source, list[ScoreRange]] = field(default_factory=lambda: {source: [] for source in Source})
    presence: list[str] = field(default_factory=list)
    deciding: set[int] = field(default_factory=set)
    required: set[int] = field(default_factory=set)
    ignored_positions: set[int] = field(default_factory=set)
    ignored_alleles: set[str] = field(default_factory=set)
    priorities: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    is_toxicity_gene: bool = False


# HapB3 of DPYD is judged by its intronic site; the exonic one stands in for it where the intronic was not tested.
HAPB3_INTRONIC, HAPB3_EXONIC = 97579893, 97573863


def _deciding(gene: str, rules: _Rules, alleles: Iterable[Allele]) -> frozenset[int]:
    """The positions without which a phenotype is not stated.

    Without a published list, every position of an allele that is not known to be normal decides; where one function
    outweighs every other (RYR1), only positions of alleles with that function do.
    """
    if listed := rules.deciding or rules.required:
        return frozenset(listed - {HAPB3_EXONIC})
    outweighing = {first for first, second in rules.by_functions if second == "*"}
    return frozenset(
        place
        for item in alleles
        if (item.function in outweighing if outweighing else not _is_normal(item.function))
        for place in item.defined_by
    )


def _add_phenotype_rule(found: _Rules, row: Mapping[str, str]) -> None:
    first, second = row["first"], row["second"]
    match row["rule"]:
        case "functions":
            found.rule = "functions"
            found.by_functions[(first, second)] = found.by_functions[(second, first)] = row["phenotype"]
        case "score":
            found.rule = "score"
            found.by_score[first] = row["phenotype"]
        case "presence":
            found.rule = "presence"
            found.presence.append(first)
        case "score_range_cpic" | "score_range_dpwg" as rule:
            source = Source.CPIC if rule.endswith("cpic") else Source.DPWG
            limits = (*_limit(first, float("-inf")), *_limit(second, float("inf")))
            found.ranges[source].append(ScoreRange(*limits, row["phenotype"]))


def _add_matching_rule(found: _Rules, row: Mapping[str, str]) -> None:
    value = row["value"]
    match row["rule"]:
        case "deciding_position":
            found.deciding.add(int(value))
        case "required_position":
            found.required.add(int(value))
        case "ignored_position":
            found.ignored_positions.add(int(value))
        case "ignored_allele":
            found.ignored_alleles.add(value)
        case "unphased_priority":
            pick, *among = value.split("|")
            found.priorities.append((pick, frozenset(among)))
        case "undocumented_read_as_reference":
            found.is_toxicity_gene = True


def _genes(dates: set[str]) -> dict[str, GeneKnowledge]:
    evidence: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    rules: dict[str, _Rules] = defaultdict(_Rules)
    for row in _rows("matching.tsv"):
        _add_matching_rule(rules[row["gene"]], row)
    for row in _rows("phenotypes.tsv"):
        evidence[row["gene"]].add((row["source"], row["facts_as_of"], row["licence"]))
        _add_phenotype_rule(rules[row["gene"]], row)
    positions: dict[str, list[Position]] = defaultdict(list)
    for row in _rows("positions.tsv"):
        if int(row["position"]) in rules[row["gene"]].ignored_positions:
            continue
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
    functions: dict[str, dict[str, tuple[str | None, str | None]]] = defaultdict(dict)
    for row in _rows("functions.tsv"):
        functions[row["gene"]][row["allele"]] = (row["function"] or None, row["activity_value"] or None)
        evidence[row["gene"]].add((row["source"], row["facts_as_of"], row["licence"]))
    alleles: dict[str, list[Allele]] = defaultdict(list)
    references: dict[str, str] = {}
    for row in _rows("alleles.tsv"):
        gene, is_reference = row["gene"], row["is_reference"] == "1"
        function, activity_value = functions[gene].get(row["shown_as"], (None, None))
        cells = [cell.split(":") for cell in row["defined_by"].split(";") if cell]
        defined_by = {int(place): base for place, base in cells if int(place) not in rules[gene].ignored_positions}
        if row["allele"] in rules[gene].ignored_alleles or (not defined_by and not is_reference):
            continue
        alleles[gene].append(
            Allele(
                name=row["allele"],
                shown_as=row["shown_as"],
                function=function,
                activity_value=activity_value,
                defined_by=defined_by,
            )
        )
        evidence[gene].add((row["source"], row["facts_as_of"], row["licence"]))
        if is_reference:
            references[gene] = row["allele"]
    for gene in EVERY_GENE:
        dates.update(date for _, date, _ in evidence[gene])
    return {
        gene: GeneKnowledge(
            gene=gene,
            chromosome=positions[gene][0].chromosome if positions[gene] else "chr6",
            reference=references.get(gene, ""),
            positions=tuple(sorted(positions[gene], key=lambda place: place.position)),
            alleles=tuple(alleles[gene]),
            deciding_positions=_deciding(gene, rules[gene], alleles[gene]),
            undocumented_read_as_reference=rules[gene].is_toxicity_gene,
            phenotype_rule=rules[gene].rule,
            phenotypes_by_functions=rules[gene].by_functions,
            phenotypes_by_score=rules[gene].by_score,
            score_ranges={source: tuple(ranges) for source, ranges in rules[gene].ranges.items()},
            unphased_priorities=tuple(rules[gene].priorities),
            outside_functions=functions[gene],
            presence_alleles=tuple(rules[gene].presence),
            evidence=tuple(Evidence(*facts) for facts in sorted(evidence[gene])),
        )
        for gene in EVERY_GENE
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
    inhibitors = tuple(
        Inhibitor(row["gene"], row["medicine"], row["strength"], float(row["multiplier"]), row["source"])
        for row in _rows("inhibitors.tsv")
    )
    warfarin_terms = {row["term"]: float(row["coefficient"]) for row in _rows("warfarin.tsv")}
    return Knowledge(_release(dates), genes, guidance, drugs, inhibitors, warfarin_terms)
