"""Every example in a docstring is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import consent
import genomics
import portal


def modules() -> Iterator[str]:
    for package in (genomics, consent, portal):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # Settings, starters and migrations do something when they are imported.
            if not {"settings", "__main__", "wsgi", "migrations"} & set(found.name.split(".")):
                yield found.name


@pytest.mark.parametrize("name", list(modules()))
def test_its_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
