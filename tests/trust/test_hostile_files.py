"""Whatever is sent as a genome file, the portal says what is wrong with it, quickly and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.genomes import vcf
from tests.stack import ROOT
from tests.trust.corpus import CORPUS

pytestmark = pytest.mark.pure

CPU_SECONDS, MEMORY_MIB = 2.0, 300


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in CORPUS.items():
        (folder / name).write_bytes(make())
    (folder / "a_genuine_file").write_bytes(vcf({"CYP2C19": "*2/*2"}))
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.read_hostile", str(folder)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.testing"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_there_are_enough_of_them() -> None:
    assert len(CORPUS) >= 60


def test_a_genuine_file_is_read(outcomes: dict[str, dict]) -> None:
    assert outcomes["a_genuine_file"]["end"] == "read"


@pytest.mark.parametrize("name", CORPUS)
def test_it_is_refused_with_a_sentence_quickly_and_in_little_memory(name: str, outcomes: dict[str, dict]) -> None:
    outcome = outcomes[name]
    assert outcome["end"] == "refused", outcome
    sentence = outcome["sentence"]
    assert sentence.endswith(".") and len(sentence.split()) >= 5, "what is wrong"
    assert any(word in sentence for word in ("end ", "sk ", "opy ", "heck ", "urn it", "plit ", "end it")), (
        f"and what to do: {sentence}"
    )
    assert outcome["cpu"] < CPU_SECONDS and outcome["mib"] < MEMORY_MIB, outcome
