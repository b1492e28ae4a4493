"""After the signature: a new draft is made and signed again, or the report is taken back. People are told."""

from __future__ import annotations

import re
from io import BytesIO

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse

from consent.ledger.models import Decision
from portal.access import log
from portal.access.decide import Denied
from portal.access.models import AccessEvent, NoticeOwed
from portal.access.notices import send_owed
from portal.delivery import actions, recalling, releasing
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.models import NoteKind, ResultKind, Withdrawal
from portal.delivery.release_state import Choice
from portal.delivery.snippets import SNIPPETS
from portal.home.queries import Task, patient_home
from portal.home.work.queue import work_queue
from portal.reports.models import Report, ReportStatus
from portal.reports.readability import HIGHEST_GRADE, measure
from tests.people import allow, care
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_reading import address, signed_in
from tests.portal.delivery.test_replacing import second_draft, signed
from tests.portal.reports.pdf_text import page_texts
from tests.road import run_jobs

WHY = "We had the wrong dose in it."


@pytest.fixture
def out(ward: Ward) -> Ward:
    """The report is signed, and the patient has read it."""
    actions.annotate(ward.clinician, ward.draft, "clopidogrel", "Tell each doctor.", NoteKind.NOT_FOR_YOU)
    ward.draft = signed(ward, ward.draft)
    signed_in(ward.account).get(address("report", ward.draft))
    return ward


def took_a_copy(ward: Ward, *people: object) -> None:
    run_jobs("render")
    for person in people:
        answer = signed_in(person).get(address("pdf", ward.draft))
        assert answer.status_code == 200 and b"".join(answer.streaming_content)


def words_of(answer: object) -> str:
    """What the handed-out PDF says, without its spaces: paper has none."""
    with pikepdf.open(BytesIO(b"".join(answer.streaming_content))) as pdf:  # type: ignore[attr-defined]
        return "".join("".join(page_texts(pdf)).split())


# -- amending


def test_an_amended_report_is_a_new_draft_with_the_notes_and_the_reason(out: Ward) -> None:
    before = Report.objects.get(pk=out.draft.pk)
    draft = recalling.amend(out.clinician, out.draft, WHY)
    assert (draft.status, draft.edition, draft.interpretation_id) == ("draft", 2, out.draft.interpretation_id)
    assert {(note.about, note.kind, note.text) for note in draft.annotations.all()} == {
        ("clopidogrel", "not_for_you", "Tell each doctor."),
        ("", "changed", WHY),
    }
    after = Report.objects.get(pk=out.draft.pk)
    assert (after.status, after.content_hash, after.document) == ("signed", before.content_hash, before.document)
    assert AccessEvent.objects.filter(action="amend.report", resource_id=str(out.draft.pk)).count() == 1


def test_until_the_new_one_is_signed_the_old_one_counts(out: Ward) -> None:
    draft = recalling.amend(out.clinician, out.draft, WHY)
    page = signed_in(out.account).get(address("report", out.draft)).content.decode()
    assert "no longer counts" not in page
    assert signed_in(out.account).get(address("report", draft)).status_code == 404
    assert not NoticeOwed.objects.exists()


def test_signing_it_again_replaces_the_old_one_and_says_what_is_new(out: Ward) -> None:
    new = signed(out, recalling.amend(out.clinician, out.draft, WHY))
    old = Report.objects.get(pk=out.draft.pk)
    assert (old.status, old.replaced_by) == (ReportStatus.REPLACED, new)
    page = signed_in(out.account).get(address("report", new)).content.decode()
    assert "What is new in this report, and why" in page and WHY in page
    run_jobs("render")
    assert WHY.replace(" ", "") in words_of(signed_in(out.account).get(address("pdf", new)))


def test_a_second_press_opens_the_same_draft(out: Ward) -> None:
    first = recalling.amend(out.clinician, out.draft, WHY)
    assert recalling.amend(out.clinician, out.draft, "Something else.") == first
    assert first.annotations.count() == 2


def test_the_reason_can_still_be_put_better_before_signing(out: Ward) -> None:
    draft = recalling.amend(out.clinician, out.draft, WHY)
    actions.annotate(out.clinician, draft, "", "The dose was wrong.", NoteKind.CHANGED)
    actions.annotate(out.clinician, draft, "", "Call me.")
    assert {note.text for note in draft.annotations.filter(kind=NoteKind.CHANGED)} == {"The dose was wrong."}
    actions.remove_annotation(out.clinician, draft, "")
    assert draft.annotations.filter(kind=NoteKind.CHANGED).exists()


