"""Shared by the checks of sealing: a fresh register for each, a keyring to choose, people with letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.sealing.keyring import new_line


@pytest.fixture(autouse=True)
def places(settings: Any, tmp_path: Path) -> Path:
    """A register, files and plain copies of this test's own."""
    settings.SEALING_DESTROYED_REGISTER = tmp_path / "destroyed-keys"
    settings.SEALING_PLAIN_FOLDER = str(tmp_path / "plain")
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path


@pytest.fixture
def old_and_new(settings: Any) -> tuple[str, str]:
    """Two master keys; the old one is in use."""
    old, new = new_line("old"), new_line("new")
    settings.SEALING_MASTER_KEYS = [old]
    return old, new
