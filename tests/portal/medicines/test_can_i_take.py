"""“Can I take …?” answers from released reports and the person's own words alone; it refuses, it never comforts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from consent.ledger.models import Decision
from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.delivery.models import Release
from portal.medicines import actions
from portal.medicines.answering import Answer, Refusal, answer
from portal.medicines.names import find, medicines
from portal.people.models import Role
from portal.record import actions as record
from portal.record.models import BodyPart, ReactionKind, Said
from portal.record.queries import told_by
from portal.reports.models import Report, ReportStatus
from tests.people import allow, make_user
from tests.portal.delivery.conftest import Ward
from tests.portal.medicines.conftest import client

ASK_FIRST = "Do not start, stop or change a medicine before you ask."


def asked(ward: Ward, name: str = "clopidogrel") -> Answer:
    return actions.ask(ward.account, ward.patient, name, "en")


def page(ward: Ward, name: str = "clopidogrel") -> str:
    sent = client(ward.account).post(reverse("medicines:ask"), {"name": name})
    assert sent.status_code == 200
    return unescape(sent.content.decode())


def card_of(report: Report, drug: str) -> dict:
    return next(card for group in report.document["groups"] for card in group["cards"] if card["drug"] == drug)


def test_the_answer_is_the_signed_card_word_for_word(released: Ward) -> None:
    found, signed = asked(released), card_of(released.draft, "clopidogrel")
    assert found.refusal is None and [one.card for one in found.cards] == [signed]
    told = page(released)
    assert signed["status"] == "ask_about_another" and "answer-ask_about_another" in told
    for words in (signed["headline"], signed["why"], signed["what_to_do"], signed["ask_first"], ASK_FIRST):
        assert words in told
    assert "Dr Amina Okafor" in told and released.draft.knowledge_release[:12] in told


@pytest.mark.parametrize("typed", ["Clopidogrel", " clopidogrel 75 mg ", "CLOPIDOGREL", "32968", "b01ac04"])
def test_however_it_is_typed(released: Ward, typed: str) -> None:
    found = asked(released, typed)
    assert found.medicine is not None and found.medicine.code == "clopidogrel" and found.cards


def test_a_draft_says_nothing(ward: Ward) -> None:
    assert asked(ward).refusal is Refusal.NO_REPORT
    told = page(ward)
    assert "You have no report yet" in told and ASK_FIRST in told
    assert card_of(ward.draft, "clopidogrel")["headline"] not in told


def test_a_signed_report_that_waits_says_nothing(released: Ward) -> None:
    Release.objects.update(at=None)
    assert asked(released).refusal is Refusal.NOT_OPEN
    told = page(released)
    assert "not open yet" in told and card_of(released.draft, "clopidogrel")["headline"] not in told


def test_after_a_yes_is_taken_back_nothing_is_looked_at(released: Ward) -> None:
    allow(released.patient, decision=Decision.WITHDRAW)
    assert asked(released).refusal is Refusal.NO_CONSENT
    told = page(released)
    assert "Your report is closed" in told and card_of(released.draft, "clopidogrel")["headline"] not in told


@pytest.mark.parametrize("status", [ReportStatus.REPLACED, ReportStatus.WITHDRAWN, ReportStatus.DRAFT])
def test_a_report_that_does_not_count_is_not_asked(released: Ward, status: str) -> None:
    Report.objects.filter(pk=released.draft.pk).update(status=status)
    assert asked(released).refusal in (Refusal.NO_REPORT, Refusal.NOT_OPEN) and not asked(released).cards


def test_an_unknown_name_is_refused_and_a_close_one_only_offered(released: Ward) -> None:
    found = asked(released, "clopidogrell")
    assert found.refusal is Refusal.UNKNOWN_NAME and not found.cards
    assert [one.code for one in found.close] == ["clopidogrel"]
    told = page(released, "clopidogrell")
    assert "We do not know" in told and "Do you mean one of these?" in told and "answer-not_known" in told
    assert card_of(released.draft, "clopidogrel")["headline"] not in told
    assert asked(released, "moon dust").close == ()


def test_a_medicine_the_report_does_not_name_is_refused(released: Ward) -> None:
    named = {card["drug"] for group in released.draft.document["groups"] for card in group["cards"]}
    other = next(code for code in medicines("en") if code not in named)
    assert asked(released, other).refusal is Refusal.NOT_COVERED
    assert "That does not mean yes and it does not mean no." in page(released, other)


def test_what_is_not_known_keeps_its_shape(released: Ward) -> None:
    unknown = next(
        card
        for group in released.draft.document["groups"]
        for card in group["cards"]
        if card["status"] == "not_known"
    )
    told = page(released, unknown["drug"])
    assert "answer-not_known" in told and "answer-usual" not in told and unknown["why"] in told


def test_advice_a_clinician_left_out_stays_left_out(released: Ward) -> None:
    card = card_of(released.draft, "clopidogrel")
    card["left_out"] = {"text": "You do not take it.", "name": "Dr A", "date": "today", "lead": "", "kind": ""}
    told = render_to_string(
        "medicines/_answer.html",
        {"answer": answer("x", medicines("en")["clopidogrel"], told_by(released.patient), reports=[released.draft])},
    )
    assert "You do not take it." in told and card["what_to_do"] not in told


def test_what_harmed_before_is_said_first(released: Ward) -> None:
    record.note_reaction(
        released.account,
        released.patient,
        ReactionKind.ALLERGY,
        "Clopidogrel 75 mg",
        "a rash",
        code=find("Clopidogrel 75 mg"),
    )
    told = page(released)
    assert told.index("You told us that you are allergic to clopidogrel.") < told.index("answer-card")
    assert "What happened: a rash." in told
    # It is said as well where nothing else can be: no report, an unknown name.
    record.note_reaction(
        released.account, released.patient, ReactionKind.REACTION, "Moon dust", code=find("Moon dust")
    )
    assert "harmed you before" in page(released, "moon  DUST")
    assert "You wrote down 1 other allergy" in page(released, "moon dust")


def test_the_body_is_told_of_and_never_judged(released: Ward) -> None:
    record.tell_about_body(
        released.account, released.patient, {BodyPart.PREGNANCY: Said.YES, BodyPart.KIDNEYS: Said.DO_NOT_KNOW}
    )
    told = page(released)
    assert "You told us that you are pregnant." in told
    assert "you do not know how well your kidneys work" in told
    assert "You did not tell us how well your liver works." in told
    before = asked(released)
    record.tell_about_body(released.account, released.patient, {BodyPart.PREGNANCY: Said.NO})
    after = asked(released)
    assert before.cards[0].card == after.cards[0].card, "no source, no verdict"
    assert [row.part for row in after.to_tell] == ["kidneys", "liver"]


def test_other_medicines_are_said_not_to_be_counted(released: Ward) -> None:
    record.list_medicine(released.account, released.patient, "omeprazole", find("omeprazole"))
    record.list_medicine(released.account, released.patient, "my green drops", find("my green drops"))
    told = page(released)
    assert "You take 2 other medicines. We did not check how they act together." in told
    assert "This medicine is on your list." in page(released, "omeprazole")


def test_no_answer_calls_anything_safe(released: Ward) -> None:
    """Every medicine of our facts, with and without a report: no comfort of our own, and always "ask first"."""
    told = told_by(released.patient)
    for reports in ([released.draft], []):
        for medicine in medicines("en").values():
            shown = unescape(
                render_to_string(
                    "medicines/_answer.html", {"answer": answer(medicine.name, medicine, told, reports=reports)}
                )
            )
            assert not re.search(r"\b(safe|safely|harmless|no risk|fine to take)\b", shown, re.I), medicine
            assert ASK_FIRST in shown and "did not check how they act together" in shown


def test_two_reports_that_differ_are_both_told_the_serious_one_first(released: Ward) -> None:
    milder = Report(pk=None, patient=released.patient, document=_with_status(released.draft, "usual"))
    found = answer(
        "clopidogrel",
        medicines("en")["clopidogrel"],
        told_by(released.patient),
        reports=[milder, released.draft],
    )
    assert [one.status for one in found.cards] == ["ask_about_another", "usual"] and found.differ


def test_a_status_nobody_knows_is_not_known(released: Ward) -> None:
    odd = Report(pk=None, patient=released.patient, document=_with_status(released.draft, "splendid"))
    found = answer("x", medicines("en")["clopidogrel"], told_by(released.patient), reports=[odd])
    assert found.cards[0].status == "not_known"


def _with_status(report: Report, status: str) -> dict:
    card = {**card_of(report, "clopidogrel"), "status": status}
    return {**report.document, "groups": [{"cards": [card]}]}


def test_the_log_says_that_it_was_asked_and_never_what(released: Ward) -> None:
    page(released)
    page(released, "moon dust")
    events = AccessEvent.objects.filter(action="ask.listed_medicine")
    assert sorted(events.values_list("reason", flat=True)) == ["answered", "unknown_name"]
    assert all(event.patient_id == released.patient.pk for event in events)
    assert events.get(reason="answered").consent_events
    for event in AccessEvent.objects.all():
        assert "clopidogrel" not in str(event.__dict__) and "moon" not in str(event.__dict__)
    log = client(released.account).get(reverse("access:log"), {"mine": "1"}).content.decode()
    assert "asked about taking a medicine" in log


def test_nobody_else_asks(released: Ward) -> None:
    for other in (released.clinician, released.stranger, make_user(Role.PATIENT)):
        with pytest.raises(Denied):
            actions.ask(other, released.patient, "clopidogrel", "en")
        if other.role != Role.PATIENT:
            assert client(other).get(reverse("medicines:ask")).status_code == 404


def test_what_is_typed_is_kept_nowhere_and_stands_in_no_address(released: Ward) -> None:
    sent = client(released.account).post(reverse("medicines:ask"), {"name": "<b>x</b>"})
    assert sent.status_code == 200 and "<b>x</b>" not in sent.content.decode()
    assert client(released.account).post(reverse("medicines:ask"), {"name": "x" * 500}).status_code == 422
    assert client(released.account).post(reverse("medicines:ask"), {"name": "\u202e"}).status_code == 422


def test_it_speaks_spanish(released: Ward) -> None:
    found = actions.ask(released.account, released.patient, "omeprazol", "es")
    assert found.medicine is not None and (found.medicine.code, found.name) == ("omeprazole", "omeprazol")
