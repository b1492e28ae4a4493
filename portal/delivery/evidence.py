"""What a clinician checks a draft against: coded findings, coverage and caveats, by gene and by medicine.

A code keeps its technical words from the word modules; one without them is shown as the code itself, never left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.reports.advice import EVERYONE, exact_advice
from portal.reports.dates import spelled_date
from portal.reports.status import missing_genes
from portal.reports.words import MissingWords, Words, load


@dataclass(frozen=True)
class GeneEvidence:
    """One gene's result as the engine states it."""

    gene: str
    diplotypes: tuple[str, ...]
    less_likely: tuple[str, ...]  # what the file allows as well, best first
    tied: int
    phenotypes: tuple[tuple[str, str], ...]  # what it is, and which sources say so
    possible: tuple[str, ...]  # what the result could be beside what is stated
    tested: int
    defined: int
    deciding: int
    deciding_tested: int
    not_excluded: tuple[str, ...]
    phased: bool
    caveats: tuple[str, ...]

    @property
    def fully_tested(self) -> bool:
        return self.deciding_tested >= self.deciding


@dataclass(frozen=True)
class AdviceEvidence:
    """One line of guidance, or the reason there is none."""

    source: str
    says: str
    strength: str
    population: str
    rests_on: str
    identifier: str
    url: str
    date: str
    caveats: tuple[str, ...]


@dataclass(frozen=True)
class MedicineEvidence:
    medicine: str
    status: str  # the status of the medicine's card in the draft
    advice: tuple[AdviceEvidence, ...]


@dataclass(frozen=True)
class Evidence:
    genes: tuple[GeneEvidence, ...]
    medicines: tuple[MedicineEvidence, ...]
    not_covered: tuple[str, ...]
    caveats: tuple[str, ...]
    knowledge: str
    facts_as_of: str
    language: str  # of its words, which need not be that of the page


def evidence(result: Mapping[str, Any], document: Mapping[str, Any], language: str = "en") -> Evidence:
    """Lay out an interpretation (the engine's JSON answer) for review, its medicines in the order of the draft."""
    words = load(language)
    status = {card["drug"]: card["status"] for group in document.get("groups", []) for card in group["cards"]}
    order = {drug: place for place, drug in enumerate(status)}
    genes = tuple(_gene(words, gene, row) for gene, row in sorted(result.get("genes", {}).items()))
    advice: dict[str, list[AdviceEvidence]] = {}
    for row in result.get("guidance", []):
        advice.setdefault(row["drug"], []).append(_guidance(words, row))
    for row in result.get("unanswered", []):
        advice.setdefault(row["drug"], []).append(_unanswered(words, row))
    knowledge = result.get("knowledge", {})
    return Evidence(
        genes=genes,
        medicines=tuple(
            MedicineEvidence(drug, status.get(drug, ""), tuple(advice[drug]))
            for drug in sorted(advice, key=lambda drug: (order.get(drug, len(order)), drug))
        ),
        not_covered=tuple(result.get("not_covered", [])),
        caveats=tuple(_say(words, "caveats", code) for code in result.get("caveats", [])),
        knowledge=knowledge.get("id", ""),
        facts_as_of=spelled_date(str(knowledge.get("facts_as_of", "")), words),
        language=words.language,
    )


def _gene(words: Words, gene: str, row: Mapping[str, Any]) -> GeneEvidence:
    coverage = row["coverage"]
    scores = row.get("activity_score", {})
    said_by: dict[str, list[str]] = {}
    for source, phenotype in sorted(row["phenotype"].items()):
        score = scores.get(source)
        if phenotype is not None:
            said_by.setdefault(phenotype if score is None else f"{phenotype} ({score})", []).append(source)
    phenotypes = tuple((phenotype, ", ".join(sources)) for phenotype, sources in said_by.items())
    possible = sorted({name for names in row.get("possible_phenotypes", {}).values() for name in names})
    return GeneEvidence(
        gene=gene,
        diplotypes=tuple(row["diplotypes"][: max(row.get("tied", 1), 1)]),
        less_likely=tuple(row["diplotypes"][max(row.get("tied", 1), 1) :]),
        tied=row.get("tied", 1),
        phenotypes=phenotypes,
        possible=tuple(name for name in possible if name not in row["phenotype"].values()),
        tested=coverage["tested"],
        defined=coverage["defined"],
        deciding=coverage.get("deciding", coverage["defined"]),
        deciding_tested=coverage.get("deciding_tested", coverage["tested"]),
        not_excluded=tuple(coverage.get("not_excluded", [])),
        phased=row.get("phased", False),
        caveats=tuple(_say(words, "caveats", code, gene=gene, genes=gene) for code in row.get("caveats", [])),
    )


def _guidance(words: Words, row: Mapping[str, Any]) -> AdviceEvidence:
    pmids, population = row.get("pmids", []), row.get("population", "")
    genes = ", ".join(missing_genes(row) or row["genes"])
    return AdviceEvidence(
        source=row["source"],
        says=_advice(words, row),
        strength=_say(words, "classifications", row.get("classification", ""), "short"),
        population="" if population in EVERYONE else _say(words, "populations", population, "technical"),
        rests_on=" · ".join(f"{gene}: {key}" for gene, key in row.get("lookup", {}).items()),
        identifier=f"PMID {pmids[0]}" if pmids else "",
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmids[0]}/" if pmids else "",
        date=spelled_date(str(row.get("facts_as_of", "")), words),
        caveats=tuple(_say(words, "caveats", code, drug=row["drug"], genes=genes) for code in row.get("caveats", [])),
    )


def _advice(words: Words, row: Mapping[str, Any]) -> str:
    try:
        return exact_advice(row, words)
    except MissingWords:
        return str(row["action"])


def _unanswered(words: Words, row: Mapping[str, Any]) -> AdviceEvidence:
    genes = ", ".join(row.get("missing_genes") or row.get("genes", []))
    possible = ", ".join(_say(words, "actions", code, "technical") for code in row.get("possible_actions", []))
    return AdviceEvidence(
        source=row["source"],
        says=_say(words, "reasons", row["reason"], "technical", drug=row["drug"], genes=genes),
        strength="",
        population="",
        rests_on=words.say("report", "possible", names=possible) if possible else "",
        identifier="",
        url="",
        date="",
        caveats=(),
    )


def _say(words: Words, module: str, code: str, phrase: str | None = None, **names: str) -> str:
    try:
        return words.say(module, code, phrase, **names)
    except (MissingWords, KeyError):
        return code
