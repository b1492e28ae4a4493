"""A web server killed in the middle of a request: no act without its line in the log, no line without its act."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.services import listens, wait_until
from tests.stack import BIN, ROOT, free_port

CSRF = "a" * 32
PREPARE = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal.access import log
from tests.people import make_patient
ada = make_patient()
session = SessionStore()
session[SESSION_KEY] = str(ada.account.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = ada.account.get_session_auth_hash()
session.save()
events = [str(log.record(None, "read.patient", ada).id) for _ in range({count})]
print(json.dumps([session.session_key, events]))
"""


@dataclass
class Site:
    folder: Path
    port: int
    session: str
    events: list[str]
    server: subprocess.Popen[bytes]

    def press(self, event: str) -> socket.socket:
        """Send "I did not expect this" and do not wait for the answer."""
        body = f"csrfmiddlewaretoken={CSRF}"
        head = (
            f"POST /access/log/{event}/question/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={CSRF}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        line.sendall((head + body).encode())
        return line

    def worker(self) -> int | None:
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def rows(self) -> tuple[set[int], set[int]]:
        """The acts, and the lines of the log that tell of them."""
        with closing(database(self.folder)) as found:
            cursor = found.cursor()
            cursor.execute("SELECT event_id FROM access_question")
            acts = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT resource_id FROM access_accessevent WHERE action = 'question.access_event'")
            return acts, {int(row[0]) for row in cursor.fetchall()}


SERVED = os.environ.get("DATABASE_URL", "")
"""The PostgreSQL that the checks run on, or nothing: then SQLite."""


def database(folder: Path) -> Any:
    if not SERVED:
        return sqlite3.connect(folder / "portal.sqlite3", timeout=30)
    return psycopg.connect(environment(folder)["DATABASE_URL"], autocommit=True)


def environment(folder: Path) -> dict[str, str]:
    """For a server with a database of its own."""
    found = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.testing", "PORTAL_VAR": str(folder)}
    if SERVED:
        found["DATABASE_URL"] = f"{SERVED.rpartition('/')[0]}/{own_name(folder)}"
    return found


def own_name(folder: Path) -> str:
    return "killed_" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]


@contextmanager
def own_database(folder: Path) -> Iterator[None]:
    """Made for one test and thrown away; on SQLite the folder is enough."""
    if not SERVED:
        yield
        return
    name = sql.Identifier(own_name(folder))
    with closing(psycopg.connect(SERVED, autocommit=True)) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def python(folder: Path, code: str) -> str:
    command = [sys.executable, "-c", "import django; django.setup()\n" + code]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), check=True, capture_output=True, text=True
    ).stdout


def serve(folder: Path, count: int) -> Iterator[Site]:
    if not Path("/proc/self/task").exists():
        pytest.skip("skipped: needs Linux to find the server's worker")
    with own_database(folder):
        yield from serve_on(folder, count)


def serve_on(folder: Path, count: int) -> Iterator[Site]:
    manage = [sys.executable, "-m", "django"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment(folder), check=True)
    session, events = json.loads(python(folder, PREPARE.format(count=count)).splitlines()[-1])
    port = free_port()
    command = [str(BIN / "gunicorn"), "portal.wsgi", "--preload", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(folder), stderr=subprocess.DEVNULL)
    site = Site(folder, port, session, events, server)
    try:
        wait_until(lambda: listens(port) and site.worker() is not None, "the web server")
        yield site
    finally:
        server.terminate()
        server.wait(timeout=30)


def acts_and_lines_stay_together(site: Site) -> None:
    chance = random.Random(20261122)
    began = time.monotonic()
    with site.press(site.events[0]) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 302"), "undisturbed it works"
    took = time.monotonic() - began
    acts, told = site.rows()
    assert len(acts) == len(told) == 1
    for event in site.events[1:]:
        wait_until(lambda: site.worker() is not None, "the next worker")
        victim = site.worker()
        assert victim is not None
        with site.press(event):
            time.sleep(chance.uniform(0, 1.5 * took))  # every worker is new, as the first one was
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        wait_until(lambda victim=victim: site.worker() not in (victim, None), "the next worker")  # type: ignore[misc]
        acts, told = site.rows()
        assert acts - told == set(), "an act without its line"
        assert told - acts == set(), "a line without its act"
    print(f"\n{len(site.events) - 1} requests killed: {len(acts) - 1} acts with their line, the others not at all")
    said = subprocess.run(
        [sys.executable, "-m", "django", "verify_log", "--anchors", str(site.folder / "anchors.log")],
        cwd=ROOT,
        env=environment(site.folder),
        capture_output=True,
        text=True,
    )
    assert "edited" not in said.stdout and "deleted" not in said.stdout


def test_a_hundred_killed_requests(tmp_path: Path) -> None:
    for site in serve(tmp_path, 101):
        acts_and_lines_stay_together(site)


@pytest.mark.thorough
def test_a_thousand_killed_requests(tmp_path: Path) -> None:
    for site in serve(tmp_path, 1001):
        acts_and_lines_stay_together(site)
