"""Is the site alive, and can it do its work? Strangers get one word; an operator sees which part is ill."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.access.decide import decide
from portal.celery import app
from portal.home.queries import overdue_counts
from portal.results.models import Job, JobStatus

logger = logging.getLogger("portal.health")

LEFT_LYING = timedelta(seconds=60)
LEAST_FREE_BYTES = 256 * 1024**2


class Ill(Exception):
    """A part that does not do its work."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Ill


def broker() -> None:
    with app.connection_for_read() as link:
        link.ensure_connection(max_retries=1, timeout=2)


def worker() -> None:
    """No work lies about that somebody should have picked up by now, and with a broker somebody answers."""
    now = timezone.now()
    lying = Q(status=JobStatus.QUEUED, updated_at__lt=now - LEFT_LYING) & (
        Q(not_before=None) | Q(not_before__lt=now - LEFT_LYING)
    )
    abandoned = Q(status=JobStatus.RUNNING, lease_until__lt=now - LEFT_LYING)
    if Job.objects.filter(lying | abandoned).exists():
        raise Ill
    in_process = settings.CELERY_BROKER_URL.startswith("memory")
    if not in_process and not app.control.ping(timeout=1.0, limit=1):
        raise Ill


def disk() -> None:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"0")
        file.flush()
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise Ill


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "broker": broker,
    "worker": worker,
    "disk": disk,
}


def state() -> dict[str, bool]:
    """Each part, and whether it works."""
    found = {}
    for name, check in CHECKS.items():
        try:
            check()
            found[name] = True
        except Exception:
            logger.exception("not_ready", extra={"kind": name})
            found[name] = False
    return found


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. Touches nothing else, so a slow database does not get it restarted."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    found = state()
    well = all(found.values())
    body: dict[str, object] = {"status": "ok" if well else "not_ready"}
    if decide(request.user, "read.job"):
        body["checks"] = {name: "ok" if good else "not_ready" for name, good in found.items()}
        # Work that people let wait is no illness of the site: it is told here, and changes neither word nor status.
        body["overdue"] = overdue_counts(request.user)
    return JsonResponse(body, status=200 if well else 503)


app_name = "health"
urlpatterns = [path("live", live, name="live"), path("ready", ready, name="ready")]
