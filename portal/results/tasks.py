"""What a Celery worker runs for this room. Arguments are job ids only; the work itself is registered with `jobs`."""

from typing import Any

from celery.signals import worker_ready

from portal.celery import app
from portal.results import interpreting, jobs

__all__ = ["interpreting", "recover"]


@app.task(name="recover", ignore_result=True)
def recover() -> None:
    """Find work that was left behind. Sent by beat every few seconds."""
    jobs.recover()


@worker_ready.connect
def recover_at_start(**_signal: Any) -> None:
    """A worker that comes up asks at once what was left behind while there was none."""
    recover.apply_async(retry=False)
