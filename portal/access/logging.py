"""The application's log: one JSON object per line, made of codes. Words that could describe a person never enter it.

Own code logs an event code and fields from a short list. Whatever other libraries log may hold an address or a name,
so only their fixed template is kept, never the values; of an error only its type and the places it passed.
"""

from __future__ import annotations

import contextvars
import hashlib
import hmac
import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

OURS = ("portal", "consent", "genomics")
FIELDS = (
    "action",
    "attempt",
    "duration_ms",
    "job",
    "kind",
    "method",
    "outcome",
    "reason",
    "route",
    "status",
    "step",
    "user",
)
"""The only extra fields that are kept: codes, counts, ids of jobs, and the user as a keyed hash."""

CODE = re.compile(r"[a-z][a-z0-9_.]{0,59}")
VALUE = re.compile(r"[A-Za-z0-9_.:/<>^$()?\\\[\]{}|+*-]{0,200}")
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")


def hashed_user(pk: Any, key: str) -> str:
    """The same person gets the same twelve letters; without the key nobody can tell who it is."""
    return hmac.new(key.encode(), str(pk).encode(), hashlib.sha256).hexdigest()[:12]


class CodesOnlyFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in OURS
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        message = record.msg if isinstance(record.msg, str) else ""
        if ours:
            entry["event"] = message if CODE.fullmatch(message) else "not_a_code"
        else:
            # With values apart the message is a fixed template; without, it may have been filled in already.
            entry["event"] = "library_message"
            if record.args:
                entry["template"] = message
        if request_id.get():
            entry["request"] = request_id.get()
        if ours:
            entry |= {name: _kept(getattr(record, name)) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
            entry["places"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}:{frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(entry, ensure_ascii=True, separators=(",", ":"))


def _kept(value: Any) -> Any:
    """Numbers and code-like text; anything else is left out."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if VALUE.fullmatch(text) else "left_out"
