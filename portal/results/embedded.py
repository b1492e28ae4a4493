"""A worker inside the web process, for one machine without a broker: threads, an in-memory queue, no other process.

The web server must then be a single process. The queue dies with it, which is harmless: the job rows are the truth,
and the next start finds what was left behind.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from celery.worker import WorkController
from django.db import connection

from portal.access.upkeep import look_after
from portal.celery import app
from portal.results import jobs

logger = logging.getLogger(__name__)

RECOVER_SECONDS = 3.0
READY_SECONDS = 30.0


def start_embedded_worker(concurrency: int = 2) -> Callable[[], None]:
    """Start the worker and the search for work left behind; returns a function that stops both and waits for them."""
    ready = threading.Event()
    over = threading.Event()
    worker = WorkController(
        app=app,
        hostname="embedded@localhost",
        pool="threads",
        concurrency=concurrency,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        ready_callback=lambda _consumer: ready.set(),
    )

    def recover() -> None:
        try:
            while not over.is_set():
                try:
                    jobs.recover()
                    look_after()
                except Exception as error:
                    # The next round is three seconds away; a thread that died would never look again.
                    logger.warning("recover.error", extra={"reason": type(error).__name__})
                over.wait(RECOVER_SECONDS)
        finally:
            connection.close()

    working = threading.Thread(target=worker.start, name="embedded-worker", daemon=True)
    working.start()
    if not ready.wait(READY_SECONDS):
        raise RuntimeError("The embedded worker did not start.")
    recovering = threading.Thread(target=recover, name="embedded-recover", daemon=True)
    recovering.start()

    def stop() -> None:
        over.set()
        recovering.join()
        worker.stop()
        working.join(timeout=10)

    return stop
