"""A report says what was found, what was not, and what to do, and nothing else."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from portal.delivery.evidence import evidence
from portal.reports.compose import Order, Person, signed
from portal.reports.dates import spelled_date
from portal.reports.document import Card, Document, content_hash, spoken
from portal.reports.status import CARE, Status
from portal.reports.words import load
from tests.portal.reports.people import PEOPLE, SIGNATURE, interpretation, note, report

ASK_FIRST = "Do not stop or change a medicine before you ask."


def cards(document: Document) -> dict[str, Card]:
    return {card.drug: card for group in document.groups for card in group.cards}


def guidance(**changes: Any) -> dict[str, Any]:
    """One row of advice as the engine writes it."""
    return {
        "drug": "omeprazole",
        "rxnorm": "7646",
        "atc": ["A02BC01"],
        "source": "CPIC",
        "guideline": "PA166219103",
        "genes": ["CYP2C19"],
        "lookup": {"CYP2C19": "Normal Metabolizer"},
        "population": "general",
        "classification": "Strong",
        "action": "standard_dose",
        "actions": ["standard_dose"],
        "dose": {"percent": None, "fold": None, "note": None},
        "implications": [],
        "pmids": ["32770672"],
        "facts_as_of": "2024-02",
        "caveats": [],
        **changes,
    }


def unanswered(**changes: Any) -> dict[str, Any]:
    return {
        "drug": "omeprazole",
        "rxnorm": "7646",
        "atc": ["A02BC01"],
        "source": "DPWG",
        "genes": ["CYP2C19"],
        "missing_genes": ["CYP2C19"],
        "reason": "phenotype_not_stated",
        "possible_actions": [],
        **changes,
    }


def advised(*rows: dict[str, Any], open_questions: tuple[dict[str, Any], ...] = ()) -> Card:
    """The card for omeprazole when this is all the advice there is."""
    found = interpretation("nothing_found")
    found["guidance"], found["unanswered"] = list(rows), list(open_questions)
    return cards(report(found))["omeprazole"]


# -- one medicine


@pytest.mark.parametrize("person", PEOPLE)
def test_every_medicine_the_engine_names_has_exactly_one_card(person: str) -> None:
    found = interpretation(person)
    named = {row["drug"] for row in (*found["guidance"], *found["unanswered"])}
    listed = [card.drug for group in report(person).groups for card in group.cards]
    assert sorted(listed) == sorted(named)


@pytest.mark.parametrize("person", PEOPLE)
def test_every_card_has_a_status_a_headline_a_reason_and_something_to_do(person: str) -> None:
    for card in cards(report(person)).values():
        assert card.word and card.headline and card.why and card.what_to_do, card.drug
        assert card.ask_first == ASK_FIRST
        assert card.name.lower() in card.headline.lower()


def test_a_medicine_that_may_not_work_says_so_in_the_persons_words() -> None:
    card = cards(report("rosa"))["clopidogrel"]
    assert card.status == Status.ASK_ABOUT_ANOTHER
    assert card.headline == "Clopidogrel may not work well for you"
    assert "switch clopidogrel on" in card.why


def test_advice_for_everyone_that_asks_for_nothing_is_usual() -> None:
    card = advised(guidance())
    assert card.status == Status.USUAL
    assert "safe" not in " ".join(spoken(card)).lower()


def test_a_source_without_advice_for_a_usual_result_does_not_hide_one_that_says_usual() -> None:
    silent = guidance(source="DPWG", action="no_guidance_for_this_result", classification="No recommendation")
    assert advised(guidance(), silent).status == Status.USUAL


# -- nothing special is known, and it is not the same as not known


SILENT = guidance(source="DPWG", action="no_guidance_for_this_result", classification="No recommendation")


def test_a_source_without_advice_for_a_usual_result_is_told_as_nothing_special_and_named() -> None:
    card = advised(SILENT)
    assert card.status == Status.NO_SPECIAL_ADVICE
    assert card.headline == "Nothing special to do for omeprazole"
    assert "CYP2C19" in card.why and "DPWG" in card.why
    assert card.what_to_do == "If you take it, go on as you were told."


def test_a_source_without_advice_for_an_unusual_result_is_not_told_as_nothing_special() -> None:
    found = interpretation("rosa")
    found["guidance"] = [{**SILENT, "lookup": {"CYP2C19": "Poor Metabolizer"}}]
    found["unanswered"] = []
    assert cards(report(found))["omeprazole"].status == Status.NOT_KNOWN


@pytest.mark.parametrize(
    ("row", "open_questions"),
    [
        (guidance(action="no_recommendation", classification="No recommendation"), ()),
        (guidance(genes=["CYP2C19", "CYP2D6"], caveats=["other_gene_not_tested"]), ()),
        (SILENT, (unanswered(source="CPIC"),)),
    ],
)
def test_nothing_special_is_not_told_while_part_of_the_answer_is_missing(
    row: dict[str, Any], open_questions: tuple[dict[str, Any], ...]
) -> None:
    assert advised(SILENT, row, open_questions=open_questions).status == Status.NOT_KNOWN


# -- advice that is tied to something says to what


def test_more_of_a_medicine_for_some_uses_is_not_told_as_more_for_all() -> None:
    card = cards(report("usual"))["omeprazole"]
    assert card.status == Status.TAKE_CARE
    assert card.headline == "For some uses, you may need more omeprazole"
    assert any("two uses only" in line for line in card.keep_in_mind)
    assert any("For other uses" in line and "usual dose" in line for line in card.keep_in_mind)
    assert card.what_to_do == "Ask your care team if this is your use."


@pytest.mark.parametrize("person", PEOPLE)
def test_no_headline_leaves_out_that_its_advice_is_for_some_only(person: str) -> None:
    plain = {f"You may need a {which} dose of" for which in ("higher", "lower")}
    found = interpretation(person)
    for drug, card in cards(report(person)).items():
        rows = [
            row
            for row in found["guidance"]
            if row["drug"] == drug and row["action"] in ("increase_dose", "reduce_dose")
        ]
        if rows and all(row["when"] for row in rows) and card.headline.startswith(tuple(plain)):
            assert card.headline.endswith(("at the start", "over time", "side effects")), card.headline


def test_advice_without_a_condition_leads_what_matters_most() -> None:
    some_only = guidance(action="increase_dose", when=["h_pylori_or_erosive_oesophagitis"], otherwise="standard_dose")
    for_all = guidance(drug="citalopram", action="cap_dose", classification="Optional")
    group = next(group for group in report_with(some_only, for_all).groups if group.status == Status.TAKE_CARE)
    assert [card.drug for card in group.cards] == ["citalopram", "omeprazole"]


def test_the_care_team_reads_the_condition_in_its_own_words() -> None:
    [cpic, _dpwg] = cards(report("usual"))["omeprazole"].opinions
    assert (
        cpic.advice
        == "increase dose (only for H. pylori infection or erosive oesophagitis; otherwise: standard dose)"
    )


def test_advice_kept_from_before_conditions_were_known_still_composes() -> None:
    assert advised(guidance(action="reduce_dose")).status == Status.TAKE_CARE


def test_atazanavir_speaks_of_yellow_eyes_and_skin_and_of_how_many() -> None:
    card = cards(report("slow"))["atazanavir"]
    assert card.headline == "Atazanavir may make your eyes and skin yellow"
    assert "Of 100 people with this result, 20 to 60 stop it because of that." in card.why


def test_no_result_of_a_gene_that_still_works_in_part_is_told_as_none() -> None:
    for gene in ("CYP2B6", "CYP2C9", "CYP3A4", "UGT1A1"):
        entry = load("en").entry("phenotypes", f"{gene}/Poor Metabolizer")
        assert not any("none of its job" in text or "switch on" in text for text in entry.sentences())


@pytest.mark.parametrize(
    ("row", "open_questions"),
    [
        (guidance(genes=["CYP2C19", "CYP2D6"], caveats=["other_gene_not_tested"]), ()),
        (guidance(genes=["CYP2C19", "CYP2D6"], lookup={"CYP2C19": "Normal Metabolizer", "CYP2D6": "No Result"}), ()),
        (guidance(), (unanswered(),)),
        (guidance(), (unanswered(reason="no_per_genotype_row", missing_genes=[]),)),
    ],
)
def test_usual_is_not_told_while_part_of_the_answer_is_missing(
    row: dict[str, Any], open_questions: tuple[dict[str, Any], ...]
) -> None:
    assert advised(row, open_questions=open_questions).status == Status.NOT_KNOWN


def test_usual_is_not_told_for_a_gene_with_a_change_no_list_explains() -> None:
    found = interpretation("nothing_found")
    found["genes"]["CYP2C19"]["caveats"] = ["undocumented_variant"]
    found["guidance"], found["unanswered"] = [guidance()], []
    card = cards(report(found))["omeprazole"]
    assert card.status == Status.NOT_KNOWN
    assert "CYP2C19" in card.why


def test_a_warning_stands_even_when_part_of_the_answer_is_missing() -> None:
    card = advised(guidance(action="avoid", caveats=["other_gene_not_tested"], genes=["CYP2C19", "CYP2D6"]))
    assert card.status == Status.ASK_ABOUT_ANOTHER
    assert any("CYP2D6" in line for line in card.keep_in_mind)


def test_two_groups_that_differ_are_both_told_and_the_more_careful_one_is_shown() -> None:
    card = advised(guidance(), guidance(source="DPWG", action="reduce_dose", classification="N/A"))
    told = " ".join(card.differ)
    assert card.status == Status.TAKE_CARE
    assert "CPIC" in told and "usual" in told and "DPWG" in told and "take care" in told


def test_two_groups_that_agree_are_not_said_to_differ() -> None:
    assert advised(guidance(), guidance(source="DPWG")).differ == ()


def test_advice_for_one_use_only_says_for_which_use() -> None:
    card = advised(
        guidance(population="CVI ACS PCI", action="avoid"),
        guidance(population="NVI", action="no_recommendation", classification="No recommendation"),
    )
    assert [line.word for line in card.populations] == ["Ask about another medicine", "Not known"]
    assert all(line.label.startswith("If you take it for") for line in card.populations)


def test_advice_that_has_no_code_is_never_guessed() -> None:
    card = advised(guidance(action="", caveats=["action_not_coded"]))
    assert card.status == Status.NOT_KNOWN
    assert "cannot put in plain words" in card.why


def test_doses_of_the_source_are_never_shown() -> None:
    dose = {"percent": "43", "fold": "17", "note": "61.5 mg"}
    document = json.dumps(report_with(guidance(action="reduce_dose", dose=dose)).to_json())
    assert "61.5" not in document and "43%" not in document and "17" not in document.split("omeprazole", 1)[1][:400]


def report_with(*rows: dict[str, Any]) -> Document:
    found = interpretation("nothing_found")
    found["guidance"], found["unanswered"] = list(rows), []
    return report(found)


# -- the whole report


@pytest.mark.parametrize("person", PEOPLE)
def test_cards_come_in_order_of_care(person: str) -> None:
    document = report(person)
    assert [group.status for group in document.groups] == list(CARE)
    assert all(card.status == group.status for group in document.groups for card in group.cards)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_counts_add_up_and_the_figure_tells_the_same_numbers(person: str) -> None:
    document = report(person)
    for count, group in zip(document.glance.counts, document.groups, strict=True):
        assert count.number == len(group.cards)
        assert f"{count.number} {count.label}." in document.glance.counts_figure
    assert f"{len(cards(document))} medicines in all" in document.glance.counts_figure


def test_the_strongest_advice_leads_what_matters_most() -> None:
    document = report("rosa")
    assert document.glance.matters[0].headline == "Clopidogrel may not work well for you"
    assert len(document.glance.matters) <= 3


@pytest.mark.parametrize("person", PEOPLE)
def test_what_was_not_tested_is_said_gene_by_gene(person: str) -> None:
    found, document = interpretation(person), report(person)
    assert [line.label for line in document.not_tested.genes] == sorted(found["not_covered"])
    first = " ".join(document.glance.not_looked)
    assert all(gene in first for gene in found["not_covered"])


def test_nothing_tested_is_not_told_as_nothing_found() -> None:
    document = report("nothing_tested")
    assert [len(group.cards) for group in document.groups][:-1] == [0, 0, 0, 0]
    assert "That does not mean all is well." in document.glance.matters_text
    assert all("could not read enough" in gene.plain for gene in document.genes.genes)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_first_page_says_what_it_does_not_mean(person: str) -> None:
    document = report(person)
    told, found = " ".join(document.glance.not_means), {group.status: group.cards for group in document.groups}
    serious = found[Status.ASK_ABOUT_ANOTHER] or found[Status.TAKE_CARE]
    assert "ill" in told
    assert ("It does not tell you to stop a medicine." in told) == bool(serious)
    assert ("It does not mean that each medicine will suit you." in told) == (not serious)
    assert ("Not known" in told) == bool(found[Status.NOT_KNOWN])
    assert ASK_FIRST in document.glance.do


def test_nothing_tested_says_at_once_that_too_little_was_read() -> None:
    assert report("nothing_tested").glance.counts_title.startswith("We could read too little of your genes.")
    assert report("usual").glance.counts_title.startswith("We looked at your genes")


def test_the_dates_of_facts_are_spelled_in_the_language_of_the_report() -> None:
    sources = report("rosa", language="es").sources
    told = " ".join((sources.knowledge, *(source.dates for source in sources.sources)))
    assert re.search(r"\(fecha de los datos: \w+ de \d{4} a 2026\)", told)
    assert "February" not in told and " to 2026" not in told and "facts as of" not in told


def test_a_persons_own_file_says_first_that_it_is_not_a_medical_test() -> None:
    assert report(origin="patient").consumer[0] == "This is not a medical test. Confirm before acting."
    assert report(origin="laboratory").consumer == ()


@pytest.mark.parametrize("origin", ["patient", "laboratory"])
def test_a_home_test_is_called_one_whoever_sent_it_and_has_to_be_confirmed(origin: str) -> None:
    found = interpretation("nothing_found")
    found["caveats"] = ["consumer_array"]
    document = report(found, origin=origin)
    assert document.consumer[0] == "This is not a medical test. Confirm before acting."
    assert "home test" in document.consumer[1]
    assert document.next_steps.items[0] == report(origin="patient").next_steps.items[0]
    assert document.glance.do[0] == report(origin="patient").glance.do[0]


def test_each_hard_word_is_explained_where_it_is_read_first_and_once() -> None:
    document = report("rosa")
    told = list(spoken(document))
    # What the groups say in detail is folded away twice, and not on paper.
    detail = {text for group in document.groups for card in group.cards for text in spoken(card.opinions)}
    first = next(text for text in told if "guide" in text and text not in detail)
    assert "guide (advice written by a group of experts)" in first or "guides (advice" in first
    assert sum("(advice written by a group of experts)" in text for text in told) == 1
    assert not any("[[" in text for text in told)


def test_every_explained_word_is_listed() -> None:
    document = report("rosa")
    listed = {term.word for term in document.glossary.terms}
    assert {"gene", "guide", "care team", "side effect"} <= listed


def test_sources_carry_their_dates_and_terms_and_the_release_of_knowledge_is_named() -> None:
    document = report("rosa")
    assert all(source.dates and source.licence for source in document.sources.sources)
    assert interpretation("rosa")["knowledge"]["id"] in document.sources.knowledge
    assert "No doctor has reviewed those one by one yet." in document.sources.reviewed
    assert "grade" in document.sources.reading


def test_the_clinic_to_call_is_on_the_first_page() -> None:
    told = " ".join(report(ordered=Order(call_name="Riverside Clinic", call_phone="01 23 45")).glance.call)
    assert "Riverside Clinic" in told and "01\xa023\xa045" in told, "a number is never cut over two lines"


# -- the same every time


@pytest.mark.parametrize("person", PEOPLE)
def test_the_order_of_the_engines_rows_changes_nothing(person: str) -> None:
    found, again = interpretation(person), interpretation(person)
    shuffle = random.Random(7)
    shuffle.shuffle(again["guidance"])
    shuffle.shuffle(again["unanswered"])
    again["genes"] = dict(sorted(again["genes"].items(), reverse=True))
    assert report(again).content_hash == report(found).content_hash


def test_any_change_of_content_changes_the_hash() -> None:
    hashes = {
        report().content_hash,
        report(made_up=False).content_hash,
        report(person=Person("Somebody Else")).content_hash,
        report(notes=(note(),)).content_hash,
        report(signature=SIGNATURE).content_hash,
        report("quick").content_hash,
    }
    assert len(hashes) == 6


def test_a_stored_document_keeps_its_hash() -> None:
    document = report()
    assert content_hash(json.loads(json.dumps(document.to_json()))) == document.content_hash


def test_signing_adds_notes_and_name_and_changes_no_other_word() -> None:
    notes = (note("Bring this to your visit."), note(about="clopidogrel"))
    final = signed(report().to_json(), notes, SIGNATURE)
    assert final == report(notes=notes, signature=SIGNATURE).to_json()


def test_an_unsigned_report_says_it_is_a_draft_and_a_signed_one_who_checked_it() -> None:
    assert report().draft
    final = report(signature=SIGNATURE)
    assert final.draft == ""
    assert any(fact.code == "checked_by" and "Dr Sam Reed" in fact.value for fact in final.glance.facts)


def test_what_people_type_is_never_read_as_our_own_marks() -> None:
    odd = "[[gene]] {drug} {{ 7 }} <b>"
    document = report(person=Person(odd), notes=(note(odd), note(odd, about="clopidogrel")))
    assert document.person == odd
    assert document.notes[0].text == odd
    assert cards(document)["clopidogrel"].notes[0].text == odd


def test_a_gene_that_cannot_be_usual_is_a_reason_to_take_care() -> None:
    """SLCO1B1 read in part: every pair that fits holds a *5 or *15, so no result could be the usual one."""
    found = interpretation("rosa")
    gene = found["genes"]["SLCO1B1"]
    gene["phenotype"] = dict.fromkeys(gene["phenotype"])
    gene["possible_phenotypes"] = {key: ["Decreased Function", "Indeterminate"] for key in gene["phenotype"]}
    found["guidance"] = [row for row in found["guidance"] if row["drug"] != "simvastatin"]
    found["unanswered"].append(
        {
            "drug": "simvastatin",
            "rxnorm": "36567",
            "atc": [],
            "source": "DPWG",
            "genes": ["SLCO1B1"],
            "missing_genes": ["SLCO1B1"],
            "reason": "phenotype_not_stated",
            "possible_actions": ["consider_alternative"],
        }
    )
    (card,) = [card for group in report(found).groups for card in group.cards if card.drug == "simvastatin"]
    assert card.status == "take_care" and card.headline == "Ask before you take simvastatin"

    gene["possible_phenotypes"] = {key: ["Decreased Function", "Normal Function"] for key in gene["phenotype"]}
    (card,) = [card for group in report(found).groups for card in group.cards if card.drug == "simvastatin"]
    assert card.status == "not_known"


# -- what an unknown part does to the rest


@pytest.mark.parametrize(
    ("drug", "genes", "lookup"),
    [
        ("fluvastatin", ["CYP2C9", "SLCO1B1"], {"CYP2C9": "n/a", "SLCO1B1": "Normal Function"}),
        ("rosuvastatin", ["ABCG2", "SLCO1B1"], {"ABCG2": "Normal Function", "SLCO1B1": "Indeterminate"}),
        ("sertraline", ["CYP2B6", "CYP2C19"], {"CYP2B6": "Indeterminate", "CYP2C19": "Normal Metabolizer"}),
    ],
)
def test_a_result_nobody_can_explain_is_never_told_as_usual(
    drug: str, genes: list[str], lookup: dict[str, str]
) -> None:
    found = interpretation("nothing_found")
    found["guidance"], found["unanswered"] = [guidance(drug=drug, genes=genes, lookup=lookup)], []
    card = cards(report(found))[drug]
    unexplained = next(gene for gene, key in lookup.items() if key in ("n/a", "Indeterminate"))
    assert card.status == Status.NOT_KNOWN
    assert unexplained in card.why


def test_a_guide_that_is_silent_takes_nothing_from_one_that_speaks() -> None:
    silent = unanswered(reason="no_row_for_result", missing_genes=[])
    assert advised(guidance(), open_questions=(silent,)).status == Status.USUAL


def test_usual_for_some_uses_only_is_not_told_as_usual() -> None:
    card = advised(
        guidance(population="CVI ACS PCI"),
        guidance(population="NVI", action="no_recommendation", classification="No recommendation"),
    )
    assert card.status == Status.NOT_KNOWN
    assert card.why.startswith("For some uses,")
    assert [line.word for line in card.populations] == ["Usual", "Not known"]


def test_a_use_that_is_not_known_does_not_name_the_usual_dose() -> None:
    lookup = {"CYP2C9": "1.5", "HLA-B": "No Result"}
    cpic = guidance(drug="phenytoin", genes=["CYP2C9", "HLA-B"], lookup=lookup, population="PHT naive")
    dpwg = guidance(drug="phenytoin", source="DPWG", action="reduce_dose")
    found = interpretation("nothing_found")
    found["guidance"], found["unanswered"] = [cpic, dpwg], []
    [line] = cards(report(found))["phenytoin"].populations
    assert line.word == "Not known"
    assert "usual dose" not in line.says and "HLA-B" in line.says


def test_more_muscle_harm_in_high_doses_is_told_beside_the_usual_plan() -> None:
    found = interpretation("nothing_found")
    found["guidance"] = [guidance(drug="pravastatin", when=["high_dose_raises_muscle_risk"])]
    found["unanswered"] = []
    card = cards(report(found))["pravastatin"]
    assert card.status == Status.USUAL
    assert any("high doses" in line and "muscles" in line for line in card.keep_in_mind)


@pytest.mark.parametrize(
    ("drug", "harm"),
    [("azathioprine", "blood cells"), ("warfarin", "bleed"), ("simvastatin", "muscles"), ("irinotecan", "severe")],
)
def test_a_grave_harm_is_named_and_not_told_as_side_effects(drug: str, harm: str) -> None:
    found = interpretation("rosa")
    found["guidance"] = [guidance(drug=drug, action="reduce_dose", lookup={"CYP2C19": "Poor Metabolizer"})]
    found["unanswered"] = []
    assert harm in cards(report(found))[drug].why


def test_a_group_that_speaks_for_some_only_is_not_said_to_speak_for_all() -> None:
    some = guidance(source="DPWG", action="avoid", when=["stent_stroke_or_tia"], otherwise="no_action_required")
    card = advised(guidance(), some)
    assert any("DPWG" in line and "but not for all" in line for line in card.differ)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2024-02", "February 2024"),
        ("2026", "2026"),
        ("2025-11-05", "5 November 2025"),
        ("2024-02/2026", "February 2024 to 2026"),
        ("not stated", "not stated"),
    ],
)
def test_dates_of_facts_are_told_in_words_and_never_more_exactly_than_they_are_known(given: str, told: str) -> None:
    assert spelled_date(given, load("en")) == told


@pytest.mark.parametrize("person", PEOPLE)
def test_a_report_writes_its_dates_in_one_way(person: str) -> None:
    assert not re.search(r"\b20\d\d-\d\d\b", json.dumps(report(person).to_json()))


# -- what the care team reads beside the draft


@pytest.mark.parametrize("person", PEOPLE)
def test_the_care_team_reads_words_and_never_bare_codes(person: str) -> None:
    laid_out = evidence(interpretation(person), report(person).to_json())
    for medicine in laid_out.medicines:
        for line in medicine.advice:
            for text in (line.says, line.population, line.rests_on, line.strength, *line.caveats):
                assert "_" not in text, text
                assert not re.search(r"\b(CVI|NVI|PHT)\b|>40kg|>3mos", text), text
