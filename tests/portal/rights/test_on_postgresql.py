"""Copies, erasure, moves, deaths and retention hold on PostgreSQL too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import postgres_server

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.postgres
def test_a_persons_rights_hold_on_postgresql() -> None:
    with postgres_server() as database:
        checks = ["test_copies.py", "test_leaving.py", "test_life.py", "test_retention.py"]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *(f"tests/portal/rights/{name}" for name in checks)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout
