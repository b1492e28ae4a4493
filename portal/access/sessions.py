"""What a session remembers, encrypted: a form that waits for its sender to show who they are may hold anything.

Django keeps sessions in the database, signed but readable. Here they are closed with AES-256-GCM, under a key that
follows from the server's secret; what was closed under no key we know is no session, and its owner signs in again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_FOR = b"portal.access.sessions"


def _ciphers() -> list[AESGCM]:
    """The present secret's first, then those of earlier ones."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [AESGCM(hmac.new(str(secret).encode(), _FOR, hashlib.sha256).digest()) for secret in known]


class ClosedSerializer:
    """Named in `SESSION_SERIALIZER`."""

    def dumps(self, obj: Any) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + _ciphers()[0].encrypt(nonce, json.dumps(obj, separators=(",", ":")).encode(), _FOR)

    def loads(self, data: bytes) -> Any:
        for cipher in _ciphers():
            try:
                return json.loads(cipher.decrypt(data[:_NONCE], data[_NONCE:], _FOR))
            except InvalidTag:
                continue
        raise ValueError("closed under no key we know")
