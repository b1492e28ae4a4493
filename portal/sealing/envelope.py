"""One sealed value: AES-256-GCM over a few bytes, bound to the place where it may stand.

Layout: one byte of format (1), 12 bytes of nonce, the ciphertext, 16 bytes of tag. The nonce is random; one key
seals far fewer than the 2**32 values up to which random nonces are safe (NIST SP 800-38D, section 8.3).
"""

from __future__ import annotations

import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.sealing.errors import SealBroken

FORMAT = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD = len(FORMAT) + NONCE_BYTES + TAG_BYTES

Row = uuid.UUID | int | str


def seal(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + cipher.encrypt(nonce, plain, bound_to)


def unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """The bytes that were sealed for exactly this place; raises `SealBroken` for anything else."""
    if len(sealed) < OVERHEAD or sealed[:1] != FORMAT:
        raise SealBroken("This is not a sealed value.")
    try:
        return cipher.decrypt(sealed[1:13], sealed[13:], bound_to)
    except InvalidTag:
        raise SealBroken("The sealed value was altered, moved, or sealed under another key.") from None


def place(table: str, field: str) -> bytes:
    """The part of the binding that is the same for every row of a column."""
    return f"field\0{table}\0{field}\0".encode()


def bound_to(place: bytes, subject: uuid.UUID, row: Row) -> bytes:
    """Place, person and row as one unambiguous byte string: only the last part varies in length."""
    if type(row) is uuid.UUID:
        return place + subject.bytes + b"u" + row.bytes
    kind = b"i" if isinstance(row, int) else b"s"
    return place + subject.bytes + kind + str(row).encode()
