"""First screens: each person finds what is theirs, one thing to do first, and nothing about anybody else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.understanding import ask_to_talk
from consent.ledger.models import Decision
from portal.access.models import BreakGlass
from portal.delivery.models import Release
from portal.home.navigation import PLACES, navigation
from portal.home.queries import Task, patient_home
from portal.home.work.queue import work_queue
from portal.people.models import Patient, Role, User
from portal.reports.models import Report, ReportStatus
from portal.results.models import FileStatus, Job, JobStatus, ResultFile
from tests.people import (
    PASSWORD,
    Clinic,
    allow,
    care,
    make_clinic,
    make_file,
    make_interpretation,
    make_patient,
    make_report,
    make_user,
)


@pytest.fixture
def clinic(db: None) -> Clinic:
    made = make_clinic()
    # Every draft here is made by the test that needs one.
    Report.objects.filter(status=ReportStatus.DRAFT).delete()
    return made


def screen(user: User, address: str = "/") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def account(patient: Patient) -> User:
    assert patient.account is not None
    return patient.account


def task_of(patient: Patient) -> Task:
    home = patient_home(account(patient))
    assert home is not None
    return home.task


def add_file(patient: Patient, status: FileStatus, **fields: object) -> ResultFile:
    return make_file(patient, account(patient), status=status, **fields)


def test_a_new_patient_is_asked_first(db: None) -> None:
    patient = make_patient()
    assert task_of(patient) is Task.ANSWER_CONSENT
    assert "May we read your genes?" in screen(account(patient))


def test_a_patient_who_said_no_is_told_that_nothing_is_read(db: None) -> None:
    patient = make_patient()
    add_file(patient, FileStatus.WAITING_FOR_CONSENT)
    allow(patient, decision=Decision.DENY)
    assert task_of(patient) is Task.SAID_NO
    assert "We do not read your genes" in screen(account(patient))


@pytest.mark.parametrize(
    ("status", "task"),
    [
        (FileStatus.QUEUED, Task.WATCH_FILE),
        (FileStatus.INTERPRETING, Task.WATCH_FILE),
        (FileStatus.HELD, Task.FILE_STOPPED),
        (FileStatus.FAILED, Task.FILE_STOPPED),
        (FileStatus.INTERPRETED, Task.WAIT_FOR_REVIEW),
        (FileStatus.REFUSED, Task.NOTHING_YET),
    ],
)
def test_the_first_thing_follows_the_file(db: None, status: FileStatus, task: Task) -> None:
    patient = make_patient()
    allow(patient)
    add_file(patient, status)
    assert task_of(patient) is task
    screen(account(patient))


def test_a_new_report_comes_first_even_while_another_file_is_read(clinic: Clinic) -> None:
    add_file(clinic.ada, FileStatus.INTERPRETING)
    assert task_of(clinic.ada) is Task.READ_REPORT
    page = screen(clinic.ada_user)
    assert "Your report is ready" in page and "Dr Carla Clinician" in page


def test_a_report_that_was_read_is_offered_again(clinic: Clinic) -> None:
    clinic.release.first_read_at = timezone.now()
    clinic.release.save()
    assert task_of(clinic.ada) is Task.READ_AGAIN


def test_a_report_without_a_yes_is_not_offered(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert task_of(clinic.ada) is Task.SAID_NO


def test_a_draft_is_nowhere_on_the_patients_home(db: None) -> None:
    patient = make_patient()
    allow(patient)
    draft = make_report(make_interpretation(add_file(patient, FileStatus.INTERPRETED)))
    page = screen(account(patient))
    assert str(draft.pk) not in page
    assert "A doctor is checking your report" in page


def test_another_patients_home_shows_nothing_of_it(clinic: Clinic) -> None:
    page = screen(clinic.ben_user)
    assert str(clinic.report.pk) not in page and str(clinic.file.pk) not in page


def test_an_account_without_a_record_is_told_whom_to_ask(db: None) -> None:
    assert "no record is linked" in screen(make_user(Role.PATIENT))


def test_the_queue_lists_what_waits_most_urgent_kind_first_oldest_on_top(clinic: Clinic) -> None:
    held = add_file(clinic.ada, FileStatus.HELD)
    older = add_file(clinic.ada, FileStatus.HELD)
    ResultFile.objects.filter(pk=older.pk).update(created_at=timezone.now() - datetime.timedelta(days=2))
    add_file(clinic.ada, FileStatus.WAITING_FOR_CONSENT)
    draft = make_report(make_interpretation(add_file(clinic.ada, FileStatus.INTERPRETED)))
    rows = work_queue(clinic.clinician)
    assert [row.kind.code for row in rows] == [
        "to_review",
        "on_hold",
        "on_hold",
        "not_read",
        "waiting_for_consent",
        "older_facts",
    ]
    assert rows[0].address == reverse("delivery:review", args=[draft.pk])
    assert [row.file for row in rows[1:3]] == [older, held]


def test_the_queue_of_an_unrelated_clinician_stays_empty(clinic: Clinic) -> None:
    make_report(make_interpretation(add_file(clinic.ada, FileStatus.INTERPRETED)))
    add_file(clinic.ada, FileStatus.HELD)
    assert work_queue(clinic.other_clinician) == []
    assert "Nothing waits for you" in screen(clinic.other_clinician)


def test_a_counsellor_is_asked_to_sign_nothing(clinic: Clinic) -> None:
    make_report(make_interpretation(add_file(clinic.ada, FileStatus.INTERPRETED)))
    assert "to_review" not in [row.kind.code for row in work_queue(clinic.counsellor)]


def test_the_queue_ends_with_the_care_relationship(clinic: Clinic) -> None:
    add_file(clinic.ada, FileStatus.HELD)
    clinic.clinician.cares_for.update(until=timezone.now())
    assert work_queue(clinic.clinician) == []


def test_what_waits_too_long_is_called_overdue_in_words(clinic: Clinic) -> None:
    held = add_file(clinic.ada, FileStatus.HELD)
    assert "Overdue" not in screen(clinic.clinician)
    ResultFile.objects.filter(pk=held.pk).update(created_at=timezone.now() - datetime.timedelta(days=8))
    assert "Overdue" in screen(clinic.clinician)


def test_a_signed_report_nobody_reads_becomes_overdue(clinic: Clinic, settings: Any) -> None:
    Release.objects.update(at=timezone.now() - datetime.timedelta(days=10))
    assert "Overdue" not in screen(clinic.clinician)
    settings.DAYS_UNTIL_OVERDUE = {"review": 7, "reading": 9}
    add_file(clinic.ada, FileStatus.HELD, original_name="only-just-held.vcf")
    page = screen(clinic.clinician, "/?overdue=1")
    assert "Not read by the patient yet" in page and "only-just-held.vcf" not in page


def test_the_privacy_officer_is_told_of_an_emergency_nobody_looked_into_in_time(clinic: Clinic) -> None:
    assert "Nothing waits." in screen(clinic.privacy_officer)
    now = timezone.now()
    broken = BreakGlass.objects.create(
        patient=clinic.ada,
        member=clinic.other_clinician,
        reason="x",
        until=now,
        review_due_at=now + datetime.timedelta(hours=1),
    )
    page = screen(clinic.privacy_officer)
    assert "1 record was opened in an emergency" in page and "Overdue" not in page
    BreakGlass.objects.filter(pk=broken.pk).update(review_due_at=now - datetime.timedelta(minutes=1))
    page = screen(clinic.privacy_officer)
    assert "Overdue" in page and clinic.ada.record_number not in page


def test_the_filter_is_part_of_the_address(clinic: Clinic) -> None:
    add_file(clinic.ada, FileStatus.HELD, explanation="Please compare the birth dates.")
    assert "Please compare the birth dates." in screen(clinic.clinician, "/?kind=on_hold")
    assert "Please compare the birth dates." not in screen(clinic.clinician, "/?kind=not_read")
    assert "Please compare the birth dates." in screen(clinic.clinician, "/?kind=something-else")


def test_a_laboratory_sees_what_it_sent_and_no_more(clinic: Clinic) -> None:
    assert clinic.order.accession in screen(clinic.laboratory_user)
    assert clinic.order.accession not in screen(clinic.other_laboratory_user)
    assert clinic.ada.family_name not in screen(clinic.laboratory_user)


@pytest.mark.parametrize("reason", ["sex_mismatch", "repeat_mismatch", "same_genome"])
def test_a_laboratory_is_not_told_what_the_clinics_own_record_says(clinic: Clinic, reason: str) -> None:
    secret = "The sex in the record is not the one in the file."
    make_file(
        clinic.ada, clinic.laboratory_user, clinic.order, status=FileStatus.HELD, reason=reason, explanation=secret
    )
    page = screen(clinic.laboratory_user)
    assert "On hold" in page
    assert secret not in page


def test_an_operator_sees_stopped_work_and_nobodys_name(clinic: Clinic) -> None:
    Job.objects.update(status=JobStatus.FAILED, reason="gave_up", attempts=3)
    page = screen(clinic.operator)
    assert "gave_up" in page
    assert clinic.ada.family_name not in page


def test_nobody_is_shown_anything_before_signing_in(db: None) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_first_screen_and_a_navigation_that_leads_somewhere(db: None, role: Role) -> None:
    user = make_user(role, is_staff=role == Role.OPERATOR)
    if role == Role.PATIENT:
        make_patient(account=user)
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})  # some rooms ask once more
    for place in navigation(user, "home"):
        assert client.get(place.url).status_code == 200, place.url
    assert PLACES[role][0].view == "home"


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_costs_a_count_and_the_consent_it_rests_on_at_most(
    db: None, role: Role, django_assert_max_num_queries: object
) -> None:
    user = make_user(role)
    with django_assert_max_num_queries({Role.CLINICIAN: 3, Role.COUNSELLOR: 1}.get(role, 0)):  # type: ignore[operator]
        navigation(user, "home")


def test_the_badge_counts_the_drafts_that_wait(clinic: Clinic) -> None:
    assert navigation(clinic.clinician, "home")[0].badge == 0
    make_report(make_interpretation(add_file(clinic.ada, FileStatus.INTERPRETED)))
    other = make_patient("Cy", "Third")
    make_report(make_interpretation(add_file(other, FileStatus.INTERPRETED)))
    assert navigation(clinic.clinician, "home")[0].badge == 1
    care(clinic.clinician, other)
    assert navigation(clinic.clinician, "home")[0].badge == 1, "nothing of somebody who has not said yes"
    allow(other)
    assert navigation(clinic.clinician, "home")[0].badge == 2
    clinic.report.refresh_from_db()
    assert clinic.report.status == ReportStatus.SIGNED


def test_the_style_page_shows_the_components(db: None) -> None:
    answer = Client().get(reverse("style"))
    assert answer.status_code == 200


def test_a_second_file_that_stops_does_not_hide_the_report(clinic: Clinic) -> None:
    clinic.release.first_read_at = timezone.now()
    clinic.release.save()
    for status in (FileStatus.HELD, FileStatus.FAILED, FileStatus.INTERPRETING):
        file = add_file(clinic.ada, status)
        page = screen(clinic.ada_user)
        assert task_of(clinic.ada) is not Task.READ_AGAIN
        assert page.count(f'href="{reverse("delivery:report", args=[clinic.report.pk])}">Read my report') == 1, status
        file.delete()


def test_a_closed_report_is_not_offered_beside_anything(clinic: Clinic) -> None:
    add_file(clinic.ada, FileStatus.HELD)
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert "Your newest report" not in screen(clinic.ada_user)


def test_whoever_sent_a_refused_file_is_not_told_that_the_sender_knows(db: None) -> None:
    patient = make_patient()
    add_file(patient, FileStatus.REFUSED)
    page = screen(account(patient))
    assert "The sender was told why." not in page
    assert "Open it to see why, and what you can do." in page


def test_a_refused_file_of_the_laboratory_was_told_to_the_laboratory(clinic: Clinic) -> None:
    make_file(clinic.ada, clinic.laboratory_user, clinic.order, status=FileStatus.REFUSED)
    assert "The sender was told why." in screen(clinic.ada_user)


def test_a_patient_who_sent_a_file_of_two_people_is_asked_who_they_are(db: None) -> None:
    patient = make_patient()
    allow(patient)
    add_file(patient, FileStatus.HELD, reason="choose_sample", samples=["A", "B"], sample="")
    page = screen(account(patient))
    assert "Which one in the file is you?" in page and "nothing you need to do" not in page


def test_a_patient_whom_somebody_calls_first_is_told_who_and_asked_nothing(clinic: Clinic) -> None:
    patient = make_patient()
    care(clinic.counsellor, patient)
    allow(patient, decision=Decision.UNCLEAR)
    ask_to_talk(account(patient), patient, "pgx")
    assert task_of(patient) is Task.TALK_FIRST
    told = screen(account(patient))
    assert f"{clinic.counsellor.name} will call you" in told
    assert "Read about it and answer" not in told
