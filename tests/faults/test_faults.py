"""What may break, breaks here for real: nothing is lost, nothing is done twice, and work goes on by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portal.results import jobs
from tests.faults.poison import POISON, SECONDS, STARTS
from tests.services import RedisServer, postgres_is_here, postgres_server, redis_server, wait_until

pytestmark = pytest.mark.redis

ROOT = Path(__file__).resolve().parents[2]
# Far more than recovery takes: a busy machine may be slow, lost work would never come.
PATIENCE_SECONDS = 240


class Site:
    """Two prefork workers, beat and a web process on one database and one Redis."""

    def __init__(self, folder: Path, database: str, redis: RedisServer) -> None:
        self.redis = redis
        self.folder = folder
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings.local",
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "PORTAL_VAR": str(folder),
            "PYTHONWARNINGS": "ignore",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.environment, check=True)
        self._web = self._start("-m", "tests.faults.site", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.workers = [self.start_worker(), self.start_worker()]
        self._beat = self._start("-m", "celery", "-A", "portal", "beat", "-l", "ERROR")

    def _start(self, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
        log = (self.folder / "log").open("ab")
        options = {"stdout": log, **options}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stderr=log,
            start_new_session=True,
            **options,
        )

    def start_worker(self) -> subprocess.Popen[Any]:
        name = f"w{os.urandom(4).hex()}@localhost"
        return self._start(
            "-m", "celery", "-A", "portal", "worker", "-c", "1", "-n", name, "-l", "WARNING",
            "-I", "tests.faults.slow_reading",
        )  # fmt: skip

    def ask(self, question: str, **details: str) -> Any:
        assert self._web.stdin and self._web.stdout
        self._web.stdin.write(json.dumps({"ask": question, **details}) + "\n")
        self._web.stdin.flush()
        return json.loads(self._web.stdout.readline())

    def send(self, *samples: str) -> list[str]:
        return [self.ask("send", sample=sample) for sample in samples]

    def states(self, files: list[str]) -> list[dict[str, Any]]:
        return [self.ask("state", file=file) for file in files]

    def starts(self, prefix: str) -> list[tuple[int, str]]:
        """Who started to read which sample, in order."""
        path = self.folder / STARTS
        lines = path.read_text().splitlines() if path.exists() else []
        pairs = ((int(line.split()[0]), line.split()[1]) for line in lines)
        return [(pid, sample) for pid, sample in pairs if sample.startswith(prefix)]

    def wait_for_start(self, prefix: str, count: int = 1) -> list[tuple[int, str]]:
        wait_until(lambda: len(self.starts(prefix)) >= count, f"{count} starts of {prefix}", PATIENCE_SECONDS)
        return self.starts(prefix)

    def wait_for(self, files: list[str], status: str) -> float:
        return wait_until(
            lambda: all(state["status"] == status for state in self.states(files)), status, PATIENCE_SECONDS
        )

    def stop(self) -> None:
        for process in [self._web, self._beat, *self.workers]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On PostgreSQL where there is one, as in production; else on an SQLite file."""
    folder = tmp_path_factory.mktemp("site")
    on_file = nullcontext(f"sqlite:///{folder / 'portal.sqlite3'}")
    with redis_server() as redis, postgres_server() if postgres_is_here() else on_file as database:
        site = Site(folder, database, redis)
        try:
            yield site
        finally:
            site.stop()


def assert_done_once(site: Site, files: list[str]) -> None:
    for state in site.states(files):
        assert (state["status"], state["job"]) == ("interpreted", "done")
        assert state["interpretations"] == 1
        assert state["gene_findings"] == state["genes"] > 0


def test_the_settings_promise_recovery_within_thirty_seconds() -> None:
    """A lease lapses, beat comes by, the work is sent: together well under 30 s; what a broker forgot likewise."""
    search = settings.CELERY_BEAT_SCHEDULE["recover"]["schedule"]
    assert jobs.LEASE.total_seconds() + 2 * search < 30
    assert jobs.DISPATCH_AGAIN_AFTER.total_seconds() + 2 * search < 30
    assert jobs.LEASE.total_seconds() > 2 * jobs.HEARTBEAT_SECONDS
    assert settings.CELERY_TASK_TIME_LIMIT < 600


def test_a_killed_child_loses_nothing(site: Site, record_property: Any) -> None:
    files = site.send("CHILD1", "CHILD2", "CHILD3", "CHILD4")
    site.wait_for_start("CHILD")
    victim, sample = site.starts("CHILD")[-1]
    os.kill(victim, signal.SIGKILL)
    record_property("seconds", site.wait_for(files, "interpreted"))
    assert_done_once(site, files)
    assert [name for _, name in site.starts("CHILD")].count(sample) == 2


def test_a_killed_worker_loses_nothing(site: Site, record_property: Any) -> None:
    files = site.send("WORKER1", "WORKER2", "WORKER3", "WORKER4")
    site.wait_for_start("WORKER", 2)
    child, sample = site.starts("WORKER")[-1]
    worker = next(worker for worker in site.workers if worker.pid == os.getpgid(child))
    site.workers.remove(worker)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    record_property("seconds", site.wait_for(files, "interpreted"))
    assert_done_once(site, files)
    assert [name for _, name in site.starts("WORKER")].count(sample) == 2
    site.workers.append(site.start_worker())


def test_all_workers_killed_and_started_again_lose_nothing(site: Site, record_property: Any) -> None:
    files = site.send("ALL1", "ALL2", "ALL3")
    site.wait_for_start("ALL", 2)
    for worker in site.workers:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    site.workers = [site.start_worker(), site.start_worker()]
    record_property("seconds", site.wait_for(files, "interpreted"))
    assert_done_once(site, files)


def test_a_broker_that_forgets_everything_loses_nothing(site: Site, record_property: Any) -> None:
    files = site.send("BROKER1", "BROKER2", "BROKER3", "BROKER4", "BROKER5")
    site.wait_for_start("BROKER")
    site.redis.kill()
    files += site.send("BROKER-AWAY")  # taken in while there is no broker at all
    site.redis.start()
    record_property("seconds", site.wait_for(files, "interpreted"))
    assert_done_once(site, files)


def test_a_file_that_kills_its_worker_stops_after_three_attempts(site: Site) -> None:
    poison, healthy = site.send(POISON, "HEALTHY")
    site.wait_for([poison], "failed")
    (state,) = site.states([poison])
    assert (state["reason"], state["job"], state["attempts"]) == ("gave_up", "failed", jobs.MOST_ATTEMPTS)
    assert state["interpretations"] == 0
    assert "three times" in state["explanation"]
    assert len(site.starts(POISON)) == jobs.MOST_ATTEMPTS
    site.wait_for([healthy], "interpreted")
    assert_done_once(site, [healthy])


def test_a_healthy_site_does_everything_once(site: Site) -> None:
    files = site.send("WELL1", "WELL2")
    site.wait_for(files, "interpreted")
    assert_done_once(site, files)
    assert len(site.starts("WELL")) == 2
    assert jobs.LEASE.total_seconds() > SECONDS
