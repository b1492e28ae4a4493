"""Calls that a laboratory made elsewhere: CYP2D6 with its copies and hybrids, HLA types, mitochondria, or any other
gene.

A call from elsewhere replaces what the file shows for its gene; where the two differ, both are told. A call may
name a diplotype, a phenotype, an activity score, or several of them; where they contradict each other that is told
too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from genomics.knowledge import GeneKnowledge
from genomics.model import Caveat, Coverage, GeneResult, Origin, Rule, Source
from genomics.pharmacogenomics.keys import dpyd_key
from genomics.pharmacogenomics.matcher import diplotype_name
from genomics.pharmacogenomics.phenotypes import (
    INDETERMINATE,
    every_phenotype,
    phenotype_of_functions,
    phenotype_of_score,
    score_key,
    total,
)

ONE_COPY_GENES = frozenset({"G6PD", "MT-RNR1"})
DELETION = "*5"
# Names of older nomenclatures, only where one of today's means exactly the same; NAT2's are never mapped.
LEGACY_NAMES = {
    ("CYP3A4", "*1A"): "*1",
    ("CYP3A4", "*1B"): "*1",
    ("DPYD", "*1"): "Reference",
    ("DPYD", "*13"): "c.1679T>G (*13)",
    ("DPYD", "*2A"): "c.1905+1G>A (*2A)",
    ("DPYD", "HapB3"): "c.1129-5923C>G, c.1236G>A (HapB3)",
    ("SLCO1B1", "*1A"): "*1",
    ("SLCO1B1", "*1B"): "*37",
}
_ABBREVIATIONS = {
    "PM": "Poor Metabolizer",
    "IM": "Intermediate Metabolizer",
    "NM": "Normal Metabolizer",
    "EM": "Normal Metabolizer",
    "EXTENSIVE METABOLIZER": "Normal Metabolizer",
    "RM": "Rapid Metabolizer",
    "UM": "Ultrarapid Metabolizer",
}
_COPIES = re.compile(r"(?P<name>.+?)x(?P<least>≥|>=)?(?P<number>\d{1,2}|N)")


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """One line of a table of calls, as it was written; ``line`` says where."""

    gene: str
    diplotype: str = ""
    phenotype: str = ""
    activity_score: str = ""
    copy_number: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class _Strand:
    """One side of a diplotype: its name, function and activity value, and how many copies of the gene it holds."""

    name: str
    function: str | None
    value: str | None
    copies: int
    is_simple: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one way to understand a call comes to."""

    diplotype: str
    functions: tuple[str | None, str | None]
    values: tuple[str | None, str | None]


def _canonical(name: str) -> str:
    """One spelling for ``*68+*4``, ``*4 + *68`` and ``*1x>=3``."""
    parts = [part.strip().replace(">=", "≥").replace(" ", "") for part in name.split("+")]
    return "+".join(sorted(parts))


def _known(gene: GeneKnowledge, name: str) -> tuple[str | None, str | None] | None:
    table = gene.outside_functions
    if name in table:
        return table[name]
    spelt = {_canonical(key): value for key, value in table.items()} if gene.gene == "CYP2D6" else {}
    if _canonical(name) in spelt:
        return spelt[_canonical(name)]
    return next(((a.function, a.activity_value) for a in gene.alleles if name in (a.name, a.shown_as)), None)


def _clean(gene: GeneKnowledge, text: str) -> str:
    name = text.strip().removeprefix(gene.gene).strip()
    name = LEGACY_NAMES.get((gene.gene, name), name)
    if gene.gene == "MT-RNR1" and re.fullmatch(r"\d+[ACGT]>[ACGT]", name):
        return f"m.{name}"
    # A sub-allele, such as *2.001, does what its core allele does.
    return re.sub(r"(\*\d+)\.\d{3}\b", r"\1", name) if name.startswith("*") else name


def _multiplied(value: str | None, copies: int, is_least: bool) -> str | None:
    if value in (None, "n/a"):
        return value
    least = "≥" if (is_least or value.startswith("≥")) and float(value.removeprefix("≥")) > 0 else ""
    return f"{least}{float(value.removeprefix('≥')) * copies:g}"


