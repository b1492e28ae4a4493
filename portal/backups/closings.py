"""What was closed, in a file outside the database, so that a restored backup does not open it again.

Accounts switched off, tokens revoked, care, help and footings ended, what a patient keeps private, reports taken
back. The file is compared with the database every few seconds, and whatever is newly closed (or open again) gets a
line; so no way of closing can be forgotten, the administration's and bulk changes among them. A line holds the kind,
the id and the moment, nothing about anybody, and a keyed hash.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from consent.desk.models import Guardianship
from portal.access.canonical import as_bytes, authentic, authentication_code
from portal.access.models import RowHistory
from portal.delivery.models import Withdrawal
from portal.people.models import CareRelationship, ProxyGrant, User
from portal.reports.models import Report, ReportStatus
from portal.results.models import ResultFile


def _now(_told: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"until": at}


@dataclass(frozen=True)
class Kind:
    """`closed` finds what is closed now; `close` is what closing writes on a row; `extra` goes into the line."""

    model: type[Model]
    closed: Q
    close: Callable[[dict[str, Any], datetime], dict[str, Any]]
    extra: tuple[str, ...] = ()
    only: Q = field(default_factory=Q)
    """Rows that can be closed at all."""

    def rows(self) -> QuerySet[Any]:
        return self.model._base_manager.filter(self.closed)


def kinds() -> dict[str, Kind]:
    """`until` in the future is an end that was set beforehand: it closes by itself and needs no line yet."""
    ended = Q(until__lte=timezone.now())
    return {
        "account": Kind(User, Q(is_active=False), lambda *_: {"is_active": False}),
        "token": Kind(apps.get_model("api.MachineToken"), ~Q(revoked_at=None), lambda _, at: {"revoked_at": at}),
        "care": Kind(CareRelationship, ended, _now),
        "helper": Kind(ProxyGrant, ended, _now),
        "footing": Kind(Guardianship, ended, _now),
        "private_report": Kind(Report, Q(kept_private=True), lambda *_: {"kept_private": True}),
        "private_file": Kind(ResultFile, Q(kept_private=True), lambda *_: {"kept_private": True}),
        "report_taken_back": Kind(
            Report,
            Q(status=ReportStatus.WITHDRAWN),
            lambda *_: {"status": ReportStatus.WITHDRAWN},
            extra=("withdrawal__reason", "withdrawal__withdrawn_by"),
            only=~Q(signed_at=None),
        ),
    }


class CannotKnow(Exception):
    """The file is missing, shorter than it was, or not ours: what was closed since the backup is not known."""


def path() -> Path:
    return Path(settings.CLOSINGS)


def begin() -> None:
    """The file is there from the first backup on: one that is missing at a restore was lost, not empty."""
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path().touch(mode=0o600)


_seen: dict[Path, int | None] = {}


def look_after() -> None:
    """Called every few seconds: does something when rows have changed since this process last looked."""
    newest = RowHistory.objects.order_by("-pk").values_list("pk", flat=True).first()
    if path() in _seen and _seen[path()] == newest:
        return
    note_closed()
    _seen[path()] = newest


def note_closed() -> int:
    """Add a line for whatever is closed, or open again, and not told of yet; how many."""
    begin()
    with path().open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        told = _last(_lines(file.read()))
        new = list(_untold(told))
        if new:
            file.write(b"".join(_line(kind, key, closed, facts) for kind, key, closed, facts in new))
            file.flush()
            os.fsync(file.fileno())
    return len(new)


Told = dict[tuple[str, str], dict[str, Any]]


def _untold(told: Told) -> Iterable[tuple[str, str, bool, dict[str, Any]]]:
    for name, kind in kinds().items():
        closed = {
            str(row["pk"]): {column: str(row[column]) for column in kind.extra}
            for row in kind.rows().values("pk", *kind.extra)
        }
        before = {key for (of, key), line in told.items() if of == name and line["closed"]}
        yield from ((name, key, True, facts) for key, facts in closed.items() if key not in before)
        again = before - closed.keys()
        there = {str(key) for key in kind.model._base_manager.filter(pk__in=again).values_list("pk", flat=True)}
        yield from ((name, key, False, {}) for key in sorted(again & there))


def _line(kind: str, key: str, closed: bool, facts: dict[str, Any]) -> bytes:
    line = {"kind": kind, "id": key, "closed": closed, "at": timezone.now().isoformat(), **facts}
    return json.dumps({**line, "mac": authentication_code(_signed(line))}).encode() + b"\n"


def _signed(line: dict[str, Any]) -> bytes:
    return as_bytes(["closing", *sorted(f"{name}={value}" for name, value in line.items() if name != "mac")])


def _lines(content: bytes) -> list[dict[str, Any]]:
    """Every line of ours. What follows the last line end was cut short by a crash and is written anew."""
    found = []
    for text in content.split(b"\n")[:-1]:
        try:
            line = json.loads(text)
            genuine = authentic(_signed(line), str(line["mac"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            genuine = False
        if not genuine:
            raise CannotKnow("The list of what was closed holds a line that is not ours.")
        found.append(line)
    return found


def _last(lines: Iterable[dict[str, Any]]) -> Told:
    return {(line["kind"], line["id"]): line for line in lines}


def length() -> int:
    """How many lines there are: a backup says so, and a shorter file at its restore has lost some."""
    return len(_lines(path().read_bytes())) if path().exists() else 0


def close_again(lines_then: int) -> int:
    """After rows came back from a backup that knew of so many lines: closes what was closed since; how many rows.

    What was opened again since stays as the backup has it: the safe side.
    """
    if not path().exists():
        raise CannotKnow("The list of what was closed is missing: what was closed since cannot be known.")
    lines = _lines(path().read_bytes())
    if len(lines) < lines_then:
        raise CannotKnow("The list of what was closed is older than the backup.")
    known, done = kinds(), 0
    for (name, key), line in _last(lines).items():
        kind = known.get(name)
        if kind is None or not line["closed"]:
            continue
        at = datetime.fromisoformat(line["at"])
        row = kind.model._base_manager.filter(kind.only, pk=key).exclude(kind.closed)
        changed = row.update(**kind.close(line, at))
        done += changed
        if changed and name == "report_taken_back":
            _withdrawn_again(key, line, at)
    return done


def _withdrawn_again(key: str, line: dict[str, Any], at: datetime) -> None:
    """The reason and who took it back; their own words to the patient are lost with the database."""
    told = User.objects.filter(pk=line["withdrawal__withdrawn_by"]).first()
    by = told or Report.objects.select_related("sign_off__signed_by").get(pk=key).sign_off.signed_by
    facts = {"reason": line["withdrawal__reason"], "withdrawn_by": by, "name": by.name, "at": at}
    Withdrawal.objects.get_or_create(report_id=key, defaults=facts)
