"""A job is done once, whatever happens to workers, messages and the database."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.celery import app
from portal.people.models import Laboratory
from portal.results import jobs
from portal.results.models import Job, JobStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kind() -> Iterator[str]:
    """A kind of job that writes one laboratory, and can be told to misbehave through `behaviour`."""
    code = f"test-{uuid.uuid4().hex[:8]}"
    yield code
    jobs._kinds.pop(code, None)
    jobs._after.pop(code, None)


def register(kind: str, work: jobs.Work, **options: object) -> None:
    app.tasks.pop(kind, None)  # some checks register a kind twice
    jobs.handler(kind, steps=("first", "second"), **options)(work)  # type: ignore[arg-type]


def write_once(name: str = "written") -> jobs.Commit:
    def commit() -> uuid.UUID:
        return Laboratory.objects.create(name=name).pk

    return commit


def test_a_job_is_made_once_for_a_row_and_asked_for_any_number_of_times(kind: str) -> None:
    register(kind, lambda job: write_once())
    target = uuid.uuid4()
    first, second = jobs.enqueue(kind, target), jobs.enqueue(kind, target)
    assert first.pk == second.pk
    assert Job.objects.filter(kind=kind).count() == 1


def test_a_message_that_comes_twice_does_the_work_once(kind: str) -> None:
    register(kind, lambda job: write_once())
    job = jobs.enqueue(kind, uuid.uuid4())
    for _ in range(3):
        jobs.run(job.pk)
    assert Laboratory.objects.count() == 1
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.DONE, 1)


def test_many_workers_at_once_do_the_work_once(kind: str) -> None:
    started = []
    gate = threading.Barrier(6)

    def work(job: jobs.RunningJob) -> jobs.Commit:
        started.append(job.claim)
        return write_once()

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())

    def race() -> None:
        gate.wait()
        try:
            jobs.run(job.pk)
        finally:
            connection.close()

    racers = [threading.Thread(target=race) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(started) == 1
    assert Laboratory.objects.count() == 1


def test_steps_are_told_while_the_work_goes_on(kind: str) -> None:
    seen: list[tuple[str, int, int]] = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        for code in ("first", "second"):
            job.step(code)
            row = Job.objects.get(pk=job.id)
            seen.append((row.step, row.step_number, row.step_count))
        return write_once()

    register(kind, work)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert seen == [("first", 1, 2), ("second", 2, 2)]


def test_what_follows_is_asked_for_with_the_product_and_only_when_there_is_one(kind: str) -> None:
    followed: list[uuid.UUID] = []
    register(kind, lambda job: write_once())
    jobs.after(kind)(followed.append)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert followed == [Laboratory.objects.get().pk]

    register(kind, lambda job: lambda: None)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert len(followed) == 1


def test_a_worker_that_lost_its_claim_writes_nothing(kind: str) -> None:
    def work(job: jobs.RunningJob) -> jobs.Commit:
        Job.objects.filter(pk=job.id).update(claim=uuid.uuid4())  # another worker took over
        return write_once()

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())
    jobs.run(job.pk)
    assert not Laboratory.objects.exists()
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING  # still the other one's


def test_a_worker_that_lost_its_claim_stops_at_the_next_step(kind: str) -> None:
    reached = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        Job.objects.filter(pk=job.id).update(claim=uuid.uuid4())
        job.step("second")
        reached.append("second")
        return write_once()

    register(kind, work)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert reached == []


def test_an_expected_refusal_stops_at_once_with_its_reason(kind: str) -> None:
    told: list[tuple[str, str]] = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        raise jobs.JobRefused("too_short", "The file is too short. Send the whole file.")

    register(kind, work, stopped=lambda target, reason, explanation: told.append((reason, explanation)))
    job = jobs.enqueue(kind, uuid.uuid4())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.reason, job.attempts) == (JobStatus.FAILED, "too_short", 1)
    assert job.explanation == "The file is too short. Send the whole file."
    assert told == [("too_short", "The file is too short. Send the whole file.")]


def test_an_error_is_tried_three_times_and_then_told_in_plain_words(kind: str) -> None:
    attempts = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        attempts.append(job.attempt)
        raise ZeroDivisionError

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())
    for _ in range(6):
        Job.objects.filter(pk=job.pk).update(not_before=None)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert attempts == [1, 2, 3]
    assert (job.status, job.reason) == (JobStatus.FAILED, jobs.GAVE_UP)
    assert "three times" in job.explanation


def test_what_was_half_written_is_taken_back(kind: str) -> None:
    def work(job: jobs.RunningJob) -> jobs.Commit:
        def commit() -> uuid.UUID:
            Laboratory.objects.create(name="half")
            raise ZeroDivisionError

        return commit

    register(kind, work)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert not Laboratory.objects.exists()


def test_a_failed_job_can_be_asked_for_again_with_fresh_attempts(kind: str) -> None:
    def refuse(job: jobs.RunningJob) -> jobs.Commit:
        raise jobs.JobRefused("no", "No.")

    register(kind, refuse)
    target = uuid.uuid4()
    job = jobs.enqueue(kind, target)
    jobs.run(job.pk)
    assert jobs.enqueue(kind, target).status == JobStatus.FAILED
    register(kind, lambda job: write_once())
    again = jobs.enqueue(kind, target, again=True)
    assert (again.pk, again.status, again.attempts) == (job.pk, JobStatus.QUEUED, 0)
    jobs.run(again.pk)
    assert Laboratory.objects.count() == 1


def test_a_job_asked_for_again_while_it_runs_is_run_once_more(kind: str) -> None:
    runs = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        runs.append(job.attempt)
        if len(runs) == 1:  # what it works on changes, after it has been read
            assert jobs.enqueue(kind, job.target, again=True).status == JobStatus.RUNNING
            assert jobs.enqueue(kind, job.target).status == JobStatus.RUNNING
        return write_once(f"run {len(runs)}")

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, runs, Laboratory.objects.count()) == (JobStatus.DONE, [1, 1], 2)


def left_behind(kind: str, attempts: int) -> Job:
    """A job whose worker was killed a while ago."""
    job = jobs.enqueue(kind, uuid.uuid4())
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.RUNNING,
        claim=uuid.uuid4(),
        attempts=attempts,
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    return job


def test_work_of_a_killed_worker_is_found_and_done_once(kind: str) -> None:
    register(kind, lambda job: write_once())
    job = left_behind(kind, attempts=1)
    jobs.run(job.pk)  # a redelivered message before anyone noticed: not ours to take
    assert not Laboratory.objects.exists()
    assert jobs.recover() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.DONE, 2)
    assert Laboratory.objects.count() == 1


def test_work_that_killed_three_workers_stops(kind: str) -> None:
    told: list[str] = []
    register(kind, lambda job: write_once(), stopped=lambda target, reason, explanation: told.append(reason))
    job = left_behind(kind, attempts=3)
    jobs.recover()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.reason, told) == (JobStatus.FAILED, jobs.GAVE_UP, [jobs.GAVE_UP])
    assert not Laboratory.objects.exists()


def test_work_that_is_being_done_is_left_alone(kind: str) -> None:
    register(kind, lambda job: write_once())
    job = left_behind(kind, attempts=1)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(seconds=5))
    assert jobs.recover() == 0


def test_a_message_that_a_broker_forgot_is_sent_again_but_not_at_every_search(kind: str) -> None:
    register(kind, lambda job: write_once())
    job = jobs.enqueue(kind, uuid.uuid4())
    assert jobs.recover() == 0  # it was only just sent
    Job.objects.filter(pk=job.pk).update(dispatched_at=timezone.now() - jobs.DISPATCH_AGAIN_AFTER)
    assert jobs.recover() == 1
    assert jobs.recover() == 0


def test_a_lease_is_kept_alive_while_the_work_goes_on(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    renewed = threading.Event()

    def work(job: jobs.RunningJob) -> jobs.Commit:
        long_ago = timezone.now() - timedelta(hours=1)
        Job.objects.filter(pk=job.id).update(lease_until=long_ago)
        for _ in range(400):
            if Job.objects.get(pk=job.id).lease_until > timezone.now():
                renewed.set()
                break
            threading.Event().wait(0.05)
        return write_once()

    register(kind, work)
    jobs.run(jobs.enqueue(kind, uuid.uuid4()).pk)
    assert renewed.is_set()


def test_work_of_a_kind_nobody_here_knows_waits_for_a_worker_that_does(kind: str) -> None:
    job = Job.objects.create(kind=kind, target=uuid.uuid4())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the same database file, and short waits on ours."""
    if connection.vendor != "sqlite":
        pytest.skip("skipped: only SQLite locks a whole database")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.02)
    connection.close()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    yield other
    if other.in_transaction:
        other.execute("ROLLBACK")
    other.close()
    connection.close()


def test_a_locked_database_only_delays_a_job(kind: str, lock: sqlite3.Connection) -> None:
    def work(job: jobs.RunningJob) -> jobs.Commit:
        lock.execute("BEGIN IMMEDIATE")
        threading.Timer(0.2, lock.execute, ["ROLLBACK"]).start()
        return write_once()

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, Laboratory.objects.count()) == (JobStatus.DONE, 1, 1)


def test_a_database_that_stays_locked_loses_nothing(
    kind: str, lock: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.results.patience._PAUSES", (0.01,))
    locked_once = []

    def work(job: jobs.RunningJob) -> jobs.Commit:
        if not locked_once:
            locked_once.append(lock.execute("BEGIN IMMEDIATE"))
        return write_once()

    register(kind, work)
    job = jobs.enqueue(kind, uuid.uuid4())
    jobs.run(job.pk)
    lock.execute("ROLLBACK")
    assert not Laboratory.objects.exists()

    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.recover() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.status, Laboratory.objects.count()) == (JobStatus.DONE, 1)
