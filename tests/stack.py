"""The whole thing as a clinic runs it: gunicorn, prefork Celery workers, a database, a broker — as real processes."""

from __future__ import annotations

import base64
import hmac
import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOST = "portal.example.org"


SECOND_FACTOR = "JBSWY3DPEHPK3PXP"
"""The secret in the authenticator app of the installation's staff."""


def totp(secret: str) -> str:
    """The code an authenticator app shows now (RFC 6238, six digits, 30 seconds)."""
    counter = struct.pack(">Q", int(time.time() // 30))
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """Processes on this machine, reachable on `port`; everything they write is under `folder`."""

    folder: Path
    database_url: str
    redis_url: str
    settings: str = "portal.settings.production"
    web_workers: int = 2
    task_workers: int = 2
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "SECRET_KEY": "only-for-this-run-" + "x" * 40,
            "PORTAL_MASTER_KEYS": "only-for-this-run:" + "b" * 42 + "A=",
            "ALLOWED_HOSTS": HOST,
            "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PORTAL_VAR": str(self.folder),
        }

    def manage(self, *arguments: str) -> str:
        return self._output([sys.executable, "-m", "django", *arguments])

    def python(self, code: str) -> str:
        """Runs a few lines with the models loaded, as one process of the installation; what it prints."""
        return self._output([sys.executable, "-c", "import django; django.setup()\n" + code])

    def _output(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.log").open("wb")
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.processes[name] = process
        return process

    def start_worker(self, number: int) -> None:
        beat = ["--beat", "--schedule", str(self.folder / "beat")] if number == 0 else []
        worker = ["celery", "-A", "portal", "worker", "--concurrency", "2", "--loglevel", "INFO"]
        self.start(f"worker{number}", [sys.executable, "-m", *worker, "-n", f"w{number}@%h", *beat])

    def start_web(self) -> None:
        address = f"127.0.0.1:{self.port}"
        workers = str(self.web_workers)
        self.start("web", [str(BIN / "gunicorn"), "portal.wsgi", "--workers", workers, "--bind", address])

    def __enter__(self) -> Stack:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.manage("migrate", "--verbosity", "0")
        self.manage("fonts")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        self.start_web()
        for number in range(self.task_workers):
            self.start_worker(number)
        try:
            self.wait(lambda: Client(self).get("/health/live").status == 200, "the web server")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def wait(self, met: object, what: str, seconds: float = 90) -> None:
        """Waits until `met()` is true; a generous limit, because a stuck machine must not hang the checks."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if met():  # type: ignore[operator]
                    return
            except OSError:
                pass
            time.sleep(0.2)
        logs = "\n".join(f"== {p.name}\n{p.read_text(errors='replace')[-2000:]}" for p in self.folder.glob("*.log"))
        raise AssertionError(f"{what} did not get ready in {seconds:.0f} s\n{logs}")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Client:
    """A person's browser as far as HTTP goes: keeps cookies, sends the CSRF token, speaks through the HTTPS proxy."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{HOST}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.connection.close()  # the server closed an idle connection
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}).encode()
        return self.request("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes, **headers: str) -> Answer:
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + f"\r\n--{edge}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={edge}"
        return self.request("POST", path, b"".join(parts), Content_Type=kind, **headers)

    def sign_in(self, email: str, password: str) -> None:
        form = self.get("/accounts/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token, form[:500]
        answer = self.post("/accounts/login/", {
            "login": email, "password": password, "csrfmiddlewaretoken": token.group(1)
        })  # fmt: skip
        assert answer.status == 302, answer.text[:2000]
        if "/2fa/authenticate/" in answer.headers["location"]:
            self._second_step()

    def _second_step(self) -> None:
        """The code of the app; one that was used already is refused, so the next half minute is waited for."""
        for _attempt in range(3):
            form = self.get("/accounts/2fa/authenticate/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
            assert token, form[:500]
            answer = self.post("/accounts/2fa/authenticate/", {
                "code": totp(SECOND_FACTOR), "csrfmiddlewaretoken": token.group(1)
            })  # fmt: skip
            if answer.status == 302:
                return
            time.sleep(30 - time.time() % 30 + 0.5)
        raise AssertionError("the second step was refused")
