"""Real servers for the checks that need them: Redis and PostgreSQL, on free ports, in places that are thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stack import free_port

STARTED_WITHIN_SECONDS = 60


def wait_until(true: Callable[[], bool], what: str, seconds: float = STARTED_WITHIN_SECONDS) -> float:
    """Wait for something to become true; returns how long it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)
    return time.monotonic() - began


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class RedisServer:
    """A redis-server that keeps nothing on disk: what it held is gone when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), *options], stdout=subprocess.DEVNULL
        )
        wait_until(lambda: listens(self.port), "redis-server")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Skips the test when there is no redis-server on this machine."""
    if shutil.which("redis-server") is None:
        pytest.skip("skipped: redis-server not found")
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _postgres_programs() -> Path | None:
    """The folder with initdb and postgres: on the path, or where Debian keeps the newest version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return versions[-1] if versions else None


def postgres_is_here() -> bool:
    """Whether `postgres_server` would start one."""
    if _postgres_programs() is None:
        return False
    return os.geteuid() != 0 or any(user.pw_name == "postgres" for user in pwd.getpwall())


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of its own; gives its DATABASE_URL. Skips the test when there is no PostgreSQL."""
    programs = _postgres_programs()
    if programs is None or not postgres_is_here():
        pytest.skip("skipped: PostgreSQL not found (as root it needs a user named postgres as well)")
    as_postgres: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    data = folder / "data"
    subprocess.run(
        [*as_postgres, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    server = subprocess.Popen(
        [
            *as_postgres, programs / "postgres", "-D", data, "-p", str(port), "-k", folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "log_min_messages=fatal",
        ],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        create = [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "portal"]
        # It listens a moment before it takes questions.
        wait_until(lambda: subprocess.run(create, check=False, capture_output=True).returncode == 0, "PostgreSQL")
        yield f"postgres://postgres@127.0.0.1:{port}/portal"
    finally:
        leader = data / "postmaster.pid"
        if leader.exists():
            os.kill(int(leader.read_text().split()[0]), signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
