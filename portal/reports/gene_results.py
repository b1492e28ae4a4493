"""What was found in each gene, how much of it was read, and what was not tested at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.reports.document import Gene, Genes, Line, NotTested
from portal.reports.naming import join
from portal.reports.words import Words

# Enough to see what was left open; the full list is kept with the interpretation.
_ALLELES_SHOWN = 24
_DIPLOTYPES_SHOWN = 4


def is_unknown(result: Mapping[str, Any]) -> bool:
    """No source states what this gene does, although one could have."""
    stated = [phenotype for phenotype in result["phenotype"].values() if phenotype]
    possible = [names for names in result["possible_phenotypes"].values() if names]
    return not stated and (bool(possible) or not result["diplotypes"])


def gene_section(genes: Mapping[str, Mapping[str, Any]], words: Words) -> Genes:
    return Genes(
        title=words.say("report", "genes_title"),
        lead=words.say("report", "genes_lead"),
        genes=tuple(_gene(gene, genes[gene], words) for gene in sorted(genes)),
    )


def _gene(gene: str, result: Mapping[str, Any], words: Words) -> Gene:
    says = words.say
    coverage = result["coverage"]
    counted = {"number": coverage["tested"], "total": coverage["defined"]}
    return Gene(
        gene=gene,
        does=says("genes", gene),
        plain=_plain(gene, result, words),
        keep_in_mind=tuple(dict.fromkeys(says("caveats", code, genes=gene) for code in result["caveats"])),
        technical=_technical(result, words),
        coverage=says("report", "coverage", **counted),
        coverage_figure=says("report", "coverage_figure", gene=gene, **counted),
        coverage_width=f"{100 * coverage['tested'] / max(coverage['defined'], 1):.1f}",
        not_excluded=_not_excluded(coverage["not_excluded"], words),
    )


def _plain(gene: str, result: Mapping[str, Any], words: Words) -> str:
    stated = {phenotype for phenotype in result["phenotype"].values() if phenotype}
    if not stated:
        return words.say("phenotypes", "unknown" if is_unknown(result) else "no_map")
    return " ".join(words.say("phenotypes", f"{gene}/{phenotype}") for phenotype in sorted(stated))


def _technical(result: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    says = words.say
    best = result["diplotypes"][: result["tied"]]
    shown = best[:_DIPLOTYPES_SHOWN]
    called = " = ".join(shown) or says("report", "not_called")
    if len(best) > len(shown):
        called += " " + says("report", "and_more", number=len(best) - len(shown))
    lines = [called]
    less_likely = result["diplotypes"][result["tied"] :]
    if less_likely:
        lines.append(says("report", "less_likely", names=_named(less_likely, _DIPLOTYPES_SHOWN, words)))
    for source, phenotype in sorted(result["phenotype"].items()):
        possible = result["possible_phenotypes"].get(source, [])
        if phenotype:
            score = result["activity_score"].get(source)
            rated = f", {says('report', 'activity_score', number=f'{score:.1f}')}" if score is not None else ""
            lines.append(f"{source}: {phenotype}{rated}")
        elif possible:
            names = "; ".join(possible)
            lines.append(f"{source}: {says('report', 'not_stated')}, {says('report', 'possible', names=names)}")
    return tuple(lines)


def _named(names: Sequence[str], most: int, words: Words) -> str:
    """The first names, and how many more there are."""
    told = ", ".join(names[:most])
    return told + (" " + words.say("report", "and_more", number=len(names) - most) if len(names) > most else "")


def _not_excluded(alleles: Sequence[str], words: Words) -> str:
    return words.say("report", "not_excluded", names=_named(alleles, _ALLELES_SHOWN, words)) if alleles else ""


def not_tested_section(interpretation: Mapping[str, Any], words: Words) -> NotTested:
    says = words.say
    gaps = []
    for gene, result in sorted(interpretation["genes"].items()):
        coverage = result["coverage"]
        if coverage["tested"] < coverage["defined"]:
            line = says("report", "gap_line", number=coverage["tested"], total=coverage["defined"])
            gaps.append(Line(label=gene, text=line))
    return NotTested(
        title=says("report", "not_tested_title"),
        lead=says("report", "not_tested_lead"),
        genes_title=says("report", "not_covered_title"),
        genes=tuple(
            Line(
                label=gene,
                text=says("not_covered", gene, names=join(words.entry("not_covered", gene).names, words)),
            )
            for gene in sorted(interpretation["not_covered"])
        ),
        gaps_title=says("report", "gaps_title"),
        gaps_lead=says("report", "gap_meaning" if gaps else "gaps_none"),
        gaps=tuple(gaps),
    )
