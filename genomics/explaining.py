"""What a laboratory can ask about the engine itself: its genes, its medicines, and how one gene is called."""

from __future__ import annotations

from genomics.knowledge import EVERY_GENE, LOWEST_FUNCTION_GENES, OUTSIDE_ONLY_GENES, Knowledge
from genomics.pharmacogenomics.phenotypes import every_phenotype

_FROM_A_FILE_AND_ELSEWHERE = "file, call from elsewhere"


def _origin(gene: str) -> str:
    if gene in OUTSIDE_ONLY_GENES:
        return "call from elsewhere"
    if gene == "CYP2D6":
        return "alleles from a file; phenotype from a call from elsewhere only"
    return _FROM_A_FILE_AND_ELSEWHERE


def gene_lines() -> list[str]:
    """One line for each gene: its name, a tab, where its result can come from."""
    return [f"{gene}\t{_origin(gene)}" for gene in EVERY_GENE]


def drug_lines(knowledge: Knowledge) -> list[str]:
    """One line for each medicine: its name, its genes, the bodies that speak of it."""
    genes: dict[str, set[str]] = {}
    bodies: dict[str, set[str]] = {}
    for row in knowledge.guidance:
        genes.setdefault(row.drug, set()).update(row.genes)
        bodies.setdefault(row.drug, set()).add(row.source)
    return [f"{drug}\t{','.join(sorted(genes[drug]))}\t{','.join(sorted(bodies[drug]))}" for drug in sorted(genes)]


def _rule(gene: str, knowledge: Knowledge) -> str:
    known = knowledge.genes[gene]
    if known.phenotype_rule == "presence":
        return f"presence of {', '.join(known.presence_alleles)}"
    if gene in LOWEST_FUNCTION_GENES:
        return "the most damaging variant on each strand counts"
    return "pairs of named alleles"


def explained(knowledge: Knowledge, gene: str) -> list[str]:
    """How one gene is called, and from which facts, in lines of text."""
    known = knowledge.genes[gene]
    drugs = sorted({row.drug for row in knowledge.guidance if gene in row.genes})
    lines = [
        f"{gene} on {known.chromosome}",
        f"result from: {_origin(gene)}",
        f"method: {_rule(gene, knowledge)}",
        f"positions defined: {len(known.positions)}; alleles: {len(known.alleles)}",
    ]
    if known.reference:
        lines.append(f"reference allele: {known.reference}")
    if known.positions:
        places = ", ".join(f"{known.chromosome}:{place}" for place in sorted(known.deciding_positions))
        lines.append(f"deciding positions ({len(known.deciding_positions)}): {places}")
        read_as = "reference" if known.undocumented_read_as_reference else "no call"
        lines.append(f"a variant no definition knows is read as: {read_as}")
    lines.append(f"phenotypes: {'; '.join(every_phenotype(known)) or 'none defined'}")
    lines.append(f"medicines ({len(drugs)}): {', '.join(drugs)}")
    lines += [f"facts: {fact.source}, as of {fact.facts_as_of}, {fact.licence}" for fact in known.evidence]
    return lines
