"""The ledger's two keys: one seals its rows, one signs receipts. Made once, kept outside the database."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings


def ledger_key() -> bytes:
    """The secret that seals rows: from `CONSENT_LEDGER_KEY`, else from a file made at first use."""
    if settings.CONSENT_LEDGER_KEY:
        return str(settings.CONSENT_LEDGER_KEY).encode()
    return _kept(Path(settings.CONSENT_KEYS) / "ledger.key", _new_secret)


def signing_key() -> Ed25519PrivateKey:
    """The clinic's key for receipts (Ed25519)."""
    key = load_pem_private_key(_kept(Path(settings.CONSENT_KEYS) / "receipts.pem", _new_signing_key), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the clinic's key is not an Ed25519 key")
    return key


def _new_secret() -> bytes:
    return secrets.token_hex(32).encode()


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes; made once, even when several processes start at the same moment."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: then theirs is the key
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes().strip()
