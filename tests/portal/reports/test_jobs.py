"""From an interpretation to a signed PDF: done once, done again without harm, never without a yes."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from consent.desk.actions import withdraw
from consent.ledger.models import Decision
from portal.people.models import Patient, Role
from portal.reports.actions import AlreadySigned, DocumentChanged, compose_report, finalise, keep_pdf, render_report
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import progress_of_paper, progress_of_words
from portal.results import jobs
from portal.results.jobs import JobRefused
from portal.results.models import Job, JobStatus
from tests.jobs import work_off
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user, say_yes
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


def taken_back_while_it_runs(kind: str, target: uuid.UUID, patient: Patient) -> Job:
    """The job has read and made its thing; the yes is taken back before it is written down."""
    held = jobs._claim(jobs.enqueue(kind, target, again=True).pk)
    assert held is not None
    commit = held.kind.work(held)
    account = patient.account
    assert account is not None
    withdraw(account, patient, "pgx")
    with pytest.raises(JobRefused) as refusal:
        jobs._finish(held, commit)
    jobs._stop(held.id, held.claim, refusal.value.reason, refusal.value.explanation)
    return Job.objects.get(kind=kind, target=target)


def test_words_refused_for_want_of_a_yes_are_made_once_it_is_given(draft: Report) -> None:
    patient, interpretation = draft.patient, draft.interpretation_id
    Job.objects.filter(kind="render").delete()
    draft.delete()
    job = taken_back_while_it_runs("compose", interpretation, patient)
    assert (job.status, job.reason) == (JobStatus.FAILED, "no_consent")
    assert work_off() == 0 and not Report.objects.exists()
    assert patient.account is not None
    say_yes(patient.account, patient)
    run_jobs()
    made = Report.objects.get()
    assert (made.status, made.interpretation_id) == (ReportStatus.DRAFT, interpretation)
    assert made.pdf_hash == made.content_hash
    say_yes(patient.account, patient)
    assert work_off() == 0 and Report.objects.get().pk == made.pk, "and once"


def test_no_paper_is_kept_without_a_yes_and_it_is_made_once_it_is_given(draft: Report) -> None:
    patient = draft.patient
    draft.pdf.storage.delete(draft.pdf.name)
    Report.objects.filter(pk=draft.pk).update(pdf="", pdf_hash="")
    job = taken_back_while_it_runs("render", draft.pk, patient)
    assert (job.status, job.reason) == (JobStatus.FAILED, "no_consent")
    draft.refresh_from_db()
    assert (draft.pdf.name, draft.pdf_hash, work_off()) == ("", "", 0)
    with pytest.raises(JobRefused):
        render_report(draft.pk)
    assert patient.account is not None
    say_yes(patient.account, patient)
    run_jobs()
    draft.refresh_from_db()
    assert draft.pdf_hash == draft.content_hash
    assert draft.pdf.open().read(5) == b"%PDF-"


def test_a_yes_that_comes_while_a_refused_job_is_ending_is_not_lost(draft: Report) -> None:
    patient = draft.patient
    assert patient.account is not None
    held = jobs._claim(jobs.enqueue("compose", draft.interpretation_id, again=True).pk)
    assert held is not None
    withdraw(patient.account, patient, "pgx")
    with pytest.raises(JobRefused) as refusal:
        held.kind.work(held)
    say_yes(patient.account, patient)
    jobs._stop(held.id, held.claim, refusal.value.reason, refusal.value.explanation)
    assert work_off("compose") == 1
    assert Job.objects.get(kind="compose").status == JobStatus.DONE


def test_a_yes_to_something_else_starts_nothing(draft: Report) -> None:
    patient = draft.patient
    taken_back_while_it_runs("render", draft.pk, patient)
    assert patient.account is not None
    say_yes(patient.account, patient, "research.hmb")
    assert work_off() == 0
