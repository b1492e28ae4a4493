"""The care team's list: every kind of work is in it, chosen by the address, at the same price however long it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.models import CounsellorTask, TaskKind
from consent.ledger.models import Decision
from genomics.knowledge import load
from portal.contact.actions import answer, write
from portal.contact.models import Thread, ThreadKind
from portal.delivery import actions, recalling
from portal.delivery.models import FirstSignature
from portal.home.navigation import navigation
from portal.home.work.queue import KINDS, Chosen, Wish, work_queue
from portal.home.work.rows import Row
from portal.people.models import Patient, Role, User
from portal.reports.models import Report, ReportStatus
from portal.results.explanations import NotAccepted
from portal.results.models import FileStatus, Interpretation, ResultFile
from portal.results.stopped_files import read_again
from tests.people import (
    Clinic,
    allow,
    care,
    make_clinic,
    make_file,
    make_interpretation,
    make_patient,
    make_report,
    make_user,
    release,
    sign,
)
from tests.portal.delivery.conftest import Ward, make_ward
from tests.portal.delivery.test_signing import shown
from tests.road import run_jobs


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def rows_of(user: User, code: str) -> list[Row]:
    return [row for row in work_queue(user) if row.kind.code == code]


def task(patient: Patient, kind: TaskKind, counsellor: User | None = None) -> CounsellorTask:
    return CounsellorTask.objects.create(
        patient=patient, scope="pgx", group="results", kind=kind, counsellor=counsellor
    )


# -- the kinds


def test_what_a_patient_asked_is_work_and_an_error_they_report_comes_first(clinic: Clinic) -> None:
    write(clinic.ada_user, clinic.ada, "May I take it with food?")
    write(clinic.ada_user, clinic.ada, "That is not my medicine.", kind=ThreadKind.WRONG, about=clinic.report.pk)
    write(clinic.ada_user, clinic.ada, "May I come on Monday?", kind=ThreadKind.APPOINTMENT)
    rows = work_queue(clinic.clinician)
    assert rows[0].kind.code == "says_wrong"
    assert rows[0].address == reverse("contact:thread", args=[Thread.objects.get(kind="wrong").pk])
    assert {str(row.title) for row in rows_of(clinic.clinician, "asked")} == {
        "The patient asked",
        "Asks for an appointment",
    }
    page = client(clinic.clinician).get("/").content.decode()
    assert "with food" not in page and "not my medicine" not in page, "words stay in the thread"


def test_who_answered_a_patient_goes_on_with_it(clinic: Clinic) -> None:
    thread = write(clinic.ada_user, clinic.ada, "May I take it with food?")
    assert all(rows_of(user, "asked")[0].mine for user in (clinic.clinician, clinic.counsellor))
    answer(clinic.counsellor, thread, "Yes, you may.")
    assert not rows_of(clinic.clinician, "asked")
    answer(clinic.ada_user, Thread.objects.get(), "And with milk?")
    assert rows_of(clinic.counsellor, "asked")[0].mine and not rows_of(clinic.clinician, "asked")[0].mine


def test_who_did_not_understand_is_to_be_called(clinic: Clinic) -> None:
    asked = task(clinic.ada, TaskKind.NOT_UNDERSTOOD, clinic.counsellor)
    (row,) = rows_of(clinic.counsellor, "talk")
    assert row.address == reverse("consent:desk") + f"#task-{asked.pk}" and row.mine
    desk = client(clinic.counsellor).get(reverse("consent:desk")).content.decode()
    assert f'id="task-{asked.pk}"' in desk
    assert not rows_of(clinic.clinician, "talk")[0].mine, "another person is named"


def test_nothing_of_a_result_is_told_of_who_took_their_yes_back(clinic: Clinic) -> None:
    for kind in (TaskKind.RESULT_WAITS, TaskKind.OPEN_TOGETHER, TaskKind.WANTS_TO_TALK):
        task(clinic.ada, kind)
    assert len(rows_of(clinic.counsellor, "talk")) == 3
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert [row.what for row in rows_of(clinic.counsellor, "talk")] == ["Asked to talk"]
    for code in ("to_review", "to_sign", "not_read", "older_facts", "another_language"):
        assert not rows_of(clinic.clinician, code), code


def test_a_yes_that_ends_soon_is_work_and_says_when(clinic: Clinic) -> None:
    ends = timezone.now() + datetime.timedelta(days=20)
    allow(clinic.ada, "carrier", expires_at=ends)
    (row,) = rows_of(clinic.counsellor, "consent_ends")
    assert row.ends == ends and not row.overdue
    type(clinic.ada).objects.filter(pk=clinic.ada.pk).update(frozen_at=timezone.now())
    assert not rows_of(clinic.counsellor, "consent_ends"), "nobody is asked about somebody who has died"


def test_a_report_read_with_older_tables_can_be_read_afresh(ward: Ward) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    file = ward.draft.interpretation.result_file
    assert not rows_of(ward.clinician, "older_facts")
    with pytest.raises(NotAccepted):
        read_again(ward.clinician, file)
    Interpretation.objects.update(knowledge_release="0" * 64)
    (row,) = rows_of(ward.clinician, "older_facts")
    page = client(ward.clinician).get(row.address).content.decode()
    assert "Our tables are newer than this reading" in page
    assert "Read it again" not in client(ward.account).get(row.address).content.decode()
    client(ward.clinician).post(reverse("results:read_again", args=[file.pk]))
    assert not rows_of(ward.clinician, "older_facts"), "it is being read"
    run_jobs()
    newer = Report.objects.get(status=ReportStatus.DRAFT)
    assert newer.knowledge_release == load().release.hash and newer.interpretation.result_file == file
    assert [row.address for row in rows_of(ward.clinician, "to_review")] == [
        reverse("delivery:review", args=[newer.pk])
    ]
    assert not rows_of(ward.clinician, "older_facts"), "the new draft is the work now"
    assert Report.objects.get(pk=ward.draft.pk).status == ReportStatus.SIGNED, "what is signed counts until then"
    actions.sign(ward.clinician, newer, shown(newer))
    assert Report.objects.get(pk=ward.draft.pk).status == ReportStatus.REPLACED


def test_only_the_care_team_has_a_file_read_afresh(ward: Ward) -> None:
    Interpretation.objects.update(knowledge_release="0" * 64)
    file = ward.draft.interpretation.result_file
    for who in (ward.stranger, ward.account, ward.laboratory_user):
        assert client(who).post(reverse("results:read_again", args=[file.pk])).status_code in (403, 404)
    assert ResultFile.objects.get().status == FileStatus.INTERPRETED


# -- two signatures, two languages


def test_a_second_signature_is_asked_of_everybody_but_the_first_signer(ward: Ward, settings: Any) -> None:
    settings.SIGNERS_OF_GRAVE_FINDINGS = 2
    care(ward.stranger, ward.patient)
    assert isinstance(actions.sign(ward.clinician, ward.draft, shown(ward.draft)), FirstSignature)
    (row,) = rows_of(ward.stranger, "to_sign")
    assert row.mine and row.next == "Waits for a second signature, by somebody other than Dr Amina Okafor."
    (own,) = rows_of(ward.clinician, "to_sign")
    assert not own.mine and "by somebody else" in str(own.next)
    assert navigation(ward.stranger, "home")[0].badge == 1
    assert navigation(ward.clinician, "home")[0].badge == 0, "there is nothing left for them to do"
    actions.annotate(ward.stranger, ward.draft, "", "Take it in the evening.")
    assert not rows_of(ward.clinician, "to_sign") and rows_of(ward.clinician, "to_review")
    assert navigation(ward.clinician, "home")[0].badge == 1


def test_the_same_results_in_two_languages_are_one_row(ward: Ward) -> None:
    other = actions.compose_in(ward.clinician, ward.draft, "es")
    (row,) = rows_of(ward.clinician, "to_review")
    assert row.address == reverse("delivery:review", args=[ward.draft.pk])
    assert [address for _label, address in row.also] == [reverse("delivery:review", args=[other.pk])]
    assert navigation(ward.clinician, "home")[0].badge == 1


def test_a_draft_nobody_waits_for_is_quiet_and_never_overdue(ward: Ward) -> None:
    other = actions.compose_in(ward.clinician, ward.draft, "es")
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    Report.objects.filter(pk=other.pk).update(created_at=timezone.now() - datetime.timedelta(days=90))
    assert not rows_of(ward.clinician, "to_review")
    (row,) = rows_of(ward.clinician, "another_language")
    assert not row.overdue and work_queue(ward.clinician)[-1] == row
    assert navigation(ward.clinician, "home")[0].badge == 0


def test_a_draft_in_the_patients_own_language_is_real_work(ward: Ward) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    ward.patient.language = "es"
    ward.patient.save()
    actions.compose_in(ward.clinician, Report.objects.get(pk=ward.draft.pk), "es")
    assert rows_of(ward.clinician, "to_review")


def test_a_report_that_was_taken_back_is_not_put_into_another_language(ward: Ward) -> None:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    recalling.withdraw(ward.clinician, ward.draft, "laboratory")
    answer = client(ward.clinician).post(reverse("delivery:language", args=[ward.draft.pk]), {"language": "es"})
    assert answer["Location"].endswith("?refused=taken_back")
    page = client(ward.clinician).get(answer["Location"]).content.decode()
    assert "this report was taken back" in page and "Write it in another language" not in page
    assert Report.objects.count() == 1


# -- choosing


def test_filters_stand_in_the_address_and_keep_each_other(clinic: Clinic) -> None:
    write(clinic.ada_user, clinic.ada, "May I take it with food?")
    page = client(clinic.counsellor).get("/?kind=asked&mine=1").content.decode()
    assert 'aria-current="true"' in page and "Read it and answer." in page
    for address in ("?kind=asked&amp;mine=1&amp;overdue=1", "?kind=asked", "?mine=1"):
        if "overdue" not in address:
            assert f'href="{address}"' in page, address
    assert "Nothing here fits" in client(clinic.counsellor).get("/?kind=asked&overdue=1").content.decode()
    assert Wish.read({"kind": "no such kind", "mine": "yes"}) == Wish()


def test_a_name_is_looked_for_without_standing_in_an_address(clinic: Clinic) -> None:
    grace = make_patient("Grace", "Hopper")
    care(clinic.counsellor, grace)
    for patient in (clinic.ada, grace):
        task(patient, TaskKind.WANTS_TO_TALK)
    answer = client(clinic.counsellor).post("/?kind=talk", {"name": "hopper gr"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "Grace Hopper" in page and "Ada Example" not in page
    assert "hopper" not in "".join(part for part in page.split('"') if part.startswith(("/", "?")))
    assert "Grace Hopper" in client(clinic.counsellor).post("/", {"name": grace.record_number}).content.decode()


def test_only_the_care_team_looks_for_names(clinic: Clinic) -> None:
    for user in (clinic.ada_user, clinic.laboratory_user, clinic.privacy_officer, clinic.operator):
        assert client(user).post("/", {"name": "Ada"}).status_code == 405


def test_mine_is_what_names_me_and_what_names_nobody() -> None:
    kind, patient, at = KINDS[0], Patient(), timezone.now()
    rows = [Row(kind, patient, at, "/1", ""), Row(kind, patient, at, "/2", "", mine=False)]
    assert [row.address for row in Chosen(rows, Wish(mine=True)).shown] == ["/1"]
    assert Chosen(rows, Wish(mine=True)).kinds == [(kind, 1)]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COUNSELLOR])
def test_an_empty_list_says_what_will_come_and_where_to_begin(db: None, role: Role) -> None:
    page = client(make_user(role)).get("/").content.decode()
    assert "Nothing waits for you" in page and "appear here" in page and 'class="button' in page


def fill(clinic: Clinic, people: int) -> None:
    """So many patients, each with something of nearly every kind."""
    for number in range(people):
        patient = make_patient("Person", f"Number{number}")
        care(clinic.clinician, patient)
        allow(patient)
        allow(patient, "carrier", expires_at=timezone.now() + datetime.timedelta(days=9))
        account = patient.account
        assert account is not None
        write(account, patient, "A question.")
        task(patient, TaskKind.WANTS_TO_TALK, clinic.counsellor)
        make_file(patient, account, status=FileStatus.HELD)
        make_report(make_interpretation(make_file(patient, account)))
        signed = make_report(make_interpretation(make_file(patient, account)))
        sign(signed, clinic.clinician)
        release(signed)


def test_a_long_list_costs_no_more_questions_than_a_short_one(
    clinic: Clinic, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    there = client(clinic.clinician)
    fill(clinic, 2)
    there.get("/")
    with django_assert_max_num_queries(1000) as few:
        there.get("/")
    fill(clinic, 12)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page = there.get("/").content.decode()
    assert len(few.captured_queries) <= 40
    assert page.count('class="queue-row') == 25 and "Page 1 of" in page
    assert there.get("/?page=2").content.decode().count('class="queue-row') == 25


def test_a_counsellor_sees_on_the_menu_how_many_wait_for_a_talk(clinic: Clinic) -> None:
    assert sum(place.badge for place in navigation(clinic.counsellor, "home")) == 0
    task(clinic.ada, TaskKind.WANTS_TO_TALK, clinic.counsellor)
    task(clinic.ada, TaskKind.ERASE)
    task(clinic.ben, TaskKind.WANTS_TO_TALK)
    (marked,) = [place for place in navigation(clinic.counsellor, "home") if place.badge]
    assert (marked.url, marked.badge) == (reverse("consent:desk"), 2)