def _strand(gene: GeneKnowledge, text: str) -> _Strand | None:
    """One side of a diplotype; None when a part of it is no allele we know."""
    name = _clean(gene, text)
    parts = [part.strip() for part in name.split("+")] if gene.gene == "CYP2D6" else [name]
    copied = _COPIES.fullmatch(name) if gene.gene == "CYP2D6" and len(parts) == 1 else None
    if found := _known(gene, name):
        copies = sum(_copies_of(part) for part in parts) if gene.gene == "CYP2D6" else 1
        return _Strand(name, *found, copies, is_simple=len(parts) == 1 and copied is None)
    if copied:
        base = _known(gene, copied["name"])
        if base is None:
            return None
        number = 2 if copied["number"] == "N" else int(copied["number"])
        is_least = bool(copied["least"]) or copied["number"] == "N"
        return _Strand(name, base[0], _multiplied(base[1], number, is_least), number, is_simple=False)
    if len(parts) > 1 and all(members := [_strand(gene, part) for part in parts]):
        known = [member for member in members if member is not None]
        score, is_minimum = total([member.value for member in known])
        value = None if score is None else score_key(score, is_minimum)
        return _Strand(name, None, value, sum(member.copies for member in known), is_simple=False)
    return None


def _copies_of(part: str) -> int:
    copied = _COPIES.fullmatch(part)
    if copied and copied["number"] != "N":
        return int(copied["number"])
    return 0 if part == DELETION else 1


def _readings(gene: GeneKnowledge, call: OutsideCall) -> list[_Reading]:
    """Every diplotype a call can mean; several where a number of copies does not say which strand holds them."""
    sides = [side for side in re.split(r"[/|]", call.diplotype) if side.strip()] if call.diplotype else []
    if call.copy_number == 0 and gene.gene == "CYP2D6":
        sides = [DELETION, DELETION]
    strands = [_strand(gene, side) for side in sides]
    known = [strand for strand in strands if strand is not None]
    if not known or len(known) != len(strands) or len(known) > 2:
        return []
    if len(known) == 1:
        if gene.gene in ONE_COPY_GENES:
            return [_reading(gene, known[0], None)]
        if not (gene.gene == "CYP2D6" and call.copy_number == 1):
            return []
        known.append(_must(gene, DELETION))
    one, other = known
    count = call.copy_number
    if gene.gene != "CYP2D6" or count is None or count == one.copies + other.copies:
        return [_reading(gene, one, other)]
    if not (one.is_simple and other.is_simple):
        return []
    if count == 1 and one.name == other.name:
        return [_reading(gene, one, _must(gene, DELETION))]
    if count < one.copies + other.copies or DELETION in (one.name, other.name):
        return []
    spread = [(number, count - number) for number in range(1, count)]
    options = [
        _reading(gene, _must(gene, _with_copies(one.name, first)), _must(gene, _with_copies(other.name, second)))
        for first, second in spread
    ]
    return list({option.diplotype: option for option in options}.values())


def _with_copies(name: str, copies: int) -> str:
    return name if copies == 1 else f"{name}x{copies}"


def _must(gene: GeneKnowledge, name: str) -> _Strand:
    strand = _strand(gene, name)
    assert strand is not None, name
    return strand


def _reading(gene: GeneKnowledge, one: _Strand, other: _Strand | None) -> _Reading:
    if other is None:
        return _Reading(one.name, (one.function, one.function), (one.value, one.value))
    name = diplotype_name(gene, (one.name, other.name))
    return _Reading(name, (one.function, other.function), (one.value, other.value))


def phenotype_named(gene: GeneKnowledge, text: str) -> str | None:
    """A phenotype as tables write it, from the ways people write it; None when it is none of this gene's."""
    wanted = " ".join(text.split()).upper().replace("METABOLISER", "METABOLIZER")
    wanted = _ABBREVIATIONS.get(wanted, wanted).upper()
    return next((name for name in every_phenotype(gene) if name.upper() == wanted), None)


