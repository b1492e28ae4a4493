"""The first command a newcomer runs, as a process of its own with a place of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from genomics.readers.made_up import write_made_up
from tests.services import wait_until
from tests.stack import ROOT, free_port

LIMIT = 300


def environment(var: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "PORTAL_VAR": str(var), "DJANGO_SETTINGS_MODULE": "portal.settings.local"}


def demo(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "demo", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(var), capture_output=True, text=True, timeout=LIMIT)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one demonstration lives; the tests below use it one after the other."""
    return tmp_path_factory.mktemp("demo") / "var"


def test_it_walks_a_genome_to_the_patient_and_says_where_the_reports_are(var: Path) -> None:
    done = demo(var, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    reports = re.findall(r"^  (.+) \((signed|draft)\): (.+\.pdf)$", done.stdout, re.MULTILINE)
    assert [state for _name, state, _path in reports] == ["signed", "draft"]
    assert all(Path(path).read_bytes().startswith(b"%PDF") for _name, _state, path in reports)
    assert "Traceback" not in done.stderr


def test_a_second_start_loses_nothing_and_repeats_nothing(var: Path) -> None:
    before = {path.name for path in (var / "files" / "reports").iterdir()}
    done = demo(var, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (var / "files" / "reports").iterdir()} == before
    assert done.stdout.count("sent the file before; it is kept once") == 3


def test_a_file_of_ones_own_takes_the_main_road(var: Path, tmp_path: Path) -> None:
    genome = tmp_path / "mine.vcf"
    write_made_up(genome, "mine", {"CYP2C19": "*2/*2"})
    done = demo(var, "--once", "--file", str(genome))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Guest .+ \(signed\)", done.stdout)


@pytest.mark.parametrize("content", [b"", b"not a genome\n"])
def test_a_file_that_cannot_be_read_ends_with_a_sentence(var: Path, tmp_path: Path, content: bytes) -> None:
    genome = tmp_path / "mine.vcf"
    genome.write_bytes(content)
    done = demo(var, "--once", "--file", str(genome))
    assert done.returncode != 0
    assert "The file stopped on the road" in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_said_at_once(var: Path) -> None:
    done = demo(var, "--file", "nowhere.vcf")
    assert done.returncode != 0 and "There is no file at nowhere.vcf" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_stops_clean(var: Path, how: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    serving = subprocess.Popen(
        command, cwd=ROOT, env=environment(var), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/accounts/login/", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    try:
        wait_until(answers, "the demonstration", LIMIT)
        serving.send_signal(how)
        told, wrong = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert serving.returncode == 0
    assert "Who can sign in" in told and "Everything is kept" in told
    assert "Traceback" not in wrong
