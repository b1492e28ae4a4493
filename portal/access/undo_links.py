"""Links in mail that take something back without signing in: signed, for one thing, showing nothing by themselves."""

from __future__ import annotations

import uuid

from django.core import signing
from django.urls import reverse

RECOVERY = "recovery"
EMAIL = "email"
_SALT = "portal.access.undo"


def address(kind: str, key: uuid.UUID, site: str) -> str:
    """The whole address, starting with the site's own, such as "https://portal.example.org/"."""
    token = signing.dumps([kind, str(key)], salt=_SALT)
    return site.rstrip("/") + reverse("access:undo", args=[token])


def opened(token: str) -> tuple[str, uuid.UUID] | None:
    """What a link is for, or None for one that is not ours."""
    try:
        kind, key = signing.loads(token, salt=_SALT)
        return str(kind), uuid.UUID(key)
    except (signing.BadSignature, ValueError, TypeError):
        return None
