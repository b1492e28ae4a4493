"""Every check here keeps its files in a place of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def kept(settings: Any, tmp_path: Path) -> Path:
    """The folder in which uploads are kept, each person's in one of their own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"
