"""The tables: every fact has a source, and the same facts have the same name."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from genomics.knowledge import COVERED_GENES, EVERY_GENE, FILE_GENES, NOT_COVERED_GENES, TABLES
from genomics.knowledge.build import build, lookup_text
from genomics.knowledge.readings import READINGS
from tests.genomics.people import KNOWLEDGE
from tests.shared import shared_data


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.mark.parametrize("table", sorted(path.name for path in TABLES.glob("*.tsv")))
def test_every_row_carries_its_source_date_and_licence(table: str) -> None:
    sources = {row["source"] for row in rows("SOURCES.tsv")}
    for row in rows(table):
        assert row["source"] in sources
        assert row["facts_as_of"]
        assert row["licence"]


def test_the_tables_are_what_the_builder_makes(tmp_path: Path) -> None:
    build(shared_data() / "pgx", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in TABLES.iterdir()}
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (TABLES / path.name).read_bytes(), path.name


def test_a_release_is_named_by_its_content() -> None:
    assert len(KNOWLEDGE.release.hash) == 64
    assert KNOWLEDGE.release.hash.startswith(KNOWLEDGE.release.id)
    oldest, newest = KNOWLEDGE.release.facts_as_of.split("/")
    assert oldest < newest


def test_definitions_hold_what_the_engine_takes_for_granted() -> None:
    assert set(KNOWLEDGE.genes) == set(EVERY_GENE) and len(EVERY_GENE) == 23
    assert KNOWLEDGE.genes["CYP2C19"].reference == "*38"
    for gene in KNOWLEDGE.genes.values():
        positions = {place.position for place in gene.positions}
        assert gene.deciding_positions <= positions
        assert sum(allele.name == gene.reference for allele in gene.alleles) == (gene.gene in FILE_GENES)
        for allele in gene.alleles:
            assert allele.defined_by.keys() <= positions


def test_no_position_belongs_to_two_genes() -> None:
    sites = [place.site for place in KNOWLEDGE.positions_of(FILE_GENES)]
    assert len(sites) == len(set(sites))


def test_no_row_contradicts_the_newer_sample_of_guidance() -> None:
    """About a hundred CPIC and DPWG rows of November 2025; seven of DPWG's are new and not known here.

    Those rows were coded mechanically as ours were; where a person read the text again, the reading counts.
    """
    actions = {
        (row["body"], row["drug"], row["lookup"], row["population"]): row["action"] for row in rows("guidance.tsv")
    }
    read_again = {(reading.body, drug) for reading in READINGS if reading.action for drug in reading.drugs}
    agreeing, new = 0, []
    with (shared_data() / "pgx" / "recommendations_2025_examples_cpic_dpwg_fda.tsv").open() as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            body = row["source"].split()[0]
            if body not in ("CPIC", "DPWG") or not set(row["genes"].split("|")) & set(COVERED_GENES):
                continue
            lookup = lookup_text(json.loads(row["lookup_key"])) if row["lookup_key"] else ""
            key = (body, row["drug"], lookup, row["population"] or "general")
            if key not in actions:
                new.append(key)
                continue
            assert actions[key] == row["primary_action"] or key[:2] in read_again, key
            agreeing += 1
    assert agreeing >= 100
    assert {body for body, *_ in new} <= {"DPWG"}


def test_invalid_input_rows_are_left_out() -> None:
    assert "input_invalid" not in {row["action"] for row in rows("guidance.tsv")}


def test_covered_and_not_covered_genes_are_told_apart() -> None:
    assert not set(COVERED_GENES) & set(NOT_COVERED_GENES)
    assert set(KNOWLEDGE.genes) <= set(COVERED_GENES) | set(NOT_COVERED_GENES)


def test_the_engine_needs_nothing_but_its_readers() -> None:
    """Loading the engine must not pull in a web framework or number crunching."""
    code = "import genomics.__main__, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"django", "portal", "consent", "celery", "numpy", "pandas"}
