"""Long work that survives: the job row is the truth, a broker message only wakes a worker up.

A job goes queued → running → done or failed. A worker *claims* it with a compare-and-set, keeps a short *lease* alive
while it works, and writes the outcome in one transaction that holds only if the claim is still its own; so a message
that comes twice, a worker that is killed and a broker that forgets neither lose work nor do it twice. `recover` finds
what was left behind. After `MOST_ATTEMPTS` starts a job stops: a file that kills its worker kills three, not all.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.desk.hooks import settle_left_over
from portal.celery import app
from portal.results.models import Job, JobStatus
from portal.results.patience import passes_by_itself, patiently

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=8)
HEARTBEAT_SECONDS = 2.0
DISPATCH_AGAIN_AFTER = timedelta(seconds=15)
DISPATCHED_PER_SWEEP = 50
GAVE_UP = "gave_up"

Product = uuid.UUID | None
Commit = Callable[[], Product]
Work = Callable[["RunningJob"], Commit]
Stopped = Callable[[uuid.UUID, str, str], None]
AfterHook = Callable[[uuid.UUID], None]
AfterT = TypeVar("AfterT", bound=AfterHook)


class JobRefused(Exception):
    """The work cannot be done and trying again would not help. `explanation` is a sentence that says what to do."""

    def __init__(self, reason: str, explanation: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.explanation = explanation


class ClaimLost(Exception):
    """Another run holds the job now: stop, write nothing."""


@dataclass(frozen=True)
class Kind:
    """What a kind of job does: its steps (codes, in order), the work, and what to write when it stops for good."""

    code: str
    steps: tuple[str, ...]
    work: Work
    stopped: Stopped | None = None


_kinds: dict[str, Kind] = {}
_after: dict[str, list[AfterHook]] = {}


def handler(kind: str, *, steps: tuple[str, ...], stopped: Stopped | None = None) -> Callable[[Work], Work]:
    """Register the work of a kind of job, and a Celery task of that name.

    The decorated function gets a `RunningJob`, does the long part outside any transaction, and returns a function
    that writes the outcome. That function runs in the same transaction as the job's final state, may be rolled back,
    and returns the id of what it made (handed to the `after` hooks) or None. `stopped(target, reason, explanation)`
    runs in the transaction that marks the job failed.
    """

    def register(work: Work) -> Work:
        _kinds[kind] = Kind(kind, steps, work, stopped)

        def task(job_id: str) -> None:
            run(uuid.UUID(job_id))

        app.task(name=kind, bind=False)(task)
        return work

    return register


def after(kind: str) -> Callable[[AfterT], AfterT]:
    """Register what follows a finished job of this kind: called with the product's id, in the same transaction."""

    def register(hook: AfterT) -> AfterT:
        _after.setdefault(kind, []).append(hook)
        return hook

    return register


def steps_of(kind: str) -> tuple[str, ...]:
    """The step codes of a kind of job, in order."""
    return _kinds[kind].steps


# --- asking for work ---------------------------------------------------------------------------------------------


def enqueue(kind: str, target: uuid.UUID, *, again: bool = False) -> Job:
    """The one job of this kind for this row; made if there is none, and dispatched when the transaction commits.

    `again` asks for a run that begins after this transaction: a job that was done or had failed starts once more with
    fresh attempts, one that is running is run once more when it is over. Without it such jobs are left as they are.
    """
    with transaction.atomic():
        job, _made = Job.objects.get_or_create(kind=kind, target=target, defaults={"step_count": len(steps_of(kind))})
        # Each update takes hold of the row in one state only; a job that changes state meanwhile is met at the next.
        while not (_told(job) or (_asked_again(job) if again else job.status != JobStatus.QUEUED)):
            job.refresh_from_db()
        job.refresh_from_db()
        if job.status == JobStatus.QUEUED:
            transaction.on_commit(lambda: _dispatch(kind, job.pk))
    return job


def _told(job: Job) -> bool:
    """A waiting job: note that a worker is told of it, which also keeps workers from it until the commit."""
    return bool(Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(dispatched_at=timezone.now()))


