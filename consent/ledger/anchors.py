"""Where each person's chain ends, kept in files outside the database: so that a cut end is found.

One small file per person, itself sealed with the ledger's key. It never moves backwards.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from consent.ledger.keys import ledger_key


class AnchorChanged(Exception):
    """An anchor file was not written by us, or was changed."""


@dataclass(frozen=True)
class Anchor:
    subject: uuid.UUID
    position: int
    seal: str


def folder() -> Path:
    return Path(settings.CONSENT_ANCHORS)


def set_anchor(subject: uuid.UUID, position: int, seal: str) -> None:
    """Remember the end of a chain. A smaller position than the known one changes nothing."""
    with _alone():
        try:
            known = read(subject)
        except AnchorChanged:
            return  # left as it is: `verify_ledger` must find it
        if known is not None and known.position >= position:
            return
        path = _path(subject)
        draft = path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump({"position": position, "seal": seal, "proof": _proof(subject, position, seal)}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def read(subject: uuid.UUID) -> Anchor | None:
    """The known end of a person's chain, or None. Raises `AnchorChanged` when the file is not ours."""
    try:
        content = json.loads(_path(subject).read_text())
        position, seal, proof = int(content["position"]), str(content["seal"]), str(content["proof"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise AnchorChanged(subject) from error
    if not hmac.compare_digest(proof, _proof(subject, position, seal)):
        raise AnchorChanged(subject)
    return Anchor(subject, position, seal)


def subjects() -> Iterator[uuid.UUID]:
    """Everyone there is an anchor for."""
    for path in sorted(folder().glob("*.json")):
        yield uuid.UUID(path.stem)


def _path(subject: uuid.UUID) -> Path:
    return folder() / f"{subject}.json"


def _proof(subject: uuid.UUID, position: int, seal: str) -> str:
    return hmac.new(ledger_key(), f"anchor|{subject}|{position}|{seal}".encode(), hashlib.sha256).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """One writer at a time, over all processes of this machine."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
