"""Check a wallet card without the portal: `python verify_card.py card.txt clinic-key.pem`.

`card.txt` holds the text that scanning the card's code gives, unchanged; `-` reads it from standard input. The
clinic's key is at /consent/key/ of its portal. Needs Python and the package `cryptography`, no network and nothing
else of this project. It tells whether this clinic made exactly this card, not what has changed since then.
"""

from __future__ import annotations

import base64
import binascii
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FIRST_LINE = "CARD 1"


class NotGenuine(Exception):
    """The card is not what it claims to be; the argument says why."""


def verify(text: str, key: bytes) -> list[str]:
    """The card's lines if it is genuine. Raises `NotGenuine`."""
    public = load_pem_public_key(key)
    if not isinstance(public, Ed25519PublicKey):
        raise NotGenuine("the key is not an Ed25519 key")
    # An editor may add a line end at the end, or write line ends its own way.
    body, mark, signature = text.replace("\r\n", "\n").strip("\n").rpartition("\nSig: ")
    if not mark or not body.startswith(f"{FIRST_LINE}\n"):
        raise NotGenuine("this is not a wallet card")
    try:
        public.verify(base64.b64decode(signature, validate=True), body.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        raise NotGenuine("the signature does not fit: changed, or signed by somebody else") from None
    return body.split("\n")[1:]


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__)
        return 2
    try:
        card = sys.stdin.buffer.read() if arguments[0] == "-" else Path(arguments[0]).read_bytes()
        key = Path(arguments[1]).read_bytes()
        load_pem_public_key(key)
    except OSError as error:
        print(f"Not checked: {error.filename} cannot be read ({error.strerror}).")
        return 2
    except ValueError:
        print(f"Not checked: {arguments[1]} is not a public key in PEM form.")
        return 2
    try:
        lines = verify(card.decode(), key)
    except (NotGenuine, UnicodeDecodeError) as error:
        print(f"NOT GENUINE: {error}")
        return 1
    print("Genuine. This clinic made exactly this card:")
    print("\n".join(f"  {line}" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
