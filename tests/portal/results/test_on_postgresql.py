"""What happens at once happens on PostgreSQL too, where writers do not take turns by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import postgres_server

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.postgres
def test_jobs_and_simultaneous_uploads_hold_on_postgresql() -> None:
    with postgres_server() as database:
        checks = ["test_jobs.py", "test_bad_input.py", "test_road.py"]
        run = subprocess.run(
            [
                sys.executable, "-m", "pytest", "-k", "once or taken_back or left_behind or again or killed",
                *(f"tests/portal/results/{name}" for name in checks),
            ],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            capture_output=True,
            text=True,
        )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
