"""Laws of the star-allele engine: called back, order does not matter, absent is not reference."""

from __future__ import annotations

import random
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genomics.knowledge import FILE_GENES, LOWEST_FUNCTION_GENES, GeneKnowledge
from genomics.model import Call, CallStatus, Caveat, GeneResult, Origin, Rule, Site, Source
from genomics.pharmacogenomics import interpret_gene
from tests.genomics.people import KNOWLEDGE, calls_of, sample_of

SAMPLED_PAIRS = 25


def interpreted(gene: GeneKnowledge, calls: dict[Site, Call]) -> GeneResult:
    return interpret_gene(gene, sample_of(calls))


def pairs_of(gene: GeneKnowledge) -> list[tuple[str, str]]:
    """Every pair of alleles; for mitochondria, of which there is one kind, every allele."""
    names = [allele.name for allele in gene.alleles]
    if gene.chromosome == "chrM":
        return [(name, "") for name in names]
    return list(combinations_with_replacement(names, 2))


def many_pairs_of(gene: GeneKnowledge) -> list[tuple[str, str]]:
    """All of them where that takes a moment, else a fixed sample."""
    pairs = pairs_of(gene)
    return pairs if len(pairs) <= 2_000 else random.Random(gene.gene).sample(pairs, 300)


def some_pairs_of(gene: GeneKnowledge) -> list[tuple[str, str]]:
    """Fewer where there are many positions to drop one by one."""
    pairs = pairs_of(gene)
    wanted = SAMPLED_PAIRS if len(gene.positions) < 100 else 6
    return random.Random(gene.gene).sample(pairs, min(wanted, len(pairs)))


def shown(gene: GeneKnowledge, name: str) -> str:
    return next(allele.shown_as for allele in gene.alleles if allele.name == name)


def split(diplotypes: tuple[str, ...]) -> list[list[str]]:
    return [sorted(name.split("/")) for name in diplotypes]


