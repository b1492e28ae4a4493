"""The head of the access log, kept outside the database: one signed line per seal in a file that only grows.

A chain alone cannot tell that its newest end was cut off. Copy this file to another machine (it holds no personal
data) and compare with `manage.py verify_log --anchors that-copy`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from portal.access.canonical import as_bytes, authentic, authentication_code
from portal.access.models import Seal


@dataclass(frozen=True)
class Anchor:
    number: int
    digest: str
    count: int
    authentic: bool


def where() -> Path:
    return Path(settings.ACCESS_LOG_ANCHORS)


def anchor_missing() -> int:
    """Append the seals that are newer than the file's last line; how many lines that were."""
    newest = Seal.objects.order_by("-number").values_list("number", flat=True).first()
    if newest is None or _last_number(where()) >= newest:
        return 0
    with _locked(where()) as file:
        known = _last_number(where())
        # A file that is gone is not written afresh: verification must find that its first lines are missing.
        seals = Seal.objects.filter(number__gt=known) if known else Seal.objects.filter(number=newest)
        written = 0
        for seal in seals.order_by("number"):
            told = [seal.number, seal.digest, seal.count]
            line = {"number": seal.number, "digest": seal.digest, "count": seal.count}
            file.write(json.dumps({**line, "mac": authentication_code(as_bytes(told))}) + "\n")
            written += 1
        file.flush()
        os.fsync(file.fileno())
    return written


def read(path: Path) -> Iterator[Anchor]:
    """Every line; one that cannot be read or was not signed by us comes as not authentic."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            told = json.loads(line)
            number, digest, count = int(told["number"]), str(told["digest"]), int(told["count"])
            genuine = authentic(as_bytes([number, digest, count]), str(told["mac"]))
        except (ValueError, KeyError, TypeError):
            yield Anchor(0, "", 0, False)
            continue
        yield Anchor(number, digest, count, genuine)


def cut_back_to(seals: dict[int, str], aside: str) -> int:
    """After a restore: the file ends where the restored log ends, and the longer one stays beside it for whoever
    looks into what was lost. `seals` are the restored ones, by number. How many seals were lost.

    Raises `ValueError` when the file does not tell of exactly these seals: it is older than the log, or not its own.
    """
    known = list(read(where()))
    kept = [anchor for anchor in known if anchor.number in seals]
    if not all(anchor.authentic for anchor in known) or {a.number: a.digest for a in kept} != seals:
        raise ValueError("The anchors of the access log are not those of this log, or are older than it.")
    lost = len(known) - len(kept)
    if lost:
        with _locked(where()):
            lines = where().read_text(encoding="utf-8").splitlines(keepends=True)
            where().with_name(f"{where().name}.{aside}").write_text("".join(lines), encoding="utf-8")
            draft = where().with_name(f".{where().name}.draft")
            draft.write_text("".join(line for line, anchor in zip(lines, known, strict=True) if anchor in kept))
            draft.replace(where())
    return lost


def _last_number(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 1000))
        lines = file.read().splitlines()
    for line in reversed(lines):
        try:
            return int(json.loads(line)["number"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0


@contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
