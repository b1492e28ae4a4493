"""Shared parts of the checks."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.guards import tables_may_be_emptied_between_tests

__all__ = ["tables_may_be_emptied_between_tests"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", "--runslow", action="store_true", help="run the long counts too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    skip = pytest.mark.skip(reason="skipped: long counts run with --thorough")
    for item in items:
        if "thorough" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def what_lies_outside_the_database_is_each_checks_own() -> Iterator[None]:
    """The database is emptied between tests; files that tell of an earlier one's seals would contradict the next."""
    from django.conf import settings
    from django.test import override_settings

    outside = settings.TEST_VAR / "outside" / uuid.uuid4().hex
    with override_settings(
        ACCESS_LOG_ANCHORS=outside / "access.log",
        CONSENT_ANCHORS=outside / "consent",
        SEALING_DESTROYED_REGISTER=outside / "destroyed-keys",
        CLOSINGS=outside / "closed.jsonl",
    ):
        yield


@pytest.fixture(autouse=True)
def no_key_outlives_its_check() -> None:
    """A request whose answer was not read to its end never finished; its keys belong to a database now gone."""
    from portal.sealing import scope

    scope.end_request()


@pytest.fixture(scope="session", autouse=True)
def tables_that_only_grow_are_emptied_between_tests() -> Iterator[None]:
    """Tests that commit are cleaned up by emptying every table, which the database refuses for the ledger."""
    from django.db import connection
    from django.test import TransactionTestCase

    from consent.ledger import triggers

    tables = {"consent_ledger_consentevent": "", "consent_ledger_templateapproval": ""}
    tables["consent_ledger_consenttemplate"] = "OLD.published_at IS NOT NULL"
    empty = TransactionTestCase._fixture_teardown

    def emptied(case: Any) -> None:
        for table in tables:
            triggers.allow_changes(connection, table)
        empty(case)
        for table, when in tables.items():
            triggers.refuse_changes(connection, table, when=when)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
    yield
    patch.undo()
