"""A small installation of its own, used by real processes: what threads, kills and restored backups need."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

from portal.sealing.keyring import new_line

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Installation:
    folder: Path
    database_url: str
    master_keys: list[str]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.portal.sealing.installation_settings",
            "DATABASE_URL": self.database_url,
            "PORTAL_MASTER_KEYS": ",".join(self.master_keys),
            "PORTAL_VAR": str(self.folder),
        }

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _output(self, *command: str) -> str:
        process = self.start(*command)
        out, errors = process.communicate()
        assert process.returncode == 0, out[-3000:] + errors[-3000:]
        return out

    def python(self, code: str) -> str:
        """Runs some lines as one process of the installation; what it prints."""
        return self._output("-c", "import django; django.setup()\n" + code)

    def at_work(self, act: str, *arguments: object) -> str:
        """Runs a function of `at_work.py` as one process of the installation; what it prints."""
        return self._output("-m", "tests.portal.sealing.at_work", act, *map(str, arguments))

    def copy(self) -> Installation:
        """A backup of the database as it is now, restored beside it. Keys and register are the installation's."""
        return replace(self, database_url=self._restored(self.folder, f"copy_{uuid.uuid4().hex}"))

    def twin(self, folder: Path) -> Installation:
        """A new installation whose tables are these: its own folder, register and master key."""
        return Installation(folder, self._restored(folder, "portal.sqlite3"), [new_line("old")])

    def _restored(self, folder: Path, file: str) -> str:
        if self.database_url.startswith("sqlite"):
            here, there = Path(self.database_url.removeprefix("sqlite:///")), folder / file
            with sqlite3.connect(here) as source, sqlite3.connect(there) as target:
                source.backup(target)
            return f"sqlite:///{there}"
        source_name, name = urlsplit(self.database_url).path.strip("/"), f"copy_{uuid.uuid4().hex}"
        with _maintenance() as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source_name))
            )
        return _url_of(name)

    def remove(self) -> None:
        if self.database_url.startswith("postgres"):
            with _maintenance() as server:
                name = sql.Identifier(urlsplit(self.database_url).path.strip("/"))
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def _url_of(name: str) -> str:
    """Another database on the server the checks use."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    """PostgreSQL's own database on the server the checks use."""
    server = psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)
    try:
        yield server
    finally:
        server.close()


def make_installation(folder: Path) -> Installation:
    if connection.vendor == "postgresql":
        name = f"sealing_{uuid.uuid4().hex}"
        with _maintenance() as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = _url_of(name)
    else:
        url = f"sqlite:///{folder / 'portal.sqlite3'}"
    made = Installation(folder, url, [new_line("old")])
    made.python(
        "from django.core.management import call_command as call\ncall('migrate', run_syncdb=True, verbosity=0)\n"
    )
    return made