def _score(text: str) -> tuple[float, bool] | None:
    cleaned = text.strip().replace(">=", "≥")
    if not re.fullmatch(r"≥?\d{1,2}(\.\d{1,3})?", cleaned):
        return None
    return float(cleaned.removeprefix("≥")), cleaned.startswith("≥")


def objection(gene: GeneKnowledge, call: OutsideCall) -> str | None:
    """What cannot be understood in a call, as the part of a sentence; None when something can be made of it."""
    if gene.phenotype_rule == "presence":
        if _presence(gene, call):
            return None
        return f"names no type of {gene.gene} with two fields, such as {gene.presence_alleles[0]}"
    if call.diplotype and not _readings(gene, call):
        return f"names a diplotype of {gene.gene} that cannot be understood"
    if call.phenotype and phenotype_named(gene, call.phenotype) is None:
        return f"names a phenotype that {gene.gene} does not have"
    if call.activity_score and (gene.phenotype_rule != "score" or _score(call.activity_score) is None):
        return f"gives {gene.gene} an activity score that cannot be understood"
    if not (call.diplotype or call.phenotype or call.activity_score or call.copy_number == 0):
        return f"says nothing about {gene.gene}"
    return None


def _presence(gene: GeneKnowledge, call: OutsideCall) -> tuple[str, ...]:
    """``*57:01 positive``, ``*15:02 negative`` …; a type of which only one copy is named says nothing negative."""
    stated: dict[str, str] = {}
    named = [f"*{match}" for match in re.findall(r"\*?(\d{2,3}:\d{2,3})(?::\d+)*[A-Z]?", call.diplotype)]
    sides = [side for side in re.split(r"[/|]", call.diplotype) if side.strip()]
    for allele in gene.presence_alleles:
        if allele in named:
            stated[allele] = "positive"
        elif len(named) == len(sides) == 2:
            stated[allele] = "negative"
    if gene.gene == "HLA-B" and "*15:11" in named:
        stated["*15:11"] = "positive"
    for allele, answer in re.findall(r"(\*\d{2,3}:\d{2,3}) (positive|negative)", call.phenotype.lower()):
        stated.setdefault(allele, answer)
    return tuple(f"{allele} {answer}" for allele, answer in sorted(stated.items(), key=lambda item: item[::-1])[::-1])


def outside_result(gene: GeneKnowledge, call: OutsideCall, by_file: GeneResult | None) -> GeneResult:
    """The result a call from elsewhere comes to. The call must be one that ``objection`` has nothing against."""
    result = _presence_result(gene, call) if gene.phenotype_rule == "presence" else _named_result(gene, call)
    if by_file is None or not by_file.diplotypes:
        return result
    return replace(
        result,
        set_aside=by_file,
        caveats=(*result.caveats, Caveat.OUTSIDE_DIFFERS_FROM_FILE) if _differs(result, by_file) else result.caveats,
    )


def _differs(result: GeneResult, by_file: GeneResult) -> bool:
    file_says = {source: name for source, name in by_file.phenotype.items() if name}
    if any(result.phenotype[source] not in (None, name) for source, name in file_says.items()):
        return True
    # Copies, deletions and hybrids do not show in small variants, so only plain alleles can be compared.
    plain = [name for name in result.diplotypes if not re.search(r"x[\d≥N]|\+|\*5\b", name)]
    seen = {frozenset(name.split("/")) for name in by_file.diplotypes}
    return bool(plain) and not any(frozenset(name.split("/")) in seen for name in plain)


def _result(gene: GeneKnowledge, diplotypes: Sequence[str]) -> GeneResult:
    """A result that states nothing yet: every phenotype is still possible."""
    return GeneResult(
        gene=gene.gene,
        diplotypes=tuple(diplotypes),
        tied=len(diplotypes),
        phenotype=dict.fromkeys(Source, None),
        possible_phenotypes={source: every_phenotype(gene, source) for source in Source},
        activity_score=dict.fromkeys(Source, None),
        possible_scores=(),
        coverage=Coverage(0, 0, 0, 0, ()),
        phased=bool(diplotypes),
        origin=Origin.OUTSIDE,
        caveats=(),
        evidence=gene.evidence,
        rule=Rule.OUTSIDE_CALL,
    )


