"""The matrix is complete: every model of ours has a row, the page in docs/ is what the engine does."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from portal.access import checks, matrix
from portal.access.management.commands.permissions import page
from portal.access.matrix import ACTIONS, RESOURCES, RULES
from portal.access.presenters import Line


def test_every_model_of_ours_has_a_row() -> None:
    assert checks.every_model_has_a_row() == []


def test_a_model_without_a_row_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {resource.model.lower(): resource for resource in RESOURCES if resource.name != "report"}
    monkeypatch.setattr(checks, "RESOURCE_OF_MODEL", rows)
    (error,) = checks.every_model_has_a_row()
    assert error.id == "access.E001"
    assert "reports.Report" in error.msg


def test_a_row_for_no_model_and_an_action_on_no_resource_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    ghost = matrix.Resource("ghost", "people.Ghost")
    monkeypatch.setattr(checks, "RESOURCE_OF_MODEL", matrix.RESOURCE_OF_MODEL | {"people.ghost": ghost})
    monkeypatch.setattr(checks, "ACTIONS", (*ACTIONS, "read.nothing"))
    assert {error.id for error in checks.every_model_has_a_row()} == {"access.E002", "access.E003"}


def test_no_rule_stands_twice() -> None:
    assert len({(rule.role, rule.action, rule.relation) for rule in RULES}) == len(RULES)


def test_what_a_genome_says_always_needs_a_yes() -> None:
    told = ("interpretation", "finding", "report", "annotation", "sign_off", "release", "option_change", "withdrawal")
    for rule in RULES:
        # Taking a wrong report back tells nothing, and must not wait for a yes.
        if rule.action.partition(".")[2] in told and rule.action != "withdraw.report":
            assert rule.consent == matrix.PGX, rule


def test_operators_never_see_health_data() -> None:
    seen = {rule.action for rule in RULES if rule.role == "operator"}
    assert all(action.startswith("administer.") or action in ("read.job", "ask.factor_recovery") for action in seen)


def test_the_page_in_docs_is_what_the_engine_does() -> None:
    written = (settings.ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == page(), "run `python manage.py permissions`"


LINE = Line(
    at=timezone.now(),
    you=False,
    who="Dr Carla",
    role="",
    place="",
    action="",
    resource="",
    reason="",
    refused=False,
    about="",
    with_your_yes=False,
)


def sentence(**facts: object) -> str:
    line = dataclasses.replace(LINE, **facts)
    return " ".join(render_to_string("access/sentence.html", {"line": line}).split())


@pytest.mark.parametrize("action", [*ACTIONS, "interpret.result_file", "compose.report", "render.report"])
def test_every_action_has_its_own_sentence(action: str) -> None:
    fallback = sentence(action="something.else")
    assert fallback == "Dr Carla used the record."
    assert sentence(action=action).startswith("Dr Carla ")
    assert sentence(action=action) != fallback


def test_a_refusal_says_that_it_was_refused() -> None:
    assert sentence(action="read.report", resource="report", refused=True) == (
        "Dr Carla tried to use a report. We did not allow it."
    )
    assert sentence(who="", refused=True).startswith("Someone not signed in tried")


def test_you_and_the_computer_are_named_as_such() -> None:
    assert sentence(you=True, action="read.report") == "You read a report."
    assert sentence(who="", action="interpret.result_file") == "Our computer read a file."
