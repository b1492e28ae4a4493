"""Loaded into the workers of these checks: reading takes a while and is noted, and one file kills who reads it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from django.conf import settings

from genomics.model import Sample
from portal.results import interpreting
from tests.faults.poison import POISON, SECONDS, STARTS

_read = interpreting._read


def read_slowly(path: Path, name: str) -> Sample:
    with (settings.VAR / STARTS).open("a") as starts:
        starts.write(f"{os.getpid()} {name}\n")
    if name == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(SECONDS)
    return _read(path, name)


interpreting._read = read_slowly
