"""Check a consent receipt without the portal: `python verify_receipt.py receipt.json clinic-key.pem`.

Needs Python and the package `cryptography`, no network and nothing else of this project. It answers three questions:
was the receipt signed with this key, is the text in it the very text that was agreed to, and is the yes still in
time. It cannot know whether the yes was taken back later: ask the clinic for that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


class NotGenuine(Exception):
    """The receipt is not what it claims to be; the argument says why."""


def canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def verify(signed: dict[str, Any], key: bytes) -> dict[str, Any]:
    """The receipt's content if it is genuine. Raises `NotGenuine`."""
    public = load_pem_public_key(key)
    if not isinstance(public, Ed25519PublicKey):
        raise NotGenuine("the key is not an Ed25519 key")
    try:
        body, signature = signed["receipt"], base64.b64decode(signed["signature"], validate=True)
        public.verify(signature, canonical(body))
        text = body["text"]
    except InvalidSignature:
        raise NotGenuine("the signature does not fit: changed, or signed by somebody else") from None
    except (KeyError, TypeError, ValueError):
        raise NotGenuine("this is not a consent receipt") from None
    if text["content"] is not None and hashlib.sha256(canonical(text["content"])).hexdigest() != text["sha256"]:
        raise NotGenuine("the text is not the one that was agreed to")
    return dict(body)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    try:
        file, key = Path(arguments[0]).read_bytes(), Path(arguments[1]).read_bytes()
        load_pem_public_key(key)
    except OSError as error:
        print(f"Not checked: {error.filename} cannot be read ({error.strerror}).")
        return 2
    except ValueError:
        print(f"Not checked: {arguments[1]} is not a public key in PEM form.")
        return 2
    try:
        body = verify(json.loads(file), key)
    except (NotGenuine, ValueError) as error:
        print(f"NOT GENUINE: {error}")
        return 1
    print(f"Genuine. {body['decision']} to {body['scope']} at {body['at']}, text {body['text']['version']}")
    ends = body["expires_at"]
    if ends and datetime.fromisoformat(ends) <= datetime.now(UTC):
        print(f"This answer ran out at {ends}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
