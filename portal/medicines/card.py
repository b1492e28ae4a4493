"""The wallet card: the lines a person ticked, as one text that is printed, signed and put into a QR code alike.

    CARD 1
    Clinic: Riverside Clinic
    Made: 2026-11-23
    Name: Ada Example
    …
    Key: 5f0c…
    Sig: (Ed25519 over the UTF-8 bytes of everything above this line, base64)

The code holds this text itself and no address, so scanning it tells nobody anything. `verify_card.py` checks it
without the portal. The clinic signs with the key it signs consent receipts with: what is signed here begins with a
line that no receipt begins with, so neither can be passed off as the other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from consent.ledger.keys import signing_key
from portal.access.plain_text import one_line

FIRST_LINE = "CARD 1"
MOST_LINES = 14
MOST_BYTES = 900
"""As much as a code of the size of the card's back holds that a telephone still reads well."""


class CardTooFull(Exception):
    """More, or less, than one card can hold. Nothing was made."""


@dataclass(frozen=True)
class Line:
    """One line of the card. `status` puts the shape beside it that the report has."""

    label: str
    value: str
    status: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


@dataclass(frozen=True)
class Card:
    """A finished card. `path` draws the code in an SVG of `size` by `size` units, one unit a square."""

    lines: tuple[Line, ...]
    text: str
    made: date
    key: str
    path: str
    size: int


def drawn(lines: Sequence[Line], *, made_up: bool) -> Card:
    """Sign the lines and draw the code. Raises `CardTooFull` when it is more than a code on a card can hold."""
    if len(lines) > MOST_LINES:
        raise CardTooFull
    private, made = signing_key(), timezone.localdate()
    key = fingerprint(private.public_key())
    head = [Line(gettext("Clinic"), one_line(settings.CLINIC_NAME)), Line(gettext("Made"), made.isoformat())]
    if made_up:
        head.append(Line(gettext("Note"), gettext("Made-up person, not real")))
    foot = [Line(gettext("Note"), gettext("Ask before you change any medicine")), Line("Key", key)]
    told = tuple(Line(one_line(line.label), one_line(line.value), line.status) for line in lines)
    body = "\n".join([FIRST_LINE, *map(str, (*head, *told, *foot))])
    text = f"{body}\nSig: {base64.b64encode(private.sign(body.encode())).decode()}"
    if len(text.encode()) > MOST_BYTES:
        raise CardTooFull
    path, size = _squares(text)
    return Card(told, text, made, key, path, size)


def fingerprint(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the clinic's public key."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def _squares(text: str) -> tuple[str, int]:
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text.encode())
    code.make()
    rows = code.get_matrix()
    runs = []
    for down, row in enumerate(rows):
        across = 0
        while across < len(row):
            length = 0
            while across + length < len(row) and row[across + length]:
                length += 1
            if length:
                runs.append(f"M{across} {down}h{length}v1h-{length}z")
            across += length or 1
    return "".join(runs), len(rows)