def test_the_patient_and_who_took_a_copy_are_told_without_a_word_on_health(out: Ward) -> None:
    took_a_copy(out, out.account, out.counsellor, out.clinician)
    signed(out, recalling.amend(out.clinician, out.draft, WHY))
    assert send_owed() == 2
    assert {letter.to[0] for letter in mail.outbox} == {out.account.email, out.counsellor.email}
    said = " ".join(letter.subject + letter.body for letter in mail.outbox)
    assert "no longer counts" in said
    for word in ("Rosa", "Alvarez", "clopidogrel", "gene", "report", WHY):
        assert word not in said
    assert send_owed() == 0


# -- taking back


def test_a_report_that_was_taken_back_shows_why_and_whom_to_ask_and_not_its_advice(out: Ward) -> None:
    recalling.withdraw(out.clinician, out.draft, "laboratory", "We ask the lab for a new test.")
    page = signed_in(out.account).get(address("report", out.draft)).content.decode()
    assert "We took this report back" in page and "The lab found a mistake in the test." in page
    assert "We ask the lab for a new test." in page and "Ask Dr Amina Okafor" in page
    assert "lopidogrel" not in page
    old = signed_in(out.account).get(address("report", out.draft) + "?old=1").content.decode()
    assert "lopidogrel" in old and "This is the old report. It no longer counts." in old


def test_it_is_marked_in_the_list_on_the_paper_and_in_its_name(out: Ward) -> None:
    run_jobs("render")
    recalling.withdraw(out.clinician, out.draft, "wrong_advice")
    client = signed_in(out.account)
    assert "Taken back: your genes" in client.get(reverse("delivery:report_list")).content.decode()
    answer = client.get(address("pdf", out.draft))
    assert "-withdrawn.pdf" in answer["Content-Disposition"]
    assert "Wetookthisreportback" in words_of(answer)
    assert "Taken back on" in signed_in(out.clinician).get(reverse("delivery:report_list")).content.decode()


def test_no_word_of_it_changes_and_it_waits_for_nobody(out: Ward) -> None:
    before = Report.objects.get(pk=out.draft.pk)
    recalling.withdraw(out.clinician, out.draft, "wrong_advice")
    after = Report.objects.get(pk=out.draft.pk)
    assert (after.document, after.content_hash) == (before.document, before.content_hash)
    assert work_queue(out.clinician) == []


def test_home_says_so_first_until_it_was_opened_and_never_offers_it_as_current(out: Ward) -> None:
    recalling.withdraw(out.clinician, out.draft, "wrong_advice")
    home = patient_home(out.account)
    assert home is not None and home.task is Task.REPORT_WITHDRAWN
    page = signed_in(out.account).get("/").content.decode()
    assert "We took a report back" in page and "Read my report" not in page
    signed_in(out.account).get(address("report", out.draft))
    assert Withdrawal.objects.get().first_read_at is not None
    assert "Read my report" not in signed_in(out.account).get("/").content.decode()


def test_everybody_with_a_copy_is_told_once_the_program_that_fetched_it_too(out: Ward) -> None:
    took_a_copy(out, out.account, out.counsellor)
    log.record(out.stranger, "read.report", out.draft, reason="api")
    recalling.withdraw(out.clinician, out.draft, "wrong_person")
    recalling.withdraw(out.clinician, out.draft, "other", "Twice.")
    assert send_owed() == 3
    assert {letter.to[0] for letter in mail.outbox} == {
        out.account.email,
        out.counsellor.email,
        out.stranger.email,
    }
    assert Withdrawal.objects.get().reason == "wrong_person"


def test_a_new_report_takes_its_place_and_the_page_leads_there(out: Ward) -> None:
    recalling.withdraw(out.clinician, out.draft, "wrong_advice")
    new = signed(out, recalling.amend(out.clinician, out.draft, WHY))
    old = Report.objects.get(pk=out.draft.pk)
    assert (old.status, old.replaced_by) == (ReportStatus.WITHDRAWN, new)
    assert address("report", new) in signed_in(out.account).get(address("report", old)).content.decode()
    home = patient_home(out.account)
    assert home is not None and (home.task, home.report) == (Task.READ_REPORT, new)


