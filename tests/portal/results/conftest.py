"""Every check here keeps its files in a place of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def kept(settings: Any, tmp_path: Path) -> Path:
    """The folder in which uploads are kept."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "results"
