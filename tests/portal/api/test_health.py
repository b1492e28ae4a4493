"""Health: one word for strangers, the ill part for operators, and no lie when something is down."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.access.models import BreakGlass
from portal.api import health
from portal.delivery.models import Release
from portal.people.models import Role
from portal.reports.models import Report
from portal.results.models import FileStatus, Job, JobStatus, ResultFile
from tests.people import make_clinic, make_file, make_user

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.timedelta(minutes=10)


def lying_job(**fields: object) -> Job:
    job = Job.objects.create(kind="interpret", target=uuid.uuid4())
    Job.objects.filter(pk=job.pk).update(updated_at=timezone.now() - LONG_AGO, **fields)
    return job


def test_a_site_that_works_says_so_in_one_word() -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_operator_sees_each_part() -> None:
    client = Client()
    client.force_login(make_user(Role.OPERATOR, is_staff=True))
    assert client.get("/health/ready").json()["checks"] == dict.fromkeys(health.CHECKS, "ok")
    client.force_login(make_user(Role.CLINICIAN))
    assert "checks" not in client.get("/health/ready").json()


def test_an_operator_sees_what_people_let_wait_too_long_and_the_site_is_still_well() -> None:
    clinic = make_clinic()
    operator = Client()
    operator.force_login(clinic.operator)
    nothing = dict.fromkeys(("drafts_to_sign", "files_to_review", "reports_not_read", "emergencies_to_review"), 0)
    assert operator.get("/health/ready").json()["overdue"] == nothing
    late = timezone.now() - datetime.timedelta(days=30)
    held = make_file(clinic.ada, clinic.ada_user, status=FileStatus.HELD)
    closed = make_file(clinic.ada, clinic.ada_user, status=FileStatus.FAILED, closed_at=timezone.now())
    ResultFile.objects.filter(pk__in=[held.pk, closed.pk]).update(created_at=late)
    Report.objects.filter(pk=clinic.draft.pk).update(created_at=late)
    Release.objects.update(at=late)
    BreakGlass.objects.create(
        patient=clinic.ada, member=clinic.other_clinician, reason="x", at=late, until=late, review_due_at=late
    )
    answer = operator.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["overdue"] == dict.fromkeys(nothing, 1)
    assert b"1 overdue" in operator.get("/").content
    assert b"overdue" not in Client().get("/health/ready").content


@pytest.mark.parametrize(
    "fields",
    [{"status": JobStatus.QUEUED}, {"status": JobStatus.RUNNING, "lease_until": timezone.now() - LONG_AGO}],
)
def test_work_nobody_picks_up_means_not_ready(fields: dict[str, object]) -> None:
    lying_job(**fields)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not_ready"})
    assert health.state()["worker"] is False


def test_work_that_is_done_resting_or_held_is_no_illness() -> None:
    lying_job(status=JobStatus.DONE)
    lying_job(status=JobStatus.QUEUED, not_before=timezone.now() + LONG_AGO)
    lying_job(status=JobStatus.RUNNING, lease_until=timezone.now() + LONG_AGO)
    assert health.state()["worker"] is True


def test_a_database_that_is_down_is_said_and_the_process_is_still_alive() -> None:
    def broken(execute, sql, params, many, context):
        raise RuntimeError("the disk is gone")

    with connection.execute_wrapper(broken):
        answer = Client().get("/health/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "not_ready"})
        assert Client().get("/health/live").status_code == 200


def test_a_disk_that_cannot_be_written_is_said(settings, tmp_path) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings.MEDIA_ROOT = str(tmp_path / "file" / "below")
    assert health.state()["disk"] is False


def test_a_broker_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import Celery

    monkeypatch.setattr(health, "app", Celery("elsewhere", broker="redis://127.0.0.1:1/0"))
    assert health.state()["broker"] is False


def test_it_takes_no_posts() -> None:
    assert Client().post("/health/ready").status_code == 405
