"""Doing the waiting work here and now, in the test's own process, the way a worker would."""

from portal.results import jobs
from portal.results.models import Job, JobStatus


def work_off(most: int = 50) -> int:
    """Run waiting jobs until none is left that may start; returns how many were run."""
    for done in range(most):
        waiting = Job.objects.filter(status=JobStatus.QUEUED, not_before=None).first()
        if waiting is None:
            return done
        jobs.run(waiting.pk)
    raise AssertionError(f"still working after {most} jobs")
