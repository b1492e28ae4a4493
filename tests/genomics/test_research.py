"""Research mode tells what a strand carries, and nothing follows from it."""

from __future__ import annotations

from genomics.interpretation import Context, interpret
from genomics.knowledge import EVERY_GENE
from genomics.model import Call, CallStatus, Caveat, GeneResult, Site, Source
from tests.genomics.people import KNOWLEDGE, calls_of, sample_of


def found(gene: str, calls: dict[Site, Call], research: bool = True) -> GeneResult:
    return interpret(sample_of(calls), Context(genes=EVERY_GENE, research=research), KNOWLEDGE).genes[gene]


def joined(gene: str, *names: str) -> dict[Site, Call]:
    """Several alleles on the second strand."""
    known = KNOWLEDGE.genes[gene]
    calls = calls_of(known, known.reference, known.reference, phased=True)
    for name in names:
        carrying = calls_of(known, known.reference, name, phased=True)
        calls |= {site: call for site, call in carrying.items() if len(set(call.alleles)) > 1}
    return calls


def test_alleles_on_one_strand_are_named_together() -> None:
    calls = joined("CYP2C9", "*2", "*3")
    assert found("CYP2C9", calls, research=False).diplotypes == ()
    result = found("CYP2C9", calls)
    assert result.diplotypes == ("*1/[*2 + *3]",)
    assert Caveat.COMBINATION_OR_PARTIAL in result.caveats
    assert set(result.phenotype.values()) == {None} == set(result.activity_score.values())


def test_a_change_no_allele_accounts_for_is_named_by_its_place() -> None:
    known = KNOWLEDGE.genes["UGT1A1"]
    partial = next(
        (allele, place)
        for allele in KNOWLEDGE.genes["TPMT"].alleles
        for place in allele.defined_by
        if len(allele.defined_by) > 1
        and not any(other.defined_by.keys() == {place} for other in KNOWLEDGE.genes["TPMT"].alleles)
    )
    assert known.reference == "*1"
    allele, place = partial
    calls = joined("TPMT")
    calls[("chr6", place)] = Call(
        CallStatus.TESTED, (calls[("chr6", place)].alleles[0], allele.defined_by[place]), True
    )
    assert f"g.{place}" in found("TPMT", calls).diplotypes[0]


def test_what_is_explained_is_not_touched_and_what_has_no_phase_is_not_guessed() -> None:
    explained = calls_of(KNOWLEDGE.genes["CYP2C9"], "*2", "*3", phased=True)
    assert found("CYP2C9", explained).diplotypes == found("CYP2C9", explained, research=False).diplotypes
    unphased = {site: Call(call.status, call.alleles) for site, call in joined("CYP2C9", "*2", "*3", "*8").items()}
    assert found("CYP2C9", unphased).diplotypes == ()


def test_nothing_is_looked_up_for_a_combination() -> None:
    result = interpret(sample_of(joined("CYP2C9", "*2", "*3")), Context(genes=EVERY_GENE, research=True), KNOWLEDGE)
    assert not [row for row in result.guidance if row.genes == ("CYP2C9",)]
    assert result.genes["CYP2C9"].phenotype[Source.CPIC] is None
