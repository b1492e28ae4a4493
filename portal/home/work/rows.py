"""What a kind of work is, and one row of it: what, who, how old, what next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise

from portal.people.models import Patient, User
from portal.results.models import ResultFile

Words = str | Promise


class Named(Protocol):
    """Somebody with a name; it is opened when the row is shown, not before."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Kind:
    """A kind of work. `limit` names how long it may wait (`DAYS_UNTIL_OVERDUE`); without one it is never overdue."""

    code: str
    label: Words
    limit: str = ""


@dataclass(frozen=True)
class Row:
    """One thing that waits. `what` when it is more exact than the kind's own label; `also`: other ways into the same
    matter; `mine`: the asker is named for it, or nobody is; `ends`: it is over then by itself."""

    kind: Kind
    patient: Patient
    since: datetime
    address: str
    next: Words
    what: Words = ""
    named: Named | None = None
    mine: bool = True
    file: ResultFile | None = None
    also: Sequence[tuple[Words, str]] = ()
    ends: datetime | None = None

    @property
    def title(self) -> Words:
        return self.what or self.kind.label

    @property
    def overdue(self) -> bool:
        """Whether it has waited longer than the clinic lets such work wait."""
        return bool(self.kind.limit) and self.since < overdue_since(self.kind.limit)


def overdue_since(limit: str) -> datetime:
    """What has waited since before this moment is overdue."""
    return timezone.now() - timedelta(days=settings.DAYS_UNTIL_OVERDUE[limit])


def file_of(patient: Patient, file: ResultFile) -> ResultFile:
    """A file beside whose patient has been read: what is sealed in it and in its order opens without asking again."""
    file.patient = patient
    if file.order is not None:
        file.order.patient = patient
    return file


def is_theirs(user: User, named: User | None) -> bool:
    """Whether work is this person's: they are named for it, or nobody is."""
    return named is None or named.pk == user.pk