def _presence_result(gene: GeneKnowledge, call: OutsideCall) -> GeneResult:
    stated = _presence(gene, call)
    told = "; ".join(sorted(name for name in stated if name.split()[0] in gene.presence_alleles)) or None
    return replace(
        _result(gene, [call.diplotype.strip()] if call.diplotype.strip() else []),
        phenotype=dict.fromkeys(Source, told),
        possible_phenotypes={source: tuple(sorted({*stated} & {*every_phenotype(gene)})) for source in Source},
        keys=dict.fromkeys(Source, stated),
    )


def _of_reading(gene: GeneKnowledge, reading: _Reading, source: Source) -> str:
    if gene.phenotype_rule != "score":
        return phenotype_of_functions(gene, *reading.functions)
    score, is_minimum = total(reading.values)
    return _of_score(gene, score, is_minimum, source)


def _of_score(gene: GeneKnowledge, score: float | None, is_minimum: bool, source: Source) -> str:
    """A score of "at least" is as good as a number only where more would change nothing."""
    stated = phenotype_of_score(gene, score, source)
    if is_minimum and stated != phenotype_of_score(gene, 99.0, source):
        return INDETERMINATE
    return stated


def _named_result(gene: GeneKnowledge, call: OutsideCall) -> GeneResult:
    readings = _readings(gene, call)
    result = _result(gene, [reading.diplotype for reading in readings])
    caveats: list[Caveat] = []
    by_diplotype = {source: sorted({_of_reading(gene, item, source) for item in readings}) for source in Source}
    scores = {total(item.values) for item in readings} if gene.phenotype_rule == "score" else set()
    given = _score(call.activity_score) if call.activity_score else None
    named = phenotype_named(gene, call.phenotype) if call.phenotype else None
    score, is_minimum = given or (next(iter(scores)) if len(scores) == 1 else (None, False))
    phenotype: dict[Source, str | None] = {}
    possible: dict[Source, tuple[str, ...]] = {}
    for source in Source:
        ways = [
            [_of_score(gene, *given, source)] if given else [],
            [named] if named else [],
            by_diplotype[source] if gene.phenotype_rule is not None else [],
        ]
        # The score outweighs the phenotype, and the phenotype the diplotype: the laboratory knew more than its name.
        said = next((way for way in ways if way), [])
        phenotype[source] = said[0] if len(said) == 1 else None
        possible[source] = tuple(said) or result.possible_phenotypes[source]
        if any(not set(way) & set(said) for way in ways if way) and source is Source.CPIC:
            caveats.append(Caveat.OUTSIDE_CALL_INCONSISTENT)
    if given and scores and given not in scores and Caveat.OUTSIDE_CALL_INCONSISTENT not in caveats:
        caveats.append(Caveat.OUTSIDE_CALL_INCONSISTENT)
    if len(readings) > 1:
        caveats.append(Caveat.TIED_DIPLOTYPES)
        if len(possible[Source.CPIC]) > 1:
            caveats.append(Caveat.PHENOTYPES_DISAGREE)
    if named and not given and Caveat.OUTSIDE_CALL_INCONSISTENT in caveats:
        score, is_minimum = None, False
    return replace(
        result,
        phenotype=phenotype,
        possible_phenotypes=possible,
        activity_score=dict.fromkeys(Source, score),
        score_is_minimum=is_minimum,
        possible_scores=tuple(sorted(score_key(*item) for item in scores)),
        caveats=tuple(caveats),
        keys=_keys(gene, readings, phenotype) if not given else {},
    )


def _keys(
    gene: GeneKnowledge, readings: Sequence[_Reading], phenotype: dict[Source, str | None]
) -> dict[Source, tuple[str, ...]]:
    stated = phenotype[Source.DPWG]
    if gene.gene != "DPYD" or len(readings) != 1 or stated is None or None in readings[0].values:
        return {}
    one, other = (float(value) for value in readings[0].values if value is not None)
    return {Source.DPWG: (dpyd_key(one, other, stated),)}
