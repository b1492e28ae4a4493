"""Reading: what the patient sees and when, how often the database is asked, and what is closed again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from consent.ledger.models import Decision
from portal.access.models import AccessEvent
from portal.delivery import actions, bodies
from portal.delivery.models import Release
from portal.reports.models import Report
from tests.people import allow, make_patient
from tests.portal.delivery.conftest import Ward
from tests.portal.delivery.test_signing import shown
from tests.road import run_jobs


@pytest.fixture
def released(ward: Ward) -> Ward:
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    return ward


def address(name: str, report: Report) -> str:
    return reverse(f"delivery:{name}", args=[report.pk])


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize("page", ["report", "pdf", "large_pdf", "pdf_state", "review", "draft_pdf"])
def test_a_draft_does_not_exist_for_the_patient(ward: Ward, page: str) -> None:
    assert signed_in(ward.account).get(address(page, ward.draft)).status_code == 404


def test_the_released_report_is_there_for_its_patient(released: Ward) -> None:
    client = signed_in(released.account)
    assert released.draft.pk and b"New" in client.get(reverse("delivery:report_list")).content
    page = client.get(address("report", released.draft))
    assert page.status_code == 200
    assert b"Dr Amina Okafor" in page.content


def test_another_patient_finds_nothing(released: Ward) -> None:
    client = signed_in(make_patient("Ben", "Another").account)
    for page in ("report", "pdf", "large_pdf", "pdf_state", "review"):
        assert client.get(address(page, released.draft)).status_code == 404


def test_the_first_reading_is_kept_and_every_reading_is_logged(released: Ward) -> None:
    client = signed_in(released.account)
    client.get(address("report", released.draft))
    first = Release.objects.get(report=released.draft).first_read_at
    assert first is not None
    client.get(address("report", released.draft))
    assert Release.objects.get(report=released.draft).first_read_at == first
    assert AccessEvent.objects.filter(actor=released.account, action="read.report").count() == 2


def test_a_first_reading_that_cannot_be_logged_is_not_kept(released: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report.objects.get(pk=released.draft.pk)

    def fails(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(AccessEvent, "save", fails)
    with pytest.raises(DatabaseError):
        actions.read(released.account, report)
    assert Release.objects.get(report=report).first_read_at is None


def test_staff_opening_the_report_does_not_count_as_the_patients_reading(released: Ward) -> None:
    assert signed_in(released.clinician).get(address("report", released.draft)).status_code == 200
    assert Release.objects.get(report=released.draft).first_read_at is None


def test_the_result_page_asks_the_database_five_times_at_most(
    released: Ward, django_assert_max_num_queries: object
) -> None:
    client = signed_in(released.account)
    # The very first time also keeps that the patient has read it, in one transaction with the line in the log.
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        first = client.get(address("report", released.draft))
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        again = client.get(address("report", released.draft))
    words = [
        answer.content.partition(b'<div class="report"')[2].partition(b"csrfmiddlewaretoken")[0]
        for answer in (first, again)
    ]
    assert words[0] == words[1]
    assert b"Clopidogrel" in again.content


def test_a_made_up_person_is_called_made_up_on_every_page(released: Ward) -> None:
    client = signed_in(released.account)
    for page in ("/", reverse("delivery:report_list"), address("report", released.draft)):
        assert b"Made-up person." in client.get(page).content, page


def test_taking_back_the_yes_closes_the_report_and_says_so(released: Ward) -> None:
    allow(released.patient, decision=Decision.WITHDRAW)
    client = signed_in(released.account)
    for page in ("report", "pdf", "large_pdf"):
        answer = client.get(address(page, released.draft))
        assert answer.status_code == 403
        assert b"This report is closed" in answer.content
        assert b"clopidogrel" not in answer.content.lower()
    allow(released.patient)
    assert client.get(address("report", released.draft)).status_code == 200


def test_the_pdf_comes_with_a_name_that_says_nothing_about_health(released: Ward) -> None:
    run_jobs("render")
    answer = signed_in(released.account).get(address("pdf", released.draft))
    assert answer.status_code == 200
    signed_at = Report.objects.get(pk=released.draft.pk).signed_at
    assert answer["Content-Disposition"] == f'attachment; filename="report-{signed_at:%Y-%m-%d}.pdf"'
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AccessEvent.objects.filter(actor=released.account, action="download.report").exists()


def test_large_print_is_taken_away_like_the_pdf_and_noted(released: Ward) -> None:
    answer = signed_in(released.account).get(address("large_pdf", released.draft))
    assert answer["Content-Disposition"].endswith('-large.pdf"')
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AccessEvent.objects.filter(actor=released.account, action="download.report").count() == 1
    assert signed_in(released.stranger).get(address("large_pdf", released.draft)).status_code == 404


def test_a_pdf_that_is_still_being_made_says_so(released: Ward) -> None:
    answer = signed_in(released.account).get(address("pdf", released.draft))
    assert answer.status_code == 202
    assert b"not ready yet" in answer.content


def test_the_report_page_is_never_kept_by_a_browser(released: Ward) -> None:
    answer = signed_in(released.account).get(address("report", released.draft))
    assert answer["Cache-Control"] == "no-store"


def test_words_held_for_one_report_are_never_shown_for_another(released: Ward) -> None:
    report = Report.objects.get(pk=released.draft.pk)
    bodies.body(report)
    report.content_hash, report.document = "1" * 64, {**report.document, "person": "Somebody New"}
    assert "Somebody New" in bodies.body(report).first


def test_only_so_many_reports_are_held(released: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD", 1)
    report = Report.objects.get(pk=released.draft.pk)
    first = report.pk
    bodies.body(report)
    report.pk = uuid4()
    bodies.body(report)
    assert bodies.is_held(report.pk) and not bodies.is_held(first)
