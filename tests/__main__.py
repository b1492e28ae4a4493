"""Every check of the project, in one command: `python3 manage.py test [--thorough | --runslow] [pytest arguments]`.

Quick checks come first so that a slip is said within seconds. The tests then run in lanes side by side: on SQLite;
those that touch the database once more on PostgreSQL when it is on the machine; in the browser; with Redis.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
ON_POSTGRESQL = ["tests/portal", "tests/consent", "tests/trust"]


@dataclass(frozen=True)
class Suite:
    """One pytest run: what it is called, its command, its environment."""

    name: str
    command: list[str]
    environment: dict[str, str]


class Running:
    """A suite that has been started; its output goes to a file, so that suites side by side do not mix."""

    def __init__(self, suite: Suite, folder: Path) -> None:
        self.suite = suite
        self.started = time.monotonic()
        self.output = folder / f"{suite.name}.txt"
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(
                suite.command, cwd=ROOT, env=suite.environment, text=True, stdout=stream, stderr=subprocess.STDOUT
            )
        print(f"· {suite.name} …", flush=True)

    def progress(self) -> str:
        shares = re.findall(r"\[ *(\d+)%\]", self.output.read_text(errors="replace"))
        return f"{shares[-1]} %" if shares else "starting"

    def report(self) -> bool:
        """Say how it ended: the summary line when good, everything it printed when not."""
        nothing_to_run = 5  # pytest's exit status when every test was deselected
        good = self.process.returncode in (0, nothing_to_run)
        lines = self.output.read_text(errors="replace").splitlines()
        print("\n".join(lines if not good else lines[-1:]))
        took = f"{time.monotonic() - self.started:.0f} s"
        print(f"  {'ok' if good else 'FAILED'}: {self.suite.name} ({took})", flush=True)
        return good


def quick_checks() -> list[tuple[str, list[str]]]:
    return [
        ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
        ("format", [str(BIN / "ruff"), "format", "--quiet", "--check", "."]),
        ("security lint", [str(BIN / "bandit"), "-q", "-c", "pyproject.toml", "-r", "portal", "consent", "genomics"]),
        ("rules of the house", [PYTHON, "-m", "tests.house_rules"]),
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


def suites(pytest: list[str], environment: dict[str, str], postgresql: str | None) -> list[list[Suite]]:
    """Lanes of pytest runs that go side by side; within a lane one follows the other.

    The Redis tests mostly wait for clocks, so they get a lane of their own; the others share two cores.
    """

    def suite(name: str, marks: str, *paths: str, **more: str) -> Suite:
        return Suite(name, [*pytest, "-m", marks, *paths], dict(environment, **more))

    everywhere = "not browser and not redis"
    first = [suite("tests on SQLite", everywhere)]
    second = [suite("browser journeys", "browser")]
    third = [suite("Redis and worker faults", "redis and not browser")]
    if postgresql:
        second.insert(
            0, suite("tests on PostgreSQL", f"{everywhere} and not pure", *ON_POSTGRESQL, DATABASE_URL=postgresql)
        )
    return [first, second, third]


def run_lanes(lanes: list[list[Suite]]) -> bool:
    """Run every suite, say how far each is every half minute, show the whole output of one that failed."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        waiting = [list(lane) for lane in lanes]
        running: dict[int, Running] = {}
        said = time.monotonic()
        while running or any(waiting):
            for lane, queue in enumerate(waiting):
                if lane not in running and queue:
                    running[lane] = Running(queue.pop(0), Path(folder))
            time.sleep(0.5)
            for lane, one in list(running.items()):
                if one.process.poll() is not None:
                    good = one.report() and good
                    del running[lane]
            if time.monotonic() - said > 30 and running:
                said = time.monotonic()
                print(
                    "  … " + " · ".join(f"{one.suite.name} {one.progress()}" for one in running.values()), flush=True
                )
    return good


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

    for program, tests in (("chromium", "browser journeys"), ("redis-server", "Redis faults")):
        if not shutil.which(program):
            print(f"  skipped: {tests} (no {program} on this machine)")
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgres_server()) if postgres_is_here() else None
        if address is None:
            print("  skipped: tests on PostgreSQL (no PostgreSQL on this machine)")
        good.append(run_lanes(suites(pytest, environment, address)))
    print("All checks passed." if all(good) else "Not every check passed: see FAILED above.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