def _asked_again(job: Job) -> bool:
    now = timezone.now()
    over = Job.objects.filter(pk=job.pk, status__in=[JobStatus.DONE, JobStatus.FAILED])
    running = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING)
    return bool(over.update(**_afresh(now)) or running.update(once_more=True))


def _afresh(now: datetime) -> dict[str, Any]:
    """The columns of a job that has not been started."""
    return {
        "status": JobStatus.QUEUED,
        "step": "",
        "step_number": 0,
        "attempts": 0,
        "claim": None,
        "lease_until": None,
        "not_before": None,
        "dispatched_at": now,
        "reason": "",
        "explanation": "",
        "finished_at": None,
        "updated_at": now,
        "once_more": False,
    }


def _dispatch(kind: str, job_id: uuid.UUID) -> None:
    """Wake a worker up. When the broker cannot be reached nothing is lost: `recover` sends it again."""
    try:
        app.send_task(kind, args=[str(job_id)], retry=False)
    except Exception as error:
        logger.warning("job.not_dispatched", extra={"job": str(job_id), "reason": type(error).__name__})


# --- doing the work ----------------------------------------------------------------------------------------------


@dataclass
class RunningJob:
    """A job that this process holds."""

    id: uuid.UUID
    kind: Kind
    target: uuid.UUID
    claim: uuid.UUID
    attempt: int

    def step(self, code: str) -> None:
        """Say which step begins; a person may be watching."""
        self._keep(step=code, step_number=self.kind.steps.index(code) + 1)

    def _keep(self, **changes: object) -> None:
        now = timezone.now()
        kept = patiently(lambda: self.row().update(lease_until=now + LEASE, updated_at=now, **changes))
        if not kept:
            raise ClaimLost

    def row(self):  # type: ignore[no-untyped-def]
        """The job's row, while it is still ours."""
        return Job.objects.filter(pk=self.id, claim=self.claim, status=JobStatus.RUNNING)


def run(job_id: uuid.UUID) -> None:
    """Do a job if it is waiting; otherwise do nothing. Safe to call any number of times, anywhere."""
    job = _claim(job_id)
    if job is None:
        return
    try:
        with _lease_kept(job):
            _finish(job, job.kind.work(job))
    except ClaimLost:
        logger.warning("job.claim_lost", extra={"job": str(job.id), "kind": job.kind.code})
    except JobRefused as refusal:
        _stop(job.id, job.claim, refusal.reason, refusal.explanation)
    except Exception as error:
        # The log keeps the type and the place of an error, never its message: that may hold what was in the file.
        logger.error("job.error", exc_info=error, extra={"job": str(job.id), "kind": job.kind.code})
        with contextlib.suppress(DatabaseError):  # then the lease lapses, and `recover` finds it
            _put_back(job, counts=not passes_by_itself(error))


def _claim(job_id: uuid.UUID) -> RunningJob | None:
    now = timezone.now()
    row = Job.objects.filter(pk=job_id).values("kind", "target").first()
    if row is None or row["kind"] not in _kinds:
        return None
    claim = uuid.uuid4()
    claimed = patiently(
        lambda: (
            Job.objects.filter(pk=job_id, status=JobStatus.QUEUED, attempts__lt=MOST_ATTEMPTS)
            .filter(Q(not_before=None) | Q(not_before__lte=now))
            .update(
                status=JobStatus.RUNNING,
                claim=claim,
                lease_until=now + LEASE,
                attempts=F("attempts") + 1,
                step="",
                step_number=0,
                once_more=False,
                updated_at=now,
            )
        )
    )
    if not claimed:
        return None
    attempt = Job.objects.values_list("attempts", flat=True).get(pk=job_id)
    return RunningJob(job_id, _kinds[row["kind"]], row["target"], claim, attempt)


