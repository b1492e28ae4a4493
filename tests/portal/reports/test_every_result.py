"""Every result of every gene, composed for every medicine it bears on: nothing misleads, nothing is missing."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from genomics.interpretation import Context, interpret
from genomics.knowledge import COVERED_GENES
from genomics.model import Assembly, Call, Sample, Site, Source
from genomics.pharmacogenomics.genes import interpret_gene
from portal.reports import words
from portal.reports.document import Card, Document, spoken
from portal.reports.gate import examine
from portal.reports.status import CALM, Status, missing_genes, status_of_row
from tests.genomics.people import KNOWLEDGE, calls_of
from tests.portal.reports.people import report
from tests.portal.reports.test_words import ENGLISH, SPANISH, every_language

# Words without which hardly an English sentence is said, and that are no Spanish ones.
ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the of and to in is are for with your you this that it its not may be or by at from if we our was were will "
        "can could would should have been they them their which who what when ask used take care dose gene medicine "
        "less more most other only than then after before yes",
    )
)
USUAL = {"CYP2C19": ("*1", "*1"), "CYP3A5": ("*3", "*3")}


def calls(changed: dict[str, tuple[str, str]]) -> dict[Site, Call]:
    """Somebody whose results are all the usual ones, but for these."""
    found: dict[Site, Call] = {}
    for name in COVERED_GENES:
        gene = KNOWLEDGE.genes[name]
        pair = changed.get(name) or USUAL.get(name, (gene.reference, gene.reference))
        found |= calls_of(gene, *pair, phased=True)
    return found


@cache
def results(name: str) -> dict[str, tuple[str, str]]:
    """One pair of alleles for every phenotype, and every score, that a gene can have."""
    gene = KNOWLEDGE.genes[name]
    examples = list({(each.function, each.activity_value): each.name for each in gene.alleles}.values())
    pairs: dict[str, tuple[str, str]] = {}
    for place, one in enumerate(examples):
        for other in examples[place:]:
            found = interpret_gene(gene, Sample("x", Assembly.GRCH38, calls_of(gene, one, other, phased=True)))
            key = f"{found.phenotype[Source.CPIC]} {found.activity_score[Source.CPIC]}"
            pairs.setdefault(key, (one, other))
    return pairs


CASES = [(gene, result) for gene in COVERED_GENES for result in results(gene)]
every_result = pytest.mark.parametrize(("gene", "result"), CASES)


@cache
def composed(gene: str, result: str, language: str = "en") -> tuple[dict[str, Any], Document]:
    if language != "en":
        found, _ = composed(gene, result)
        return found, report(found, language=language)
    sample = Sample("x", Assembly.GRCH38, calls({gene: results(gene)[result]}))
    found = interpret(sample, Context(), KNOWLEDGE).to_dict()
    return found, report(found)


def cards(gene: str, result: str) -> list[tuple[Card, list[dict[str, Any]]]]:
    """The card of each medicine the gene bears on, with the rows it was made from."""
    found, document = composed(gene, result)
    drugs = {row["drug"] for row in (*found["guidance"], *found["unanswered"]) if gene in row["genes"]}
    rows = {drug: [row for row in found["guidance"] if row["drug"] == drug] for drug in drugs}
    return [(card, rows[card.drug]) for group in document.groups for card in group.cards if card.drug in drugs]


@every_language
@every_result
def test_every_sentence_opens_the_gate(gene: str, result: str, language: str) -> None:
    _, document = composed(gene, result, language)
    names = words.load(language).names()
    assert [str(objection) for objection in examine(f"{gene} {result}", spoken(document), names, language)] == []


@every_result
def test_no_english_is_left_in_a_spanish_report(gene: str, result: str) -> None:
    """Labels and the plain lines of the care team too. Results stay as the engine and the guides write them."""
    _, document = composed(gene, result, "es")
    cards = [card for group in document.groups for card in group.cards]
    opinions = [opinion for card in cards for opinion in card.opinions]
    exact = [text for each in opinions for text in (each.advice, each.population)]
    exact += [line.label for line in document.glance.facts]
    exact += [gene.not_excluded for gene in document.genes.genes]
    told = set(re.findall(r"\w+", " ".join((*spoken(document), *document.labels.values(), *exact)).lower()))
    assert ENGLISH_WORDS & told == set()
    assert (ENGLISH.names() - SPANISH.names()) & told == set()


@every_result
def test_both_languages_say_the_same_of_every_medicine(gene: str, result: str) -> None:
    _, english = composed(gene, result)
    _, spanish = composed(gene, result, "es")

    def outline(document: Document) -> dict[str, tuple[object, ...]]:
        return {
            card.drug: (
                card.status,
                len(card.keep_in_mind),
                len(card.differ),
                [each.status for each in card.populations],
            )
            for group in document.groups
            for card in group.cards
        }

    assert outline(english) == outline(spanish)


@every_result
def test_nothing_is_calm_that_rests_on_a_result_nobody_can_explain(gene: str, result: str) -> None:
    for card, rows in cards(gene, result):
        if any(missing_genes(row) for row in rows):
            assert card.status not in CALM, card.drug


@every_result
def test_no_card_is_milder_than_the_advice_it_is_made_from(gene: str, result: str) -> None:
    order = list(Status)
    for card, rows in cards(gene, result):
        serious = [status_of_row(row) for row in rows if status_of_row(row) not in (*CALM, Status.NOT_KNOWN)]
        if serious:
            assert order.index(Status(card.status)) <= min(map(order.index, serious)), card.drug


@every_result
def test_every_condition_of_the_advice_that_leads_is_told(gene: str, result: str) -> None:
    for card, rows in cards(gene, result):
        told = " ".join((*card.keep_in_mind, *(opinion.says for opinion in card.opinions)))
        for row in rows:
            for code in row["when"]:
                start = words.without_marks(ENGLISH.entry("conditions", code).text).split(". ")[0]
                assert start in told, f"{card.drug}: {code}"


@every_result
def test_a_gene_that_works_in_the_usual_way_is_no_reason_for_harm(gene: str, result: str) -> None:
    for card, _ in cards(gene, result):
        if "works in the usual way" in card.why:
            assert "may work less well" not in card.why and "side effects" not in card.why, card.drug


def test_a_usual_result_that_a_guide_is_silent_about_is_nothing_special() -> None:
    told = {card.drug: card.status for card, _ in cards("CYP2C9", "Normal Metabolizer 2.0")}
    assert told["siponimod"] == Status.NO_SPECIAL_ADVICE
    assert told["warfarin"] == Status.NOT_KNOWN


@pytest.mark.parametrize("result", ["Normal Function None", "Decreased Function None", "Poor Function None"])
def test_a_medicine_whose_grave_warning_rests_on_a_gene_we_do_not_read_says_so(result: str) -> None:
    (card,) = [card for card, _ in cards("ABCG2", result) if card.drug == "allopurinol"]
    assert card.status not in CALM
    assert "HLA-B" in f"{card.why} {card.keep_in_mind}"
