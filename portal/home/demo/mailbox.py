"""The mail of the demonstration, on a page: nothing leaves this machine, so whoever walks through it reads it here.

The address exists only where `DEMONSTRATION_MAIL` is set: whoever reads these messages could take over an account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

BETWEEN = b"\n" + b"-" * 79 + b"\n"
"""What Django's file backend puts behind every message."""
MOST_SHOWN = 30


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    at: datetime
    text: str


def letters(folder: Path) -> list[Letter]:
    """The messages of the file backend in a folder, newest first."""
    return sorted(_letters(folder), key=lambda letter: letter.at, reverse=True)


def _letters(folder: Path) -> Iterator[Letter]:
    for path in folder.glob("*.log"):
        for part in path.read_bytes().split(BETWEEN):
            if part.strip():
                read = message_from_bytes(part, _class=EmailMessage, policy=policy.default)
                body = read.get_body(("plain",))
                yield Letter(
                    to=str(read["To"]),
                    subject=str(read["Subject"]),
                    at=parsedate_to_datetime(str(read["Date"])),
                    text=str(body.get_content()) if body else "",
                )


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    folder = Path(str(getattr(settings, "EMAIL_FILE_PATH", "")))
    return render(request, "home/mailbox.html", {"letters": letters(folder)[:MOST_SHOWN]})