@contextlib.contextmanager
def _lease_kept(job: RunningJob) -> Iterator[None]:
    """Renew the lease in the background, so that only a worker that died or hangs ever lets it lapse."""
    over = threading.Event()
    longest = time.monotonic() + settings.CELERY_TASK_TIME_LIMIT

    def renew() -> None:
        try:
            while not over.wait(HEARTBEAT_SECONDS) and time.monotonic() < longest:
                with contextlib.suppress(DatabaseError):
                    if not job.row().update(lease_until=timezone.now() + LEASE):
                        return
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name=f"lease-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _finish(job: RunningJob, commit: Commit) -> None:
    """Write the outcome and the final state together, or neither."""

    def finish() -> None:
        with transaction.atomic():
            # The outcome first: rows are locked in the order file → job everywhere, so nobody waits in a circle.
            product = commit()
            now = timezone.now()
            if not job.row().update(
                status=JobStatus.DONE,
                claim=None,
                lease_until=None,
                step_number=F("step_count"),
                finished_at=now,
                updated_at=now,
            ):
                raise ClaimLost
            _once_more(job.id, job.kind.code, now)
            if product is not None:
                for hook in _after.get(job.kind.code, []):
                    hook(product)

    patiently(finish)


def _stop(job_id: uuid.UUID, claim: uuid.UUID | None, reason: str, explanation: str) -> None:
    """Mark a job failed for good, if it is still held under this claim."""

    def stop() -> None:
        with transaction.atomic():
            job = Job.objects.get(pk=job_id)
            kind = _kinds.get(job.kind)
            if kind is not None and kind.stopped is not None:
                kind.stopped(job.target, reason, explanation)
            now = timezone.now()
            if not Job.objects.filter(pk=job_id, claim=claim, status=JobStatus.RUNNING).update(
                status=JobStatus.FAILED,
                claim=None,
                lease_until=None,
                reason=reason,
                explanation=explanation,
                finished_at=now,
                updated_at=now,
            ):
                raise ClaimLost
            _once_more(job_id, job.kind, now)

    with contextlib.suppress(ClaimLost):
        patiently(stop)


def _once_more(job_id: uuid.UUID, kind: str, now: datetime) -> None:
    """Start a job afresh that ended, well or badly, after somebody had asked for another run."""
    if Job.objects.filter(pk=job_id, once_more=True).update(**_afresh(now)):
        transaction.on_commit(lambda: _dispatch(kind, job_id))


def _put_back(job: RunningJob, *, counts: bool) -> None:
    """After an error: wait a little and try again, or give up. A busy database does not count as an attempt."""
    if counts and job.attempt >= MOST_ATTEMPTS:
        _stop(job.id, job.claim, GAVE_UP, _gave_up_sentence())
        return
    now = timezone.now()
    patiently(
        lambda: job.row().update(
            status=JobStatus.QUEUED,
            claim=None,
            lease_until=None,
            not_before=now + timedelta(seconds=2**job.attempt),
            attempts=job.attempt if counts else job.attempt - 1,
            dispatched_at=None,
            updated_at=now,
        )
    )


def _gave_up_sentence() -> str:
    return _("We tried three times and could not finish. Nothing is lost. Please tell the clinic's support team.")


# --- finding what was left behind --------------------------------------------------------------------------------


def recover() -> int:
    """Wake workers for work that was left behind; returns how many. Harmless at any time, in many places at once.

    First the rooms hear of changes of consent whose process died: that may put work on its way, or stop some.
    """
    patiently(settle_left_over)
    now = timezone.now()
    abandoned = Job.objects.filter(status=JobStatus.RUNNING, lease_until__lt=now)
    for job_id, claim in list(abandoned.filter(attempts__gte=MOST_ATTEMPTS).values_list("pk", "claim")):
        _stop(job_id, claim, GAVE_UP, _gave_up_sentence())
    patiently(
        lambda: abandoned.filter(attempts__lt=MOST_ATTEMPTS).update(
            status=JobStatus.QUEUED, claim=None, lease_until=None, not_before=None, dispatched_at=None, updated_at=now
        )
    )
    # Only the oldest, and each only now and then: a long queue must not fill the broker with copies of itself.
    waiting = (
        Job.objects.filter(status=JobStatus.QUEUED)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .filter(Q(dispatched_at=None) | Q(dispatched_at__lt=now - DISPATCH_AGAIN_AFTER))
        .order_by("created_at")
    )
    found = list(waiting.values_list("pk", "kind")[:DISPATCHED_PER_SWEEP])
    for job_id, kind in found:
        patiently(lambda job_id=job_id: Job.objects.filter(pk=job_id).update(dispatched_at=now))  # type: ignore[misc]
        _dispatch(kind, job_id)
    return len(found)
