"""Every check of the project, in one command: `python3 manage.py test [--thorough] [pytest arguments]`.

Quick checks come first so that a slip is said within seconds. The tests then run on SQLite, and those that
touch the database run once more on PostgreSQL when it is on the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
ON_POSTGRESQL = ["tests/portal", "tests/consent", "tests/trust"]


def quick_checks() -> list[tuple[str, list[str]]]:
    return [
        ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
        ("format", [str(BIN / "ruff"), "format", "--quiet", "--check", "."]),
        ("import laws", [str(BIN / "lint-imports"), "--no-cache"]),
        ("types", [str(BIN / "mypy"), "genomics", "consent", "portal"]),
        ("system check: permissions and words are complete", [*MANAGE, "check", "--fail-level", "WARNING"]),
        ("migrations are complete", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
        ("translations are complete", [PYTHON, "-m", "tests.translations"]),
        ("fonts can be made", [*MANAGE, "fonts"]),
    ]


def run(name: str, command: list[str], environment: dict[str, str], show: bool = False) -> bool:
    start = time.monotonic()
    print(f"· {name} …", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=not show)
    took = f"{time.monotonic() - start:.0f} s"
    if done.returncode and not show:
        print(done.stdout[-6000:] + done.stderr[-3000:])
    print(f"  {'ok' if not done.returncode else 'FAILED'}: {name} ({took})", flush=True)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    environment = dict(os.environ, DJANGO_SETTINGS_MODULE="portal.settings.testing", PYTHONWARNINGS="default")
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    pytest = [PYTHON, "-m", "pytest", *arguments]
    paths_given = any(not argument.startswith("-") for argument in arguments)
    if paths_given:
        return 0 if run("tests", pytest, environment, show=True) else 1

    good = [run(name, command, environment) for name, command in quick_checks()]
    from tests.services import postgres_is_here, postgres_server

    if postgres_is_here():
        with postgres_server() as address:
            on_postgresql = dict(environment, DATABASE_URL=address)
            good.append(
                run(
                    "tests on PostgreSQL",
                    [*pytest, "-m", "not browser and not redis", *ON_POSTGRESQL],
                    on_postgresql,
                    show=True,
                )
            )
    else:
        print("  skipped: tests on PostgreSQL (no PostgreSQL on this machine)")
    for program, tests in (("chromium", "browser journeys"), ("redis-server", "Redis faults")):
        if not shutil.which(program):
            print(f"  skipped: {tests} (no {program} on this machine)")
    good.append(run("tests on SQLite", pytest, environment, show=True))
    print("All checks passed." if all(good) else f"{good.count(False)} of {len(good)} checks failed.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
