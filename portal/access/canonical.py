"""One way to turn a log row into bytes, and the keyed hash over them: without the key nobody writes a valid row."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

from django.conf import settings
from django.utils.encoding import force_bytes

FIELDS = (
    "actor_id",
    "actor_role",
    "patient_id",
    "on_behalf_of_id",
    "purpose",
    "action",
    "resource",
    "resource_id",
    "outcome",
    "reason",
)


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()


def canonical_event(event: Any) -> bytes:
    """Everything a log row says but its place, which the database gives it and the seal covers."""
    told = [None if getattr(event, name) is None else str(getattr(event, name)) for name in FIELDS]
    return as_bytes([str(event.id), event.at.astimezone(UTC).isoformat(), *told, event.consent_events])


def _keys() -> list[bytes]:
    """The key in use first; keys of earlier secrets still open what was written with them."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(force_bytes(secret), b"portal.access.log", "sha256") for secret in secrets]


def authentication_code(message: bytes) -> str:
    return hmac.new(_keys()[0], message, hashlib.sha256).hexdigest()


def authentic(message: bytes, code: str) -> bool:
    return any(hmac.compare_digest(hmac.new(key, message, hashlib.sha256).hexdigest(), code) for key in _keys())
