"""Health: one word for strangers, the ill part for operators, and no lie when something is down."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.api import health
from portal.people.models import Role
from portal.results.models import Job, JobStatus
from tests.people import make_user

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
