"""The logged-in result page against a minimal three-query Django page, alternately, through gunicorn."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from benchmarks.figures import head, percentile, row
from benchmarks.installation import installation, released_report
from tests.stack import Client, Stack

ROUNDS = 6
CLIENTS = 8
SECONDS = 3.0


def load(clients: list[Client], path: str) -> list[float]:
    """Every client asks for the page again and again for a few seconds; how long each answer took."""
    took: list[float] = []

    def ask(client: Client) -> None:
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            start = time.perf_counter()
            answer = client.get(path)
            took.append(time.perf_counter() - start)
            assert answer.status == 200, (path, answer.status)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def measure(stack: Stack) -> None:
    made = released_report(stack)
    clients = [Client(stack) for _ in range(CLIENTS)]
    clients[0].sign_in(made.patient, made.password)
    for client in clients[1:]:
        client.cookies = dict(clients[0].cookies)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        theirs += load(clients, "/benchmark-minimal/")
        ours += load(clients, made.path)
    head(f"Result page, {CLIENTS} people at once, {ROUNDS * SECONDS:.0f} s each, gunicorn with 2 workers")
    row("page, p95", percentile(ours, 0.95), "minimal page", percentile(theirs, 0.95), "≤ 1.5")
    row("page, median", percentile(ours, 0.5), "minimal page", percentile(theirs, 0.5), "")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder), "benchmarks.settings") as stack:
        measure(stack)
