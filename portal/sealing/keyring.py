"""The master keys: from the environment or a file, several at once, the first one in use. They wrap all other keys.

A line of the keyring is `name:key`, 32 bytes in URL-safe base64; `python -m portal.sealing.keyring NAME` prints a
fresh one. Plain Python, needing no settings, because settings use it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.sealing.envelope import KEY_BYTES, seal, unseal
from portal.sealing.errors import MasterKeyMissing

NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True)
class Keyring:
    """Master keys by name. `current` wraps; all of them unwrap."""

    current: str
    ciphers: dict[str, AESGCM]

    def __repr__(self) -> str:
        return f"Keyring(current={self.current!r}, {len(self.ciphers)} keys)"

    def wrap(self, key: bytes, purpose: bytes) -> bytes:
        """`key`, sealed by the current master key for `purpose` (whose key it is)."""
        return seal(self.ciphers[self.current], key, b"key\0" + purpose)

    def unwrap(self, master: str, wrapped: bytes, purpose: bytes) -> bytes:
        cipher = self.ciphers.get(master)
        if cipher is None:
            raise MasterKeyMissing(f"The master key {master!r} is not in the keyring (PORTAL_MASTER_KEYS).")
        return unseal(cipher, wrapped, b"key\0" + purpose)


def keyring(lines: Iterable[str]) -> Keyring:
    """Reads `name:key` lines. Raises `MasterKeyMissing` when there is none or one is malformed; never shows a key."""
    ciphers: dict[str, AESGCM] = {}
    for number, line in enumerate((kept for line in lines if (kept := line.strip())), start=1):
        name, colon, text = line.partition(":")
        try:
            key = base64.b64decode(text, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not colon or not NAME.fullmatch(name) or len(key) != KEY_BYTES:
            raise MasterKeyMissing(f"Master key {number} is not of the form name:key with 32 bytes of base64.")
        if name in ciphers:
            raise MasterKeyMissing(f"Two master keys are named {name!r}.")
        ciphers[name] = AESGCM(key)
    if not ciphers:
        raise MasterKeyMissing("No master key is set. Set PORTAL_MASTER_KEYS or PORTAL_MASTER_KEYS_FILE.")
    return Keyring(current=next(iter(ciphers)), ciphers=ciphers)


def new_line(name: str) -> str:
    """A fresh master key as a line for the keyring."""
    return f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def lines_made_once(path: Path, name: str = "first") -> list[str]:
    """The lines of the keyring file at `path`, which is made with one fresh key (mode 0600) when it is not there.

    Two processes that start at once end up with the same key: the file appears whole or not at all.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_line(name) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key is the one
        finally:
            draft.unlink()
    return path.read_text().splitlines()


if __name__ == "__main__":
    sys.stdout.write(new_line(sys.argv[1] if len(sys.argv) > 1 else "first") + "\n")
