"""From an interpretation to a signed PDF: done once, done again without harm, never without a yes."""

from __future__ import annotations

import pytest
from django.db import transaction

from consent.ledger.models import Decision
from portal.people.models import Role
from portal.reports.actions import AlreadySigned, DocumentChanged, compose_report, finalise, keep_pdf, render_report
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import progress_of_paper, progress_of_words
from portal.results import jobs
from portal.results.jobs import JobRefused
from portal.results.models import Job, JobStatus
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import draft_from, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
AT = "2026-11-22T10:00:00+00:00"
SIGNATURE = {"name": "Dr Amina Okafor", "role": "clinician", "at": AT}
NOTE = {"about": "clopidogrel", "text": "I will call you.", "by": "Dr Amina Okafor", "at": AT}


@pytest.fixture
def draft() -> Report:
    patient = make_patient("Rosa", "Alvarez", made_up=True)
    laboratory = make_laboratory("Northgate")
    clinician = make_user(Role.CLINICIAN, "Dr Amina Okafor")
    care(clinician, patient)
    allow(patient)
    order = make_order(patient, laboratory, clinician)
    report = draft_from(make_user(Role.LABORATORY, "Intake", laboratory=laboratory), order)
    run_jobs("render")
    report.refresh_from_db()
    return report


def test_an_interpretation_becomes_a_draft_with_its_pdf(draft: Report) -> None:
    assert draft.status == ReportStatus.DRAFT
    assert draft.document["person"] == "Rosa Alvarez"
    assert draft.pdf_hash == draft.content_hash
    assert draft.pdf.open().read(5) == b"%PDF-"
    assert not progress_of_words(draft.interpretation).moving
    assert not progress_of_paper(draft).moving


def test_composing_and_rendering_again_changes_nothing(draft: Report) -> None:
    again = render_report(compose_report(draft.interpretation_id).pk)
    assert (again.pk, again.content_hash, again.pdf.name) == (draft.pk, draft.content_hash, draft.pdf.name)
    assert Report.objects.count() == 1


def test_signing_keeps_every_word_and_prints_anew(draft: Report) -> None:
    final = finalise(draft.pk, [NOTE], SIGNATURE)
    run_jobs()
    final.refresh_from_db()
    assert final.status == ReportStatus.SIGNED
    assert final.content_hash != draft.content_hash
    assert final.pdf_hash == final.content_hash
    assert final.document["groups"][0]["cards"][0]["headline"] == draft.document["groups"][0]["cards"][0]["headline"]
    assert not draft.pdf.storage.exists(draft.pdf.name)


def test_a_signed_report_never_changes(draft: Report) -> None:
    final = finalise(draft.pk, [], SIGNATURE)
    with pytest.raises(AlreadySigned):
        finalise(draft.pk, [NOTE], SIGNATURE)
    jobs.enqueue("compose", draft.interpretation_id, again=True)
    run_jobs()
    final.refresh_from_db()
    assert final.document["signature"]["name"] == "Dr Amina Okafor"
    assert final.content_hash == Report.objects.get().content_hash


def test_a_pdf_of_an_earlier_content_is_not_kept(draft: Report) -> None:
    earlier = draft.content_hash
    finalise(draft.pk, [], SIGNATURE)
    with pytest.raises(DocumentChanged), transaction.atomic():
        keep_pdf(draft.pk, earlier, b"%PDF-1.7 of the draft")


def test_a_lost_pdf_is_made_again(draft: Report) -> None:
    draft.pdf.storage.delete(draft.pdf.name)
    assert draft.pdf.storage.exists(render_report(draft.pk).pdf.name)


def test_nothing_is_put_into_words_without_a_yes(draft: Report) -> None:
    allow(draft.patient, decision=Decision.DENY)
    with pytest.raises(JobRefused):
        compose_report(draft.interpretation_id)
    jobs.enqueue("compose", draft.interpretation_id, again=True)
    run_jobs()
    job = Job.objects.get(kind="compose")
    assert (job.status, job.reason) == (JobStatus.FAILED, "no_consent")
    assert job.explanation
