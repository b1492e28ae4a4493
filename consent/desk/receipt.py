"""The receipt: what somebody answered to which exact text, signed, so that a stranger can check it without us.

The fields follow the record and receipt structure of ISO/IEC TS 27560:2023 in our own names; the person appears only
under a pseudonym made for this receipt's receiver, never under the ledger's id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from consent.desk import texts
from consent.desk.capacity import basis_of
from consent.ledger.keys import ledger_key, signing_key
from consent.ledger.models import ConsentEvent, ConsentTemplate
from consent.ledger.scopes import scope as scope_of

SCHEMA = "consent-receipt/1"
WITH_THE_PERSON = "the person"


def pseudonym(event: ConsentEvent, receiver: str) -> str:
    """A name for the person that one receiver always sees alike, and no two receivers can compare."""
    return hmac.new(ledger_key(), f"pseudonym|{event.subject}|{receiver}".encode(), hashlib.sha256).hexdigest()[:32]


def public_key() -> bytes:
    """The clinic's public key for receipts, as PEM."""
    return signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def receipt(event: ConsentEvent, receiver: str = WITH_THE_PERSON) -> dict[str, Any]:
    """The signed receipt of one act, as plain data."""
    content = _words(event)
    legal = content["legal"] if content else {}
    body = {
        "schema": SCHEMA,
        "receipt_id": str(event.id),
        "issued_by": {"name": settings.CLINIC_NAME, "telephone": settings.CLINIC_PHONE},
        "person": pseudonym(event, receiver),
        "decision": event.decision,
        "reach": event.reach or None,
        "at": _moment(event.at),
        "expires_at": _moment(event.expires_at),
        "scope": event.scope,
        "duo": scope_of(event.scope).duo or None,
        "list_version": event.list_version or None,
        "purpose": legal.get("purpose"),
        "data": legal.get("data"),
        "discloser": legal.get("discloser"),
        "recipient": legal.get("recipient"),
        "right_to_withdraw": legal.get("right_to_withdraw"),
        "signer": {
            "capacity": event.capacity,
            "basis": basis_of(event) or None,
            "until": _moment(event.capacity_until),
            "method": event.method,
            "auth_level": event.auth_level or None,
            "witnessed": event.witness is not None,
        },
        "comprehension": event.comprehension,
        "text": {
            "code": event.template,
            "version": event.template_version,
            "locale": event.locale,
            "sha256": event.template_hash,
            "content": content,
        },
        "ledger_seal": event.seal,
    }
    signature = signing_key().sign(canonical(body))
    return {"receipt": body, "algorithm": "Ed25519", "signature": base64.b64encode(signature).decode()}


def canonical(body: dict[str, Any]) -> bytes:
    """The one way a receipt is written down before it is signed."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _words(event: ConsentEvent) -> dict[str, Any] | None:
    """The exact text behind an act's hash, or None when it is kept nowhere any more."""
    for template in ConsentTemplate.objects.filter(content_hash=event.template_hash):
        return dict(template.content)
    content = texts.shipped(scope_of(event.scope).kind, texts.locale_for(event.locale))
    return content if texts.hash_of(content) == event.template_hash else None


def _moment(at: Any) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
