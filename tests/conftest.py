"""Shared parts of the checks."""

import pytest

from tests.guards import tables_may_be_emptied_between_tests

__all__ = ["tables_may_be_emptied_between_tests"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run the long counts too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    skip = pytest.mark.skip(reason="skipped: long counts run with --thorough")
    for item in items:
        if "thorough" in item.keywords:
            item.add_marker(skip)
