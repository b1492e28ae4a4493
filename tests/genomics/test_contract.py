"""What `python -m genomics pgx` prints is what a laboratory's scripts were promised: every key, every type."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from genomics.knowledge import EVERY_GENE, FILE_GENES, OUTSIDE_ONLY_GENES
from genomics.model import Caveat, Condition, Origin, Reason, Rule
from genomics.pharmacogenomics.vocabulary import vocabulary
from tests.genomics.people import KNOWLEDGE
from tests.shared import shared_data

SAMPLES = {
    "NA18526.GRCh38.raw_allsites_at_pgx.vcf": 1,
    "NA18526.GRCh38.variants_only_pgx_regions.vcf.gz": 1,
    "getrm5.GRCh38.pgx_positions.multisample.vcf": 5,
}
SOURCES = {"CPIC", "DPWG"}
WORDS = vocabulary(KNOWLEDGE, EVERY_GENE)
every_file = pytest.mark.parametrize("file", SAMPLES)


@cache
def printed(file: str) -> tuple[dict[str, Any], ...]:
    command = [sys.executable, "-m", "genomics", "pgx", str(shared_data() / "real" / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.endswith("\n")
    return tuple(json.loads(line) for line in done.stdout.splitlines())


def is_listed(value: Any, allowed: object = None) -> bool:
    """A list of strings, all of them among the allowed ones where there are such."""
    return isinstance(value, list) and all(
        isinstance(item, str) and (allowed is None or item in allowed)  # type: ignore[operator]
        for item in value
    )


@every_file
def test_there_is_one_object_per_sample_and_line(file: str) -> None:
    objects = printed(file)
    assert len(objects) == SAMPLES[file] == len({item["sample"] for item in objects})
    for item in objects:
        assert set(item) == {
            "sample", "assembly", "genes", "guidance", "unanswered", "not_covered", "knowledge", "caveats",
        }  # fmt: skip
        assert item["assembly"] == "GRCh38"
        assert set(item["genes"]) == set(FILE_GENES)
        assert item["not_covered"] == list(OUTSIDE_ONLY_GENES)
        assert is_listed(item["caveats"], set(Caveat))
        assert set(item["knowledge"]) == {"id", "hash", "facts_as_of"}
        assert all(isinstance(value, str) for value in item["knowledge"].values())


@every_file
def test_every_gene_has_every_key_in_its_type(file: str) -> None:
    for item in printed(file):
        for gene, found in item["genes"].items():
            assert is_listed(found["diplotypes"])
            assert type(found["tied"]) is int and found["tied"] <= len(found["diplotypes"])
            assert (
                set(found["phenotype"])
                == set(found["possible_phenotypes"])
                == set(found["activity_score"])
                == SOURCES
            )
            for source in SOURCES:
                stated, possible = found["phenotype"][source], found["possible_phenotypes"][source]
                assert stated is None or stated in WORDS.phenotypes[gene]
                assert is_listed(possible, set(WORDS.phenotypes[gene]))
                assert stated is None or stated in possible
                score = found["activity_score"][source]
                assert score is None or type(score) in (int, float)
            coverage = found["coverage"]
            assert type(coverage["tested"]) is int and type(coverage["defined"]) is int
            assert 0 <= coverage["tested"] <= coverage["defined"]
            assert 0 <= coverage["deciding_tested"] <= coverage["deciding"]
            assert is_listed(coverage["not_excluded"])
            assert type(found["phased"]) is bool
            assert found["origin"] in set(Origin)
            assert is_listed(found["caveats"], set(Caveat))
            assert found["rule"] in set(Rule)
            assert is_listed(found["carried"])
            assert found["adjusted"] == {} and found["set_aside"] is None


@every_file
def test_every_piece_of_guidance_has_every_key_in_its_type(file: str) -> None:
    for item in printed(file):
        assert item["guidance"]
        for row in item["guidance"]:
            assert row["drug"] in WORDS.drugs
            assert row["source"] in SOURCES
            assert is_listed(row["genes"])
            assert set(row["lookup"]) == set(row["genes"])
            assert all(isinstance(key, str) for key in row["lookup"].values())
            assert row["population"] in WORDS.populations
            assert row["classification"] in WORDS.classifications
            assert row["action"] in WORDS.actions
            assert is_listed(row["actions"], WORDS.actions)
            assert is_listed(row["when"], set(Condition))
            assert row["otherwise"] is None or row["otherwise"] in WORDS.actions
            assert set(row["dose"]) == {"percent", "fold", "note"}
            assert is_listed(row["implications"], WORDS.implications)
            assert is_listed(row["pmids"]) and all(number.isdigit() for number in row["pmids"])
            assert isinstance(row["facts_as_of"], str) and isinstance(row["guideline"], str)
            assert is_listed(row["caveats"], set(Caveat))


@every_file
def test_every_medicine_without_an_answer_says_why(file: str) -> None:
    for item in printed(file):
        for row in item["unanswered"]:
            assert row["drug"] in WORDS.drugs and row["source"] in SOURCES
            assert set(row["missing_genes"]) <= set(row["genes"])
            assert row["reason"] in set(Reason)
            assert is_listed(row["possible_actions"], WORDS.actions)
        answered = {(row["drug"], row["source"], tuple(row["genes"])) for row in item["guidance"]}
        assert not answered & {(row["drug"], row["source"], tuple(row["genes"])) for row in item["unanswered"]}
