"""Genes that pairs of named alleles do not describe: what is said, what is refused, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from genomics.knowledge import FILE_GENES
from genomics.model import UNDOCUMENTED, Call, CallStatus, Caveat, GeneResult, Origin, Rule, SexEvidence, Site, Source
from genomics.pharmacogenomics import interpret_gene
from genomics.readers import read_vcf
from genomics.readers.made_up import made_up_rows
from tests.genomics.people import KNOWLEDGE, calls_of, sample_of, write_vcf

INTRONIC, EXONIC = ("chr1", 97579893), ("chr1", 97573863)
HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
MALE = SexEvidence(x_haploid=50)


def called(gene: str, calls: dict[Site, Call], sex: SexEvidence | None = None) -> GeneResult:
    sample = sample_of(calls)
    return interpret_gene(KNOWLEDGE.genes[gene], replace(sample, sex_evidence=sex) if sex else sample)


def person(gene: str, one: str, other: str, phased: bool = True) -> dict[Site, Call]:
    return calls_of(KNOWLEDGE.genes[gene], one, other, phased)


def stated(result: GeneResult) -> str | None:
    return result.phenotype[Source.CPIC]


def score(result: GeneResult) -> float | None:
    return result.activity_score[Source.CPIC]


# -- DPYD


@pytest.mark.parametrize(
    ("one", "other", "expected_score", "phenotype", "dpwg"),
    [
        ("Reference", "Reference", 2.0, "Normal Metabolizer", "2.0 (Normal Metabolizer)"),
        ("Reference", "c.2846A>T", 1.5, "Intermediate Metabolizer", "1.5 (Intermediate Metabolizer)"),
        ("Reference", "c.1905+1G>A (*2A)", 1.0, "Intermediate Metabolizer", "1.0 (Intermediate Metabolizer)"),
        ("c.2846A>T", HAPB3, 1.0, "Intermediate Metabolizer", "1.0 (Phenotyping)"),
        ("c.2846A>T", "c.1905+1G>A (*2A)", 0.5, "Poor Metabolizer", "0.5 (Phenotyping)"),
        ("c.1679T>G (*13)", "c.1905+1G>A (*2A)", 0.0, "Poor Metabolizer", "0.0 (Poor Metabolizer)"),
        ("c.85T>C (*9A)", "c.496A>G", 2.0, "Normal Metabolizer", "2.0 (Normal Metabolizer)"),
    ],
)
def test_dpyd_is_as_good_as_the_worst_variant_on_each_strand(
    one: str, other: str, expected_score: float, phenotype: str, dpwg: str
) -> None:
    result = called("DPYD", person("DPYD", one, other))
    assert (score(result), stated(result), result.rule) == (expected_score, phenotype, Rule.LOWEST_FUNCTION)
    assert result.keys[Source.DPWG] == (dpwg,)
    assert sorted(result.diplotypes[0].split("/")) == sorted([one, other])


def together(*names: str) -> dict[Site, Call]:
    """Several variants of DPYD on one strand, in phase, and none on the other."""
    calls = person("DPYD", "Reference", "Reference")
    for name in names:
        calls |= {
            site: call for site, call in person("DPYD", name, "Reference").items() if len(set(call.alleles)) > 1
        }
    return calls


def test_dpyd_variants_on_one_strand_leave_the_other_whole() -> None:
    result = called("DPYD", together("c.1905+1G>A (*2A)", "c.2846A>T"))
    assert result.diplotypes == ("Reference/[c.1905+1G>A (*2A) + c.2846A>T]",)
    assert (score(result), result.carried) == (1.0, ("c.1905+1G>A (*2A)", "c.2846A>T"))
    assert Caveat.PRESUMED_ON_TWO_STRANDS not in result.caveats


def test_dpyd_variants_without_phase_are_taken_to_be_on_two_strands() -> None:
    unphased = {
        site: Call(call.status, call.alleles) for site, call in together("c.1905+1G>A (*2A)", "c.2846A>T").items()
    }
    result = called("DPYD", unphased)
    assert (score(result), result.diplotypes) == (0.5, ("c.1905+1G>A (*2A)/c.2846A>T",))
    assert Caveat.PRESUMED_ON_TWO_STRANDS in result.caveats
    assert set(result.possible_phenotypes[Source.CPIC]) == {"Poor Metabolizer", "Intermediate Metabolizer"}


def test_what_a_phase_set_ties_together_is_not_torn_apart() -> None:
    """Two bad variants of one set on one strand, a third without phase: the third may be on the other strand."""
    names = ("c.1905+1G>A (*2A)", "c.1679T>G (*13)")
    calls = {site: replace(call, phase_set="7") for site, call in together(*names).items()}
    for site, call in together("c.2846A>T").items():
        if len(set(call.alleles)) > 1:
            calls[site] = Call(CallStatus.TESTED, call.alleles)
    assert score(called("DPYD", calls)) == 0.5
    apart = {site: Call(call.status, call.alleles) for site, call in calls.items()}
    assert score(called("DPYD", apart)) == 0.0


def test_the_intronic_site_of_hapb3_decides() -> None:
    calls = person("DPYD", "Reference", "Reference")
    calls[EXONIC] = Call(CallStatus.TESTED, ("C", "T"))
    result = called("DPYD", calls)
    assert (stated(result), Caveat.HAPB3_SITES_DISAGREE in result.caveats) == ("Normal Metabolizer", True)


def test_the_intronic_site_alone_is_an_allele_of_its_own() -> None:
    calls = person("DPYD", "Reference", "c.1129-5923C>G")
    assert called("DPYD", calls).diplotypes == ("Reference/c.1129-5923C>G",)
    assert called("DPYD", calls).possible_phenotypes[Source.CPIC] == ("Intermediate Metabolizer",)


def test_the_exonic_site_stands_in_and_says_so() -> None:
    calls = person("DPYD", "Reference", HAPB3)
    del calls[INTRONIC]
    result = called("DPYD", calls)
    assert (score(result), result.diplotypes) == (1.5, (f"Reference/{HAPB3}",))
    assert Caveat.HAPB3_BY_ITS_SECOND_SITE in result.caveats
    del calls[EXONIC]
    assert stated(called("DPYD", calls)) is None


def test_a_variant_nobody_has_named_does_not_hide_a_named_one() -> None:
    calls = person("DPYD", "Reference", "c.1905+1G>A (*2A)")
    calls[("chr1", 97078987)] = Call(CallStatus.TESTED, ("G", UNDOCUMENTED))
    result = called("DPYD", calls)
    assert (score(result), Caveat.UNDOCUMENTED_VARIANT in result.caveats) == (1.0, True)


# -- RYR1 and CACNA1S


@pytest.mark.parametrize(("gene", "variant"), [("RYR1", "c.1021G>A"), ("CACNA1S", "c.520C>T")])
def test_a_gene_of_malignant_hyperthermia_is_never_called_normal(gene: str, variant: str) -> None:
    nothing = called(gene, person(gene, "Reference", "Reference"))
    assert (stated(nothing), Caveat.RISK_NOT_EXCLUDED in nothing.caveats) == ("Uncertain Susceptibility", True)
    assert stated(called(gene, person(gene, "Reference", variant))) == "Malignant Hyperthermia Susceptibility"
    assert not [name for name in nothing.possible_phenotypes[Source.CPIC] if "ormal" in name]


def test_one_variant_of_malignant_hyperthermia_is_enough_whatever_else_was_not_tested() -> None:
    site = next(site for site, call in person("RYR1", "Reference", "c.1021G>A").items() if len(set(call.alleles)) > 1)
    result = called("RYR1", {site: Call(CallStatus.TESTED, ("G", "A"))})
    assert stated(result) == "Malignant Hyperthermia Susceptibility"
    assert result.possible_phenotypes[Source.CPIC] == ("Malignant Hyperthermia Susceptibility",)


# -- G6PD


def test_a_man_has_one_copy_however_his_file_writes_it() -> None:
    for name, phenotype in (("B (reference)", "Normal"), ("A- 202A_376G", "Deficient")):
        by_one = called("G6PD", person("G6PD", name, ""))
        assert (by_one.diplotypes, stated(by_one)) == ((name,), phenotype)
        by_two = called("G6PD", person("G6PD", name, name), MALE)
        assert (by_two.diplotypes, stated(by_two)) == ((name,), phenotype)


def test_a_man_with_two_bases_on_his_one_x_is_not_believed() -> None:
    result = called("G6PD", person("G6PD", "B (reference)", "A- 202A_376G"), MALE)
    assert (stated(result), Caveat.MIXED_WHERE_ONE_COPY in result.caveats) == (None, True)


@pytest.mark.parametrize("phased", [True, False])
def test_a_woman_with_two_kinds_needs_the_enzyme_test(phased: bool) -> None:
    result = called("G6PD", person("G6PD", "B (reference)", "A- 202A_376G", phased))
    assert stated(result) in ("Variable", None)
    assert Caveat.ENZYME_TEST_NEEDED in result.caveats
    assert "Normal" not in result.possible_phenotypes[Source.CPIC]


def test_a_woman_with_one_kind_has_what_it_does() -> None:
    for name, phenotype in (("B (reference)", "Normal"), ("A- 202A_376G", "Deficient")):
        assert stated(called("G6PD", person("G6PD", name, name))) == phenotype


# -- NAT2, SLCO1B1, CYP2D6


def test_nat2_is_not_called_without_its_required_sites() -> None:
    calls = person("NAT2", "*5", "*6")
    assert len(KNOWLEDGE.genes["NAT2"].deciding_positions) == 5
    for position in KNOWLEDGE.genes["NAT2"].deciding_positions:
        assert stated(called("NAT2", {site: call for site, call in calls.items() if site[1] != position})) is None


@pytest.mark.parametrize(("pick", "among"), KNOWLEDGE.genes["NAT2"].unphased_priorities)
def test_nat2_without_phase_lists_the_more_frequent_pair_first(pick: str, among: frozenset[str]) -> None:
    unphased = called("NAT2", person("NAT2", *pick.split("/"), phased=False))
    assert unphased.diplotypes[0] == pick
    assert among <= set(unphased.diplotypes)
    assert Caveat.UNPHASED_PRIORITY_USED in unphased.caveats
    phased = called("NAT2", person("NAT2", *pick.split("/"), phased=True))
    assert phased.diplotypes[0] == pick and Caveat.UNPHASED_PRIORITY_USED not in phased.caveats


def test_slco1b1_falls_back_on_one_site_only_when_no_pair_fits() -> None:
    calls = person("SLCO1B1", "*1", "*5")
    assert called("SLCO1B1", calls).origin is Origin.FILE
    calls[("chr12", 21176804)] = Call(CallStatus.TESTED, ("A", UNDOCUMENTED))
    result = called("SLCO1B1", calls)
    assert (result.origin, result.rule, result.diplotypes) == (Origin.INFERRED, Rule.SINGLE_SITE, ("*1/*5",))
    assert (stated(result), Caveat.SINGLE_SITE_FALLBACK in result.caveats) == ("Decreased Function", True)


def test_cyp2d6_is_never_given_a_phenotype_by_small_variants() -> None:
    for pair in (("*1", "*1"), ("*4", "*4"), ("*1", "*10")):
        result = called("CYP2D6", person("CYP2D6", *pair))
        assert "/".join(pair) in result.diplotypes
        assert set(result.phenotype.values()) == {None} and set(result.activity_score.values()) == {None}
        assert Caveat.STRUCTURE_NOT_TESTED in result.caveats
        assert {"Poor Metabolizer", "Ultrarapid Metabolizer"} <= set(result.possible_phenotypes[Source.CPIC])


# -- mitochondria


@pytest.mark.parametrize("chromosome", ["chrM", "M", "MT", "chrMT"])
def test_mitochondria_are_read_under_any_of_their_names(tmp_path: Path, chromosome: str) -> None:
    rows = [row.split("\t") for row in made_up_rows({"MT-RNR1": "m.1555A>G"})]
    rows = [[row[0].replace("chrM", chromosome), *row[1:]] for row in rows]
    (sample,) = read_vcf(write_vcf(tmp_path / "a.vcf", rows), KNOWLEDGE.positions_of(FILE_GENES))
    result = interpret_gene(KNOWLEDGE.genes["MT-RNR1"], sample)
    assert result.diplotypes == ("m.1555A>G",)
    assert stated(result) == "increased risk of aminoglycoside-induced hearing loss"


def test_a_change_in_some_mitochondria_counts_as_there() -> None:
    calls = person("MT-RNR1", "Reference", "")
    calls[("chrM", 1555)] = Call(CallStatus.TESTED, ("A", "G"))
    result = called("MT-RNR1", calls)
    assert stated(result) == "increased risk of aminoglycoside-induced hearing loss"
    assert Caveat.MIXED_WHERE_ONE_COPY in result.caveats


def test_the_risk_of_several_mitochondrial_changes_is_that_of_the_worst() -> None:
    calls = person("MT-RNR1", "m.827A>G", "")
    assert stated(called("MT-RNR1", calls)) == "normal risk of aminoglycoside-induced hearing loss"
    calls[("chrM", 1494)] = Call(CallStatus.TESTED, ("T",))
    assert stated(called("MT-RNR1", calls)) == "increased risk of aminoglycoside-induced hearing loss"


def test_normal_risk_is_not_stated_while_a_place_was_not_tested() -> None:
    calls = person("MT-RNR1", "Reference", "")
    del calls[("chrM", 1555)]
    assert stated(called("MT-RNR1", calls)) is None


# -- one copy in a file


def test_one_allele_is_a_genotype_on_x_and_half_of_one_elsewhere(tmp_path: Path) -> None:
    rows = [row.split("\t") for row in made_up_rows({"G6PD": "A- 202A_376G"})]
    next(row for row in rows if row[0] == "chr16")[9] = "0"
    (sample,) = read_vcf(write_vcf(tmp_path / "a.vcf", rows), KNOWLEDGE.positions_of(FILE_GENES))
    assert interpret_gene(KNOWLEDGE.genes["G6PD"], sample).diplotypes == ("A- 202A_376G",)
    assert Caveat.ONE_ALLELE_ON_AUTOSOME in interpret_gene(KNOWLEDGE.genes["VKORC1"], sample).caveats
