"""Where the tests find the optional shared data, and how they say that it is not there."""

from pathlib import Path

import pytest


def shared_data() -> Path:
    """The folder of real inputs beside the project, or beside the folder its worktrees are kept in."""
    root = Path(__file__).resolve().parents[1]
    for parent in root.parents[:2]:
        folder = parent / "shared" / "data"
        if folder.is_dir():
            return folder
    pytest.skip("skipped: shared data not found")
