"""A running installation for the benchmarks: PostgreSQL and Redis when they are on the machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import prepare, send, sign
from tests.services import postgres_is_here, postgres_server, redis_server
from tests.stack import Client, Stack


@contextmanager
def installation(folder: Path, settings: str) -> Iterator[Stack]:
    with ExitStack() as services:
        redis = services.enter_context(redis_server())
        database = f"sqlite:///{folder / 'portal.sqlite3'}"
        if postgres_is_here():
            database = services.enter_context(postgres_server())
        yield services.enter_context(Stack(folder / "var", database, redis.url, settings=settings))


@dataclass(frozen=True)
class ReleasedReport:
    path: str
    patient: str
    password: str


def released_report(stack: Stack) -> ReleasedReport:
    """One signed report that its patient can read."""
    prepared = prepare(stack, 1)
    (order,) = prepared.orders
    sent = send(Client(stack), prepared, order)
    assert sent.status == 201, sent.text[:1000]
    clinician = Client(stack)
    clinician.sign_in(prepared.clinician, prepared.password)
    stack.wait(lambda: json.loads(clinician.get("/api/v1/reports/").body)["count"] == 1, "the draft")
    (report,) = json.loads(clinician.get("/api/v1/reports/").body)["results"]
    sign(stack, report["id"], prepared.clinician)
    return ReleasedReport(f"/reports/{report['id']}/", prepared.patient, prepared.password)
