"""A report opens when its patient wants it: at once, on a day, together, or when they ask; holds end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.models import CounsellorTask, Guardianship, TaskKind
from consent.ledger.models import Decision
from portal.access.decide import Denied, decide
from portal.access.models import NoticeOwed
from portal.access.notices import send_owed
from portal.delivery import actions, queries, releasing
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import has_grave_findings
from portal.delivery.models import Hold, HoldReason, Release, ResultKind
from portal.delivery.release_state import LONGEST_HOLD, Choice, WaitsFor
from portal.home.queries import Task, patient_home
from portal.home.work.queue import work_queue
from portal.people.models import Role, User
from portal.reports.models import Report
from tests.people import allow, help_with, make_user
from tests.portal.delivery.conftest import Ward

DAY = timedelta(days=1)


def choose(ward: Ward, choice: Choice, days: int | None = None) -> None:
    on = timezone.localdate() + days * DAY if days is not None else None
    releasing.choose(ward.account, ward.patient, ResultKind.MEDICINES, choice, on)


def signed(ward: Ward) -> Report:
    ward.draft.refresh_from_db()
    actions.sign(ward.clinician, ward.draft, actions.shown_hash(ward.draft, []))
    return Report.objects.get(pk=ward.draft.pk)


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def readable(ward: Ward, report: Report) -> bool:
    """By the page, by the list and by the decision alike."""
    page = client(ward.account).get(reverse("delivery:report", args=[report.pk])).status_code
    listed = queries.reports_for_patient(ward.account).filter(pk=report.pk).exists()
    allowed = decide(ward.account, "read.report", Report.objects.get(pk=report.pk)).permitted
    assert (page == 200) == listed == allowed
    return listed


@pytest.mark.parametrize("choice", [Choice.ON_DATE, Choice.WITH_COUNSELLOR, Choice.WHEN_I_ASK])
def test_a_report_waits_as_the_patient_chose_and_is_never_lost(ward: Ward, choice: Choice) -> None:
    choose(ward, choice, 30 if choice is Choice.ON_DATE else None)
    report = signed(ward)
    assert not readable(ward, report)
    home = patient_home(ward.account)
    assert home is not None and home.task is Task.REPORT_WAITS
    page = client(ward.account).get(reverse("delivery:when")).content.decode()
    assert "Dr Amina Okafor signed it" in page, "a person is named"
    assert "CYP2C19" not in page and "clopidogrel" not in page, "nothing of it is told"
    assert not [row for row in work_queue(ward.clinician) if row.kind.code == "not_read"], "it is not overdue either"


def test_the_patient_opens_it_after_all(ward: Ward) -> None:
    choose(ward, Choice.WHEN_I_ASK)
    report = signed(ward)
    answer = client(ward.account).post(reverse("delivery:open", args=[report.pk]))
    assert answer.status_code == 302 and answer.url == reverse("delivery:report", args=[report.pk])
    assert readable(ward, report)


def test_a_change_counts_at_once_both_ways_until_it_was_read(ward: Ward) -> None:
    report = signed(ward)
    assert Release.objects.get(report=report).at is not None
    choose(ward, Choice.WHEN_I_ASK)
    assert not readable(ward, report)
    choose(ward, Choice.NOW)
    assert readable(ward, report), "and now it has been read"
    choose(ward, Choice.WHEN_I_ASK)
    assert readable(ward, report), "what was read stays open"


def test_a_new_choice_takes_back_what_was_asked_for_before(ward: Ward) -> None:
    choose(ward, Choice.WHEN_I_ASK)
    report = signed(ward)
    releasing.open_now(ward.account, report)
    choose(ward, Choice.ON_DATE, 10)
    assert not readable(ward, report)


def test_opening_together_is_somebodys_task_until_it_is_done(ward: Ward) -> None:
    choose(ward, Choice.WITH_COUNSELLOR)
    report = signed(ward)
    task = CounsellorTask.objects.get(settled_at=None)
    assert (task.kind, task.counsellor) == (TaskKind.OPEN_TOGETHER, ward.counsellor)
    assert "open a result together" in client(ward.counsellor).get(reverse("consent:desk")).content.decode()
    client(ward.counsellor).post(reverse("delivery:open", args=[report.pk]))
    assert readable(ward, report)
    assert not CounsellorTask.objects.filter(settled_at=None).exists()


@pytest.mark.parametrize("choice", [Choice.ON_DATE, Choice.WHEN_I_ASK])
def test_an_important_result_that_is_put_off_goes_to_a_counsellor(ward: Ward, choice: Choice) -> None:
    choose(ward, choice, 30 if choice is Choice.ON_DATE else None)
    report = signed(ward)
    assert has_grave_findings(report)
    assert CounsellorTask.objects.get(settled_at=None).kind == TaskKind.RESULT_WAITS


def test_a_result_that_is_not_urgent_waits_without_a_call(ward: Ward) -> None:
    interpretation = ward.draft.interpretation
    interpretation.result = {**interpretation.result, "guidance": []}
    assert not has_grave_findings(ward.draft)


def test_the_team_opens_only_what_the_patient_wants_to_open_together(ward: Ward) -> None:
    choose(ward, Choice.WHEN_I_ASK)
    report = signed(ward)
    with pytest.raises(DeliveryRefused) as refused:
        releasing.open_now(ward.counsellor, report)
    assert refused.value.refusal is Refusal.NOT_THEIRS_TO_OPEN
    with pytest.raises(Denied):
        releasing.open_now(ward.stranger, report)
    assert not readable(ward, report)


def test_a_hold_is_told_with_its_reason_and_end_and_asking_does_not_pass_it(ward: Ward) -> None:
    until = timezone.localdate() + 3 * DAY
    releasing.hold(ward.clinician, ward.draft, HoldReason.TALK_FIRST, until)
    report = signed(ward)
    assert not readable(ward, report)
    (waits,) = queries.waiting(ward.account)
    assert waits.state.waits_for is WaitsFor.HOLD
    page = client(ward.account).get(reverse("delivery:when")).content.decode()
    assert (
        "wants to talk with you first" in page and "ends on" in page and "Dr Amina Okafor asked for the stop" in page
    )
    assert not releasing.open_now(ward.account, report).is_open
    releasing.lift(ward.clinician, report)
    assert readable(ward, report)


def test_a_hold_ends_by_itself_and_cannot_be_renewed_for_ever(ward: Ward) -> None:
    with pytest.raises(DeliveryRefused):
        releasing.hold(ward.clinician, ward.draft, HoldReason.TALK_FIRST, timezone.localdate() + 60 * DAY)
    releasing.hold(ward.clinician, ward.draft, HoldReason.TALK_FIRST, timezone.localdate() + 10 * DAY)
    report = signed(ward)
    Hold.objects.update(until=timezone.now() + 900 * DAY)
    release = Release.objects.get(report=report)
    releasing.reckon(release)
    assert release.at is not None and report.signed_at is not None
    assert release.at <= report.signed_at + LONGEST_HOLD


def test_what_is_open_cannot_be_held_back(ward: Ward) -> None:
    report = signed(ward)
    with pytest.raises(DeliveryRefused) as refused:
        releasing.hold(ward.clinician, report, HoldReason.SECOND_LOOK, timezone.localdate())
    assert refused.value.refusal is Refusal.OPEN_ALREADY


def test_without_a_yes_not_even_the_waiting_is_told(ward: Ward) -> None:
    choose(ward, Choice.WHEN_I_ASK)
    signed(ward)
    allow(ward.patient, decision=Decision.WITHDRAW)
    assert queries.waiting(ward.account) == [] == queries.waiting(ward.clinician)


def test_mail_comes_when_it_opens_once_and_says_nothing_about_health(ward: Ward) -> None:
    allow(ward.patient, "contact.email")
    choose(ward, Choice.WHEN_I_ASK)
    report = signed(ward)
    releasing.tell_of_open_reports()
    assert not NoticeOwed.objects.exists()
    releasing.open_now(ward.account, report)
    releasing.tell_of_open_reports()
    releasing.tell_of_open_reports()
    assert send_owed() == 1
    (letter,) = mail.outbox
    assert "Sign in to" in letter.body
    for word in ("report", "result", "gene", "medicine"):
        assert word not in (letter.subject + letter.body).lower()


def test_the_pages_save_refuse_and_keep_what_was_typed(ward: Ward) -> None:
    page = client(ward.account)
    sent = {"kind": "medicines", "medicines-choice": "on_date", "medicines-on": ""}
    assert "Choose the day." in page.post(reverse("delivery:when"), sent).content.decode()
    assert page.post(reverse("delivery:when"), {**sent, "medicines-choice": "when_i_ask"}).status_code == 302
    assert page.post(reverse("delivery:when"), {**sent, "kind": "else"}).status_code == 404
    assert client(ward.clinician).get(reverse("delivery:when")).status_code == 404
    staff, address = client(ward.clinician), reverse("delivery:release", args=[ward.draft.pk])
    assert staff.post(address, {"reason": "talk_first", "until": "2000-01-01"}).status_code == 422
    today = timezone.localdate().isoformat()
    assert staff.post(address, {"reason": "talk_first", "until": today}).status_code == 302
    assert "Kept back by Dr Amina Okafor" in staff.get(address).content.decode()
    assert staff.post(address, {"lift": "1"}).status_code == 302
    assert not Hold.objects.filter(lifted_at=None).exists()


def test_an_old_report_does_not_lead_to_a_new_one_that_waits(ward: Ward) -> None:
    from tests.road import made_up_file, run_jobs, send

    first = signed(ward)
    assert readable(ward, first)
    choose(ward, Choice.WHEN_I_ASK)
    file = send(ward.laboratory_user, ward.order, made_up_file("second", CYP2C19="*1/*2"))
    run_jobs("interpret", "compose")
    second = Report.objects.get(interpretation__result_file=file)
    actions.sign(ward.clinician, second, actions.shown_hash(second, []))
    page = client(ward.account).get(reverse("delivery:report", args=[first.pk])).content.decode()
    assert "no longer counts" in page and "The newest report waits for you" in page
    assert reverse("delivery:report", args=[second.pk]) not in page


def parent_of(ward: Ward) -> User:
    """Somebody who may decide for the patient, on a footing that two people have seen."""
    parent = make_user(Role.PATIENT, "Maria Alvarez")
    Guardianship.objects.create(
        patient=ward.patient,
        guardian=parent,
        capacity="attorney",
        basis="power of attorney seen",
        recorded_by=ward.counsellor,
        confirmed_by=ward.clinician,
    )
    return parent


def test_who_decides_for_a_patient_chooses_and_opens_for_them(ward: Ward) -> None:
    parent = client(parent_of(ward))
    page = reverse("delivery:when_for", args=[ward.patient.pk])
    assert page in parent.get(reverse("delivery:for:report_list", args=[ward.patient.pk])).content.decode()
    sent = {"kind": "medicines", "medicines-choice": Choice.WHEN_I_ASK.value}
    assert parent.post(page, sent).url == page
    report = signed(ward)
    assert not readable(ward, report)
    seen = parent.get(page).content.decode()
    assert "How should the results of Rosa Alvarez come?" in seen
    address = reverse("delivery:open_for", args=[ward.patient.pk, report.pk])
    assert address in seen
    assert "A report signed on" not in parent.get("/").content.decode(), "nor on the pages of the parent's own"
    opened = parent.post(address)
    assert opened.url == reverse("delivery:for:report", args=[ward.patient.pk, report.pk])
    assert parent.get(opened.url).status_code == 200
    assert readable(ward, report)


def test_a_helper_chooses_nothing(ward: Ward) -> None:
    helper = make_user(Role.PATIENT)
    help_with(ward.patient, helper, "reports", "files")
    page = reverse("delivery:when_for", args=[ward.patient.pk])
    choose(ward, Choice.WHEN_I_ASK)
    report = signed(ward)
    browser = client(helper)
    listed = browser.get(reverse("delivery:for:report_list", args=[ward.patient.pk])).content.decode()
    assert page not in listed
    for address in (page, reverse("delivery:open_for", args=[ward.patient.pk, report.pk])):
        assert browser.post(address, {"kind": "medicines", "medicines-choice": "now"}).status_code == 404
    assert not readable(ward, report)
