"""The review page: findings beside the draft, notes with a live grade, a signature after re-authentication."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from consent.ledger.models import Decision
from portal.access.models import AccessEvent, Outcome
from portal.delivery import actions
from portal.delivery.models import SignOff
from portal.results.models import FileStatus
from tests.people import PASSWORD, allow, care, make_file, make_order
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_signing import shown


@pytest.fixture
def client(ward: Ward) -> Client:
    return signed_in(ward.clinician)


def test_findings_evidence_and_draft_are_on_one_page(ward: Ward, client: Client) -> None:
    page = client.get(address("review", ward.draft)).content.decode()
    assert "CYP2C19" in page and "*2/*2" in page
    assert "CPIC" in page and "sites tested" in page
    assert "Sign and send" in page


def test_a_counsellor_reads_along_but_is_offered_no_signature(ward: Ward) -> None:
    page = signed_in(ward.counsellor).get(address("review", ward.draft))
    assert page.status_code == 200
    assert b"Sign and send" not in page.content


@pytest.mark.parametrize("page", ["review", "draft_pdf"])
def test_a_clinician_who_does_not_care_for_the_patient_finds_nothing(ward: Ward, page: str) -> None:
    assert signed_in(ward.stranger).get(address(page, ward.draft)).status_code == 404


@pytest.mark.parametrize("act", ["note", "grade", "sign"])
def test_acts_are_sent_never_followed_as_links(ward: Ward, client: Client, act: str) -> None:
    assert client.get(address(act, ward.draft)).status_code == 405


def test_a_note_is_saved_changed_and_removed(ward: Ward, client: Client) -> None:
    where = address("note", ward.draft)
    client.post(where, {"about": "-", "text": "We talk on Monday."})
    assert "We talk on Monday." in client.get(address("review", ward.draft)).content.decode()
    client.post(where, {"about": "-", "text": "We talk on Friday."})
    assert [note.text for note in ward.draft.annotations.all()] == ["We talk on Friday."]
    client.post(where, {"about": "", "remove": "yes"})
    assert not ward.draft.annotations.exists()


def test_the_draft_shows_each_note_where_the_patient_will_find_it(ward: Ward, client: Client) -> None:
    client.post(address("note", ward.draft), {"about": "clopidogrel", "text": "Tell each doctor you see about it."})
    answer = client.get(address("review", ward.draft))
    cards = [card for group in answer.context["document"]["groups"] for card in group["cards"]]
    noted = {card["drug"]: [note["text"] for note in card["notes"]] for card in cards if card["notes"]}
    assert noted == {"clopidogrel": ["Tell each doctor you see about it."]}
    assert answer.context["document"]["draft"]
    assert b"Dr Amina Okafor" in answer.content


def test_an_empty_note_is_answered_with_what_to_do(ward: Ward, client: Client) -> None:
    answer = client.post(address("note", ward.draft), {"about": "-", "text": " "})
    assert answer.status_code == 422
    assert b"error-summary" in answer.content


def test_a_form_that_comes_back_is_a_look_at_the_findings_too(ward: Ward, client: Client) -> None:
    client.post(address("note", ward.draft), {"about": "-", "text": " "})
    looks = AccessEvent.objects.filter(actor=ward.clinician, action="read.report", outcome=Outcome.PERMIT)
    assert looks.count() == 1
    allow(ward.patient, decision=Decision.WITHDRAW)
    answer = client.post(address("note", ward.draft), {"about": "-", "text": " "})
    assert answer.status_code == 403 and b"CYP2C19" not in answer.content
    assert looks.count() == 1


def test_the_grade_of_a_note_is_told_while_typing(ward: Ward, client: Client) -> None:
    where = address("grade", ward.draft)
    easy = client.post(where, {"text": "Take this pill at night. Call me if you feel ill. I am here to help you."})
    hard = client.post(where, {"text": "Pharmacogenomic considerations necessitate therapeutic reconsideration."})
    assert b"Easy to read" in easy.content
    assert b"Hard to read" in hard.content


def test_signing_asks_who_you_are_and_then_signs_what_you_saw(ward: Ward, client: Client) -> None:
    sent = {"shown": shown(ward.draft), "checked": "on"}
    answer = client.post(address("sign", ward.draft), sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not SignOff.objects.exists()
    client.post(answer["Location"], {"password": PASSWORD})
    assert SignOff.objects.get().shown_hash == sent["shown"]


def test_a_wrong_password_signs_nothing(ward: Ward, client: Client) -> None:
    sent = {"shown": shown(ward.draft), "checked": "on"}
    answer = client.post(address("sign", ward.draft), sent)
    client.post(answer["Location"], {"password": "not my password"})
    assert not SignOff.objects.exists()


def test_a_draft_that_changed_meanwhile_is_shown_again_with_a_sentence(ward: Ward, client: Client) -> None:
    sent = {"shown": shown(ward.draft), "checked": "on"}
    client.post(address("note", ward.draft), {"about": "-", "text": "One more thing."})
    answer = client.post(address("sign", ward.draft), sent)
    answer = client.post(answer["Location"], {"password": PASSWORD}, follow=True)
    assert b"has changed since you opened the page" in answer.content
    assert not SignOff.objects.exists()


def test_the_box_must_be_ticked_before_anybody_is_asked_for_a_password(ward: Ward, client: Client) -> None:
    answer = client.post(address("sign", ward.draft), {"shown": shown(ward.draft)})
    assert answer["Location"] == address("review", ward.draft) + "?refused=not_checked#sign"
    page = client.get(answer["Location"]).content.decode()
    assert page.count("Tick the box to say that you have checked the draft.") == 2  # in the summary, and at the box
    assert not SignOff.objects.exists()


def test_a_form_that_came_back_signs_what_it_shows_now(ward: Ward, client: Client) -> None:
    answer = client.post(address("sign", ward.draft), {"shown": "0" * 64})
    again = client.get(answer["Location"]).context["sign_form"]["shown"].value()
    assert again == shown(ward.draft)


def test_after_the_password_one_is_back_on_the_review_page(ward: Ward, client: Client) -> None:
    answer = client.post(address("sign", ward.draft), {"shown": shown(ward.draft), "checked": "on"})
    done = client.post(answer["Location"], {"password": PASSWORD})
    assert done["Location"] == address("review", ward.draft)


def test_a_colleagues_note_is_shown_and_not_offered_for_change(ward: Ward, client: Client) -> None:
    care(ward.stranger, ward.patient)
    actions.annotate(ward.stranger, ward.draft, "", "Bring your list.")
    page = client.get(address("review", ward.draft))
    assert b"Bring your list." in page.content and b"Dr James Reid" in page.content
    assert b'name="remove"' not in page.content
    assert page.context["note_form"]["text"].value() == ""


def test_the_draft_on_paper_is_marked_as_a_draft(ward: Ward, client: Client) -> None:
    answer = client.get(address("draft_pdf", ward.draft))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_file_on_hold_for_the_same_order_is_said_at_the_top(ward: Ward, client: Client) -> None:
    assert b"is on hold" not in client.get(address("review", ward.draft)).content
    other = make_order(ward.patient, ward.laboratory, ward.clinician)
    make_file(ward.patient, ward.laboratory_user, other, status=FileStatus.HELD)
    assert b"is on hold" not in client.get(address("review", ward.draft)).content, "that one answers another question"
    held = make_file(ward.patient, ward.laboratory_user, ward.order, status=FileStatus.HELD)
    page = client.get(address("review", ward.draft)).content.decode()
    assert "Another file for this order is on hold" in page
    assert page.index(reverse("results:file", args=[held.pk])) < page.index('id="findings"')
