"""Doing the waiting work here and now, in the test's own process, the way a worker would."""

from portal.results import jobs
from portal.results.models import Job, JobStatus


def work_off(*kinds: str, most: int = 50) -> int:
    """Run waiting jobs (of these kinds, or all) until none is left that may start; returns how many were run."""
    for done in range(most):
        jobs_waiting = Job.objects.filter(status=JobStatus.QUEUED, not_before=None)
        waiting = (jobs_waiting.filter(kind__in=kinds) if kinds else jobs_waiting).first()
        if waiting is None:
            return done
        jobs.run(waiting.pk)
    raise AssertionError(f"still working after {most} jobs")