def test_a_wrong_report_is_taken_back_even_while_the_patient_says_no(out: Ward) -> None:
    allow(out.patient, decision=Decision.WITHDRAW)
    recalling.withdraw(out.clinician, out.draft, "wrong_person")
    assert Report.objects.get(pk=out.draft.pk).status == ReportStatus.WITHDRAWN


@pytest.mark.parametrize("act", ["amend", "withdraw"])
@pytest.mark.parametrize("who", ["stranger", "counsellor", "account", "laboratory_user"])
def test_only_a_clinician_of_the_patient_does_either(out: Ward, who: str, act: str) -> None:
    with pytest.raises(Denied):
        getattr(recalling, act)(getattr(out, who), out.draft, "wrong_advice")
    assert signed_in(getattr(out, who)).get(address(act, out.draft)).status_code == 404


@pytest.mark.parametrize(
    ("act", "given"), [("amend", [" "]), ("withdraw", ["nothing"]), ("withdraw", ["other", " "])]
)
def test_neither_is_done_without_a_reason(out: Ward, act: str, given: list[str]) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        getattr(recalling, act)(out.clinician, out.draft, *given)
    assert refused.value.refusal is Refusal.NO_REASON
    assert Report.objects.get(pk=out.draft.pk).status == ReportStatus.SIGNED and not NoticeOwed.objects.exists()


@pytest.mark.parametrize("act", ["amend", "withdraw"])
def test_a_draft_and_a_replaced_report_are_not_recalled(ward: Ward, act: str) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        getattr(recalling, act)(ward.clinician, ward.draft, "wrong_advice")
    assert refused.value.refusal is Refusal.NOT_SIGNED
    old = signed(ward, ward.draft)
    signed(ward, second_draft(ward))
    with pytest.raises(DeliveryRefused) as refused:
        getattr(recalling, act)(ward.clinician, old, "wrong_advice")
    assert refused.value.refusal is Refusal.REPLACED


def test_the_pages_do_what_they_say(out: Ward) -> None:
    client = signed_in(out.clinician)
    assert address("amend", out.draft) in client.get(address("review", out.draft)).content.decode()
    assert client.post(address("amend", out.draft), {"reason": ""}).status_code == 422
    answer = client.post(address("amend", out.draft), {"reason": WHY}, follow=True)
    assert WHY in answer.content.decode() and "Sign and send" in answer.content.decode()
    assert client.post(address("withdraw", out.draft), {"reason": "other", "words": ""}).status_code == 422
    answer = client.post(address("withdraw", out.draft), {"reason": "wrong_advice", "words": "Sorry."}, follow=True)
    assert "took this report back on" in answer.content.decode() and "Sorry." in answer.content.decode()


def test_an_outside_program_does_not_get_the_advice_of_a_report_that_was_taken_back(out: Ward) -> None:
    care(out.stranger, out.patient)
    recalling.withdraw(out.clinician, out.draft, "wrong_advice")
    answer = signed_in(out.account).get(reverse("api:report", args=[out.draft.pk])).json()
    assert (answer["status"], answer["document"]) == ("withdrawn", {})


def test_every_sentence_of_ours_a_patient_may_read_here_is_easy() -> None:
    reasons = [str(reason.label) for reason in Withdrawal.Reason]
    for sentence in [*map(str, SNIPPETS), *reasons]:
        assert measure([sentence]).grade <= HIGHEST_GRADE, sentence
        assert not re.search("  ", sentence)


def test_who_chose_to_wait_is_told_that_a_paper_ended_and_not_to_read_the_next(out: Ward) -> None:
    releasing.choose(out.account, out.patient, ResultKind.MEDICINES, Choice.WHEN_I_ASK)
    signed(out, recalling.amend(out.clinician, out.draft, WHY))
    assert send_owed() == 1
    (letter,) = mail.outbox
    assert "no longer counts" in letter.body and "to see when it opens" in letter.body
    assert "read it" not in letter.body
    for word in ("Rosa", "Alvarez", "clopidogrel", "gene", "report", "result", "test", WHY):
        assert word not in letter.subject + letter.body
