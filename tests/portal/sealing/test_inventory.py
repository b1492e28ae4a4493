"""Every column is sealed or named with a reason, and the page says what the models say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.sealing import inventory
from portal.sealing.checks import every_column_was_thought_about

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sealed-columns.md"


def test_no_column_is_forgotten_and_no_reason_is_stale() -> None:
    assert every_column_was_thought_about() == []


def test_a_column_that_nobody_thought_about_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = {model: dict(given) for model, given in inventory.reasons().items()}
    del reasons["people.Patient"]["language"]
    reasons["people.Patient"]["given_name"] = "sealed, so this would mislead"
    monkeypatch.setattr(inventory, "reasons", lambda: reasons)
    found = every_column_was_thought_about()
    assert [error.id for error in found] == ["sealing.E011", "sealing.E012"]
    assert "people.Patient.language" in str(found[0].msg) and "given_name" in str(found[1].msg)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("people.Patient", "given_name"),
        ("people.Patient", "birth_date"),
        ("people.Patient", "record_number"),
        ("people.User", "name"),
        ("results.TestOrder", "accession"),
        ("results.ResultFile", "file"),
        ("results.ResultFile", "original_name"),
        ("results.Interpretation", "result"),
        ("results.Finding", "detail"),
        ("reports.Report", "document"),
        ("reports.Report", "pdf"),
        ("delivery.Annotation", "text"),
        ("access.BreakGlass", "reason"),
        ("access.Question", "answer"),
        ("consent_desk.Guardianship", "basis"),
    ],
)
def test_what_identifies_or_describes_is_sealed(model: str, name: str) -> None:
    (column,) = (found for found in inventory.columns() if (found.model, found.name) == (model, name))
    assert column.sealed


def test_the_page_is_printed_from_the_models(capsys: Any) -> None:
    assert PAGE.read_text() == inventory.as_markdown(), "manage.py sealed_columns > docs/sealed-columns.md"
