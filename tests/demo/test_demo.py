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
    assert [state for _name, state, _path in reports] == ["signed", "draft", "signed", "signed", "signed"]
    assert all(Path(path).read_bytes().startswith(b"%PDF") for _name, _state, path in reports)
    assert done.stdout.count("has a plan and a diary") == 2
    assert "Traceback" not in done.stderr


def kept_files(var: Path) -> set[Path]:
    return {path.relative_to(var) for path in (var / "files").rglob("*") if path.is_file()}


def test_a_second_start_loses_nothing_and_repeats_nothing(var: Path) -> None:
    before = kept_files(var)
    assert before
    done = demo(var, "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept_files(var) == before
    assert done.stdout.count("sent the file before; it is kept once") == 6


def test_a_file_of_ones_own_takes_the_main_road(var: Path, tmp_path: Path) -> None:
    genome = tmp_path / "mine.vcf"
    write_made_up(genome, "mine", {"CYP2C19": "*2/*2"})
    done = demo(var, "--once", "--file", str(genome))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Guest .+ \(signed\)", done.stdout)


def two_samples(path: Path) -> Path:
    """A file of two people, ANNE and BERT."""
    write_made_up(path, "ANNE", {"CYP2C19": "*2/*2"})
    lines = path.read_text().splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("#CHROM"))
    rows = [f"{line}\t{line.rsplit(chr(9), 1)[1]}" for line in lines[head + 1 :]]
    path.write_text("\n".join([*lines[:head], lines[head] + "\tBERT", *rows]) + "\n")
    return path


@pytest.mark.parametrize(("asked", "says"), [((), "holds 2 samples"), (("--sample", "CARL"), "holds no sample CARL")])
def test_a_file_of_several_people_asks_which_one(
    var: Path, tmp_path: Path, asked: tuple[str, ...], says: str
) -> None:
    done = demo(var, "--once", "--file", str(two_samples(tmp_path / "both.vcf")), *asked)
    assert done.returncode == 2
    assert says in done.stderr and "--sample: ANNE, BERT." in done.stderr and "Traceback" not in done.stderr


def test_the_named_sample_takes_the_main_road(var: Path, tmp_path: Path) -> None:
    done = demo(var, "--once", "--file", str(two_samples(tmp_path / "both.vcf")), "--sample", "BERT")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sample BERT" in done.stdout and re.search(r"Guest .+ \(signed\)", done.stdout)


def test_ctrl_c_while_it_sets_up_ends_with_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "demo", "--once"]
    new = tmp_path / "var"
    setting_up = subprocess.Popen(
        command, cwd=ROOT, env=environment(new), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until((new / "demo.lock").exists, "the first step", LIMIT)
    setting_up.send_signal(signal.SIGINT)
    told, wrong = setting_up.communicate(timeout=60)
    assert setting_up.returncode == 130
    assert "Stopped. Nothing is lost" in told and "Traceback" not in wrong


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
def test_it_serves_until_it_is_told_to_stop_and_stops_clean(var: Path, tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    genome = tmp_path / "mine.vcf"
    write_made_up(genome, "mine", {"CYP2C19": "*2/*2"})
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--file", str(genome)]
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
        second = demo(var, "--once")
        serving.send_signal(how)
        told, wrong = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert serving.returncode == 0
    assert second.returncode == 2 and "is running in this folder already" in second.stderr
    assert re.search(r"Patient +g-[0-9a-f]+@patients.example +Guest", told)
    assert "Who can sign in" in told and "Everything is kept" in told
    assert "Traceback" not in wrong
