"""Nobody reads rows about a person past the questions that are scoped to the asker.

Read off the source: outside the files whose job it is, nothing asks a person-bound model's manager for rows. A new
view, endpoint or form that does so fails here, before it can leak.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.access.matrix import RESOURCES

ROOT = Path(__file__).resolve().parents[2]
PERSON_BOUND = {resource.model.rpartition(".")[2] for resource in RESOURCES if resource.patient is not None}

SCOPED = {"queries.py", "actions.py"}
"""Questions scoped to the asker, and acts that ask `require` first."""

BY_THE_SYSTEM = {
    "portal/access/relation.py": "asks about one row's patient and tie, for `decide` itself",
    "portal/access/seals.py": "seals the log",
    "portal/access/verify.py": "verifies the log",
    "portal/access/proxies.py": "acts that ask `require` first",
    "portal/delivery/releasing.py": "acts that ask `require` first, and the word of an open report the system owes",
    "portal/delivery/sharing.py": "acts that ask `require` first; a guest's look, which asks `decide` each time",
    "portal/backups/closings.py": "compares what is closed with the list outside, and closes it again",
    "portal/rights/exporting.py": "acts that ask `require` first",
    "portal/rights/leaving.py": "acts that ask `require` first",
    "portal/rights/life.py": "acts that ask `require` first",
    "portal/rights/retention.py": "acts that ask `require` first, and the list the system makes",
    "portal/rights/erasing.py": "erases the one person that an act asked `require` about",
    "portal/rights/making.py": "a job: makes a copy by the id it was given",
    "portal/rights/upkeep.py": "begins a wish for the person a consent act was about",
    "portal/rights/packing.py": "packs the record of the person the job was given",
    "portal/access/arriving.py": "acts that ask `require` first, and the welcome that asks for the code",
    "portal/access/notices.py": "tells people that something happened",
    "portal/access/management/commands/verify_log.py": "counts the log",
    "portal/access/admin.py": "operators choose a patient by record number",
    "portal/results/road.py": "the road itself: moves a file that an act asked `require` about, or whose yes changed",
    "portal/results/interpreting.py": "a job: reads a file by the id it was given",
    "portal/results/same_person.py": "a job: compares fingerprints, shows none",
    "portal/decisions/preparing.py": "acts that ask `require` first",
    "portal/decisions/following/reminding.py": "sends what a person asked for, by the id it was given",
    "portal/decisions/following/upkeep.py": "tells people that something waits, and asks the team, by itself",
    "portal/delivery/recalling.py": "acts that ask `require` first",
    "portal/delivery/telling.py": "tells people that something happened",
    "portal/reports/facts.py": "a job: composing compares with what the same patient opened before",
    "portal/reports/making.py": "a job: makes a report by the id it was given",
    "consent/ledger/standing.py": "folds one person's events",
    "consent/ledger/journal.py": "brings a restored ledger up to date",
    "consent/ledger/append.py": "adds to one person's line of acts, for acts that asked `require` first",
    "consent/ledger/chain.py": "verifies the ledger",
    "consent/desk/hooks.py": "tells other rooms of a change, for an act that asked `require` first",
    "consent/desk/capacity.py": "asks who decides for a patient, for `decide` itself",
    "consent/desk/guardians.py": "acts that ask `require` first",
    "consent/desk/understanding.py": "acts that ask `require` first",
    "consent/desk/effect.py": "counts copies of the patient that a page has put before `require`",
}
"""Files that no request hands an unchecked id to, and why they may."""

ASKED_THEN_DECIDED = {
    "portal/api/views.py": {"Interpretation", "Report"},
    "portal/results/forms.py": {"TestOrder"},
    "portal/rights/forms.py": {"Patient"},
    "consent/desk/forms.py": {"Patient"},
    "consent/desk/views.py": {"Patient", "ConsentEvent"},
    "consent/desk/staff_views.py": {"CounsellorTask", "Guardianship"},
}
"""Fetched by id and put before `require` before anything is shown or done, acts of a patient put before it, or
a form that starts with no rows."""


def places() -> Iterator[Path]:
    for folder in ("portal", "consent"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" in name or "/demo/" in name or path.name in SCOPED or name in BY_THE_SYSTEM:
                continue
            yield path


def unscoped(source: str) -> set[str]:
    """Person-bound models whose rows the source asks for directly."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="objects" | "_default_manager" | "_base_manager"):
                found.add(name)
            case ast.Call(func=ast.Name(id="get_object_or_404" | "get_list_or_404"), args=[ast.Name(id=name), *_]):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id="model")], value=ast.Name(id=name)):
                found.add(name)  # a generic view or a serializer over all rows of a model
    return found & PERSON_BOUND


@pytest.mark.parametrize("path", list(places()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_rows_about_a_person_are_asked_for_where_they_are_scoped(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    allowed = ASKED_THEN_DECIDED.get(name, set())
    if "serializers.ModelSerializer" in source or "forms.ModelForm" in source:
        allowed = allowed | PERSON_BOUND  # they shape rows that were found elsewhere
    assert unscoped(source) <= allowed, f"{name}: ask a function of queries.py instead"


def test_the_search_finds_every_way_of_asking() -> None:
    for source in (
        "Report.objects.all()",
        "get_object_or_404(Report, pk=1)",
        "x = models.Report if y else Report.objects.none()",
        "class V:\n    model = Report",
        "Report._default_manager.get(pk=1)",
    ):
        assert unscoped(source) == {"Report"}, source
    assert unscoped("reports_for(user)") == set()


ASK_THE_DATABASE_ITSELF = {
    "portal/access/triggers.py": "puts the guards in force",
    "consent/ledger/triggers.py": "puts the ledger's guards in force",
    "consent/ledger/append.py": "waits for its turn in one person's line of acts",
    "consent/ledger/standing.py": "reads one person's line of acts by a fixed statement, on every page",
    "portal/api/health.py": "asks whether the database answers",
    "portal/sealing/keys.py": "has SQLite overwrite what it frees",
    "portal/backups/tables.py": "copies whole tables, for a backup and its return",
    "portal/backups/taking.py": "reads every table at one moment, for a backup",
}


def test_raw_questions_are_nowhere_but_in_the_guards() -> None:
    for folder in ("portal", "consent"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            name = path.relative_to(ROOT).as_posix()
            if name in ASK_THE_DATABASE_ITSELF or "/migrations/" in name:
                continue
            called = {
                node.func.attr
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert called.isdisjoint({"raw", "extra", "cursor"}), name
