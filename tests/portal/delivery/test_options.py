"""What a clinician says about one medicine, leaves out or adds: the patient always reads who did it and why."""

from __future__ import annotations

from typing import Any

import pytest

from portal.delivery import actions, options
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import grave_medicines
from portal.delivery.models import NoteKind, OptionChange
from portal.reports.models import Report
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_replacing import signed


def card(report: Report, drug: str) -> dict[str, Any]:
    return next(card for group in report.document["groups"] for card in group["cards"] if card["drug"] == drug)


def mild(report: Report) -> str:
    """A medicine without a grave warning, one to take care about if there is any."""
    free = [name for name in actions.medicines(report) if name not in grave_medicines(report)]
    return next(
        (name for name in free if card(report, name)["status"] in ("ask_about_another", "take_care")), free[0]
    )


def test_a_note_on_a_medicine_says_which_way_it_points(ward: Ward) -> None:
    actions.annotate(ward.clinician, ward.draft, "clopidogrel", "your body cannot use it.", NoteKind.NOT_FOR_YOU)
    page = signed_in(ward.clinician).get(address("review", ward.draft)).content.decode()
    assert page.count("Not for you because") >= 2
    (note,) = card(signed(ward, ward.draft), "clopidogrel")["notes"]
    assert (note["lead"], note["kind"]) == ("Not for you because", "not_for_you")


@pytest.mark.parametrize(("about", "kind"), [("", "suits"), ("clopidogrel", "changed"), ("", "changed"), ("", "x")])
def test_a_kind_that_does_not_fit_the_place_is_refused(ward: Ward, about: str, kind: str) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        actions.annotate(ward.clinician, ward.draft, about, "A note.", kind)
    assert refused.value.refusal is Refusal.WRONG_KIND
    sent = {"about": about or "-", "kind": kind, "text": "A note."}
    assert signed_in(ward.clinician).post(address("note", ward.draft), sent).status_code == 422


def test_advice_that_was_left_out_keeps_its_place_and_tells_why(ward: Ward) -> None:
    drug = mild(ward.draft)
    before = card(ward.draft, drug)
    options.leave_out(ward.clinician, ward.draft, drug, "not_taken", "You told me so.")
    after = card(signed(ward, ward.draft), drug)
    assert (after["status"], after["anchor"]) == (before["status"], before["anchor"])
    assert after["left_out"]["lead"].startswith("Your doctor left out the advice")
    assert "You do not take it" in after["left_out"]["text"] and "You told me so." in after["left_out"]["text"]
    assert after["left_out"]["name"] == "Dr Amina Okafor"
    assert not any(after[part] for part in ("why", "what_to_do", "opinions", "populations", "differ", "codes"))
    report = Report.objects.get(pk=ward.draft.pk)
    assert before["anchor"] not in {matter["anchor"] for matter in report.document["glance"]["matters"]}
    page = signed_in(ward.account).get(address("report", report)).content.decode()
    assert "You told me so." in page and before["what_to_do"] not in str(after)


def test_the_number_of_medicines_stays_what_it_was(ward: Ward) -> None:
    counts = ward.draft.document["glance"]["counts"]
    options.leave_out(ward.clinician, ward.draft, mild(ward.draft), "clinic")
    assert signed(ward, ward.draft).document["glance"]["counts"] == counts


def test_a_grave_warning_is_never_left_out(ward: Ward) -> None:
    assert "clopidogrel" in grave_medicines(ward.draft)
    for drug in grave_medicines(ward.draft):
        with pytest.raises(DeliveryRefused) as refused:
            options.leave_out(ward.clinician, ward.draft, drug, "talked")
        assert refused.value.refusal is Refusal.HIGH_IMPACT
    page = signed_in(ward.clinician).get(address("review", ward.draft))
    offered = {name for name, _ in page.context["leave_out_form"].fields["about"].choices}
    assert offered and not offered & set(grave_medicines(ward.draft))


def test_an_added_option_reaches_the_patient_with_the_name_of_who_added_it(ward: Ward) -> None:
    options.add_option(ward.clinician, ward.draft, "Walking", "Half an hour each day helps your heart.")
    report = signed(ward, ward.draft)
    (added,) = report.document["added"]
    assert (added["lead"], added["name"]) == ("Added by your doctor: Walking", "Dr Amina Okafor")
    page = signed_in(ward.account).get(address("report", report)).content.decode()
    assert "Half an hour each day helps your heart." in page


@pytest.mark.parametrize(
    ("act", "given", "refusal"),
    [
        (options.leave_out, ("no such medicine", "talked", ""), Refusal.UNKNOWN_MEDICINE),
        (options.leave_out, ("", "nothing", ""), Refusal.NO_REASON),
        (options.leave_out, ("", "other", " "), Refusal.NO_REASON),
        (options.add_option, ("Clopidogrel", "Take it."), Refusal.TWICE),
        (options.add_option, ("Walking", " "), Refusal.EMPTY_NOTE),
        (options.add_option, ("Walking", "a" * (actions.NOTE_LIMIT + 1)), Refusal.LONG_NOTE),
    ],
)
def test_what_cannot_stand_is_refused(ward: Ward, act: Any, given: tuple[str, ...], refusal: Refusal) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        act(ward.clinician, ward.draft, given[0] or mild(ward.draft), *given[1:])
    assert refused.value.refusal is refusal and not OptionChange.objects.exists()


def test_both_are_done_and_undone_on_the_page(ward: Ward) -> None:
    client, where, drug = signed_in(ward.clinician), address("option", ward.draft), mild(ward.draft)
    client.post(where, {"act": "left_out", "out-about": drug, "out-reason": "talked"})
    client.post(where, {"act": "added", "add-about": "Walking", "add-words": "It helps."})
    assert {(change.act, change.about) for change in OptionChange.objects.all()} == {
        ("left_out", drug),
        ("added", "Walking"),
    }
    assert client.post(where, {"act": "left_out", "out-about": drug, "out-reason": "other"}).status_code == 422
    for act, about in (("left_out", drug), ("added", "Walking")):
        client.post(where, {"act": act, "about": about, "undo": "yes"})
    assert not OptionChange.objects.exists()


def test_a_signed_report_takes_no_more_changes(ward: Ward) -> None:
    drug = mild(ward.draft)
    signed(ward, ward.draft)
    for act in (
        lambda: options.leave_out(ward.clinician, ward.draft, drug, "talked"),
        lambda: options.add_option(ward.clinician, ward.draft, "Walking", "It helps."),
        lambda: options.put_back(ward.clinician, ward.draft, "left_out", drug),
    ):
        with pytest.raises(DeliveryRefused) as refused:
            act()
        assert refused.value.refusal is Refusal.ALREADY_SIGNED


def test_a_ready_made_sentence_is_added_to_the_note_and_nothing_is_kept_yet(ward: Ward) -> None:
    sent = {"about": "clopidogrel", "kind": "careful", "text": "Listen.", "snippet": "0"}
    answer = signed_in(ward.clinician).post(address("note", ward.draft), sent)
    form = answer.context["note_form"]
    assert form["text"].value().startswith("Listen. Please do not stop")
    assert (form["about"].value(), form["kind"].value()) == ("clopidogrel", "careful")
    assert b"Reading grade" in answer.content and not ward.draft.annotations.exists()