@pytest.mark.parametrize("name", FILE_GENES)
def test_every_pair_of_alleles_is_called_back(name: str) -> None:
    check_that_pairs_are_called_back(KNOWLEDGE.genes[name], many_pairs_of(KNOWLEDGE.genes[name]))


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in FILE_GENES if len(pairs_of(KNOWLEDGE.genes[name])) > 2_000])
def test_every_pair_of_the_largest_genes_is_called_back(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    pairs = pairs_of(gene)
    check_that_pairs_are_called_back(gene, pairs if len(pairs) < 20_000 else random.Random(2).sample(pairs, 5_000))


def check_that_pairs_are_called_back(gene: GeneKnowledge, pairs: list[tuple[str, str]]) -> None:
    for one, other in pairs:
        expected = sorted(shown(gene, allele) for allele in (one, other) if allele)
        phased = interpreted(gene, calls_of(gene, one, other, phased=True))
        assert expected in split(phased.diplotypes)[: phased.tied], (one, other)
        unphased = interpreted(gene, calls_of(gene, one, other, phased=False))
        assert expected in split(unphased.diplotypes), (one, other)


@pytest.mark.parametrize("name", [name for name in FILE_GENES if name not in LOWEST_FUNCTION_GENES])
def test_phased_pairs_that_tie_have_the_same_bases(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    for one, other in some_pairs_of(gene):
        calls = calls_of(gene, one, other, phased=True)
        result = interpreted(gene, calls)
        for tied in result.diplotypes[: result.tied]:
            twin = calls_of(gene, *tied.split("/"), phased=True)
            differing = {
                site[1] for site, call in calls.items() if sorted(call.alleles) != sorted(twin[site].alleles)
            }
            # Two spellings of one person can differ only where an allele allows either of two bases.
            assert differing <= either_base_positions(gene)


def either_base_positions(gene: GeneKnowledge) -> set[int]:
    return {
        position
        for allele in gene.alleles
        for position, base in allele.defined_by.items()
        if len(base) == 1 and base not in "ACGT"
    }


def check_what_dropping_one_site_does(gene: GeneKnowledge, one: str, other: str, phased: bool) -> None:
    calls = calls_of(gene, one, other, phased)
    full = interpreted(gene, calls)
    for site in calls:
        fewer = interpreted(gene, {place: call for place, call in calls.items() if place != site})
        for source in Source:
            assert set(full.possible_phenotypes[source]) <= set(fewer.possible_phenotypes[source])
            stated = fewer.phenotype[source]
            if stated is None or stated == full.phenotype[source]:
                continue
            # The only phenotype that is possible is stated whatever else was not tested.
            if fewer.possible_phenotypes[source] == (stated,):
                continue
            if Caveat.HAPB3_BY_ITS_SECOND_SITE in fewer.caveats:
                assert full.phenotype[source] in fewer.possible_phenotypes[source]
                continue
            assert site[1] not in gene.deciding_positions
            # The one permitted change: a rare allele is no longer looked for, and the result says so.
            carried = [allele for allele in gene.alleles if allele.name in (one, other)]
            assert any(allele.defined_by.keys() - gene.deciding_positions == {site[1]} for allele in carried), (
                one,
                other,
                site,
            )
            assert Caveat.RARE_ALLELES_NOT_TESTED in fewer.caveats
            assert full.phenotype[source] in fewer.possible_phenotypes[source]


@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("name", FILE_GENES)
def test_dropping_a_site_never_invents_a_phenotype_or_narrows_what_could_be(name: str, phased: bool) -> None:
    gene = KNOWLEDGE.genes[name]
    for one, other in some_pairs_of(gene):
        check_what_dropping_one_site_does(gene, one, other, phased)


@pytest.mark.thorough
@pytest.mark.parametrize("name", FILE_GENES)
def test_dropping_a_site_is_safe_for_every_pair(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    for one, other in pairs_of(gene):
        for phased in (True, False):
            check_what_dropping_one_site_does(gene, one, other, phased)


@pytest.mark.parametrize("name", FILE_GENES)
def test_dropping_a_deciding_site_leaves_no_phenotype(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    for one, other in some_pairs_of(gene):
        calls = calls_of(gene, one, other, phased=True)
        for position in gene.deciding_positions:
            fewer = interpreted(gene, {site: call for site, call in calls.items() if site[1] != position})
            stands_in = Caveat.HAPB3_BY_ITS_SECOND_SITE in fewer.caveats
            for source, stated in fewer.phenotype.items():
                assert stated is None or stands_in or fewer.possible_phenotypes[source] == (stated,)
            assert Caveat.DECIDING_POSITIONS_NOT_TESTED in fewer.caveats or stands_in


@st.composite
def people(draw: st.DrawFn) -> tuple[GeneKnowledge, dict[Site, Call]]:
    """Anybody: any genotype at any of a gene's positions, any phase, any positions missing."""
    gene = KNOWLEDGE.genes[draw(st.sampled_from(FILE_GENES))]
    calls: dict[Site, Call] = {}
    for place in gene.positions:
        bases = st.sampled_from((place.reference, *place.alternatives))
        if draw(st.integers(0, 5)) == 0:
            continue
        common = draw(st.booleans())
        pair = (place.reference, place.reference) if common else (draw(bases), draw(bases))
        phase_set = draw(st.sampled_from([None, "1", "2"]))
        phased = draw(st.booleans())
        calls[place.site] = Call(CallStatus.TESTED, pair, phased, phase_set if phased else None)
    return gene, calls


@settings(max_examples=150, deadline=None)
@given(people(), st.data())
def test_dropping_any_sites_of_anybody_never_narrows_what_could_be(
    person: tuple[GeneKnowledge, dict[Site, Call]], data: st.DataObject
) -> None:
    gene, calls = person
    full = interpreted(gene, calls)
    kept = {site: call for site, call in calls.items() if data.draw(st.booleans())}
    fewer = interpreted(gene, kept)
    if full.origin is Origin.INFERRED:
        return  # No pair of alleles fits, so nothing is possible by the definitions; one site speaks instead.
    for source in Source:
        assert set(full.possible_phenotypes[source]) <= set(fewer.possible_phenotypes[source])


@settings(max_examples=150, deadline=None)
@given(people())
def test_losing_phase_never_narrows_what_could_be(person: tuple[GeneKnowledge, dict[Site, Call]]) -> None:
    gene, calls = person
    unphased = {site: Call(call.status, call.alleles) for site, call in calls.items()}
    full, fewer = interpreted(gene, calls), interpreted(gene, unphased)
    assert set(full.possible_phenotypes[Source.CPIC]) <= set(fewer.possible_phenotypes[Source.CPIC])


@settings(max_examples=150, deadline=None)
@given(people())
def test_it_does_not_matter_which_strand_is_written_first(
    person: tuple[GeneKnowledge, dict[Site, Call]],
) -> None:
    gene, calls = person
    turned = {
        site: Call(call.status, call.alleles[::-1], call.phased, call.phase_set)
        for site, call in reversed(calls.items())
    }
    assert interpreted(gene, calls) == interpreted(gene, turned)


@settings(max_examples=150, deadline=None)
@given(people())
def test_a_stated_phenotype_is_one_that_could_be(person: tuple[GeneKnowledge, dict[Site, Call]]) -> None:
    gene, calls = person
    result = interpreted(gene, calls)
    for source in Source:
        if result.phenotype[source] is not None:
            assert result.phenotype[source] in result.possible_phenotypes[source]
            is_the_only_one = result.possible_phenotypes[source] == (result.phenotype[source],)
            is_whole = result.coverage.deciding == result.coverage.deciding_tested
            assert is_whole or is_the_only_one or result.rule is Rule.SINGLE_SITE


@pytest.mark.parametrize("name", FILE_GENES)
def test_a_file_with_nothing_about_a_gene_says_nothing_about_it(name: str) -> None:
    gene = KNOWLEDGE.genes[name]
    result = interpreted(gene, {})
    assert result.diplotypes == ()
    assert set(result.phenotype.values()) == {None}
    assert result.coverage.tested == 0
    assert Caveat.NOT_TESTED in result.caveats


@pytest.mark.parametrize("name", FILE_GENES)
def test_a_gene_with_every_position_mixed_is_answered(name: str) -> None:
    """In time that grows with the alleles squared: two to the number of positions would never end."""
    gene = KNOWLEDGE.genes[name]
    calls = {
        place.site: Call(CallStatus.TESTED, (place.reference, place.alternatives[0])) for place in gene.positions
    }
    assert len(interpreted(gene, calls).diplotypes) <= len(gene.alleles) ** 2


APART = ("*3B/*3C",)
TOGETHER = ("*1/*3A",)


@pytest.mark.parametrize(
    ("first", "second", "sets", "expected"),
    [
        ("CT", "CT", (None, None), APART),
        ("CT", "TC", (None, None), TOGETHER),
        ("CT", "CT", ("7", "7"), APART),
        ("CT", "TC", ("7", "7"), TOGETHER),
        ("CT", "CT", ("7", "8"), TOGETHER + APART),
        ("CT", "TC", ("7", "8"), TOGETHER + APART),
        ("CT", "TC", ("7", None), TOGETHER + APART),
    ],
)
def test_phase_decides_and_phase_sets_turn_on_their_own(
    first: str, second: str, sets: tuple[str | None, str | None], expected: tuple[str, ...]
) -> None:
    """TPMT *3A carries both changes on one strand, *3B/*3C one on each."""
    gene = KNOWLEDGE.genes["TPMT"]
    calls = calls_of(gene, "*1", "*1", phased=True)
    for position, bases, phase_set in ((18130687, first, sets[0]), (18138997, second, sets[1])):
        calls[("chr6", position)] = Call(CallStatus.TESTED, tuple(bases), True, phase_set)
    assert interpreted(gene, calls).diplotypes == expected


def test_a_seen_change_of_a_rarer_allele_is_not_passed_over() -> None:
    """CYP2C19 *35/*39 without one position of *39 must not be read as the simpler *1/*35."""
    gene = KNOWLEDGE.genes["CYP2C19"]
    calls = calls_of(gene, "*35", "*39", phased=False)
    assert interpreted(gene, calls).phenotype[Source.CPIC] == "Indeterminate"
    del calls[("chr10", 94775423)]
    result = interpreted(gene, calls)
    assert result.diplotypes[0] == "*1/*35"
    assert result.phenotype[Source.CPIC] is None
    assert Caveat.PHENOTYPES_DISAGREE in result.caveats


@st.composite
def few_variants(draw: st.DrawFn) -> dict[Site, Call]:
    """Somebody with up to six mixed positions of DPYD, in phase, in sets or alone; all other positions reference."""
    gene = KNOWLEDGE.genes["DPYD"]
    calls = calls_of(gene, "Reference", "Reference", phased=True)
    places = [place for place in gene.positions if place.position not in (97573863, 97579893)]
    for place in draw(st.lists(st.sampled_from(places), max_size=6, unique=True)):
        pair = draw(st.permutations((place.reference, place.alternatives[0])))
        phase_set = draw(st.sampled_from(["1", "2", None]))
        calls[place.site] = Call(CallStatus.TESTED, tuple(pair), phase_set is not None, phase_set)
    return calls


@settings(max_examples=150, deadline=None)
@given(few_variants())
def test_dpyd_is_what_trying_every_arrangement_comes_to(calls: dict[Site, Call]) -> None:
    """The worst of all ways to turn the blocks is told, and every one of them is possible."""
    gene = KNOWLEDGE.genes["DPYD"]
    value = {
        (place, base): float(allele.activity_value or 1)
        for allele in gene.alleles
        if len(allele.defined_by) == 1
        for place, base in allele.defined_by.items()
    }
    turning: dict[str, list[tuple[float, float]]] = {}
    for (_, place), call in calls.items():
        if len(set(call.alleles)) > 1:
            first, second = (value.get((place, base), 1.0) for base in call.alleles)
            turning.setdefault(call.phase_set or f"alone {place}", []).append((first, second))
    totals = set()
    for turns in product((False, True), repeat=len(turning)):
        strands = [1.0, 1.0]
        for turned, members in zip(turns, turning.values(), strict=True):
            for pair in members:
                one, other = pair[::-1] if turned else pair
                strands = [min(strands[0], one), min(strands[1], other)]
        totals.add(sum(strands))
    result = interpreted(gene, calls)
    assert result.activity_score[Source.CPIC] == min(totals)
    assert {float(score) for score in result.possible_scores} == totals
