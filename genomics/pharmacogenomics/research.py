"""Research only: what a strand carries where no pair of named alleles explains it, as combinations and single
changes.

Nothing here is ever given a phenotype or looked up. It needs to know which bases travel together, so it answers
only where phase leaves one arrangement.
"""

from __future__ import annotations

from dataclasses import replace

from genomics.knowledge import GeneKnowledge
from genomics.model import Caveat, GeneResult, Rule, Sample
from genomics.pharmacogenomics.matcher import CompiledGene, bits, compile_gene, natural_order
from genomics.pharmacogenomics.phase import observe


def with_combinations(gene: GeneKnowledge, sample: Sample, result: GeneResult) -> GeneResult:
    """The result with a combined diplotype where there is no other; unchanged where there is one."""
    observed = observe(gene, sample)
    if result.diplotypes or result.rule is not Rule.NAMED_ALLELES or not observed.is_phased or observed.undocumented:
        return result
    compiled = compile_gene(gene)
    strands = [
        {item.number: base for item in observed.certain if (base := side(item)) != compiled.references[item.number]}
        for side in (lambda item: item.first, lambda item: item.second)
    ]
    named = [_strand(gene, compiled, strand) for strand in (strands[:1] if observed.one_copy else strands)]
    name = "/".join(
        sorted(named, key=lambda text: (text != gene.reference, text.startswith("["), natural_order(text)))
    )
    caveats = tuple(dict.fromkeys((*result.caveats, Caveat.COMBINATION_OR_PARTIAL)))
    return replace(result, diplotypes=(name,), tied=1, caveats=caveats)


def _strand(gene: GeneKnowledge, compiled: CompiledGene, changed: dict[int, str]) -> str:
    """The largest alleles that do not overlap, then every change none of them accounts for."""
    fitting = [
        index
        for index, altered in enumerate(compiled.altered)
        if altered
        # Composed names of UGT1A1 would hide the parts they are made of.
        and not (gene.gene == "UGT1A1" and "+" in gene.alleles[index].name)
        and all(
            number in changed and compiled.accepting[number].get(changed[number], 0) >> index & 1
            for number in bits(altered)
        )
    ]
    fitting.sort(key=lambda index: (-compiled.altered[index].bit_count(), natural_order(gene.alleles[index].name)))
    names: list[str] = []
    covered = 0
    for index in fitting:
        if not compiled.altered[index] & covered:
            covered |= compiled.altered[index]
            names.append(gene.alleles[index].shown_as)
    names.sort(key=natural_order)
    for number, base in sorted(changed.items()):
        if not covered >> number & 1:
            place = gene.positions[number]
            names.append(f"g.{place.position}{place.reference}>{base}")
    if not names:
        return gene.reference
    return names[0] if len(names) == 1 else f"[{' + '.join(names)}]"
