"""How higher rooms hear that a person changed their mind, and say which copies they hold, without being imported."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consent.desk.models import ConsentChange
from portal.people.models import Patient

logger = logging.getLogger("consent")
LEFT_AFTER = timedelta(seconds=5)
AT_ONCE = 20

Listener = Callable[[Patient, str], None]
_listeners: list[Listener] = []


def on_change(listener: Listener) -> Listener:
    """Register `listener(patient, scope)`, called after the change is committed: at least
    once, also when the process died in between. Works as a decorator."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def owe(patient: Patient, scope: str) -> None:
    """Note, in the transaction of the act, that the other rooms are to hear of it; they do as soon as it is kept."""
    change = ConsentChange.objects.create(patient=patient, scope=scope)
    transaction.on_commit(lambda: settle(change.pk))


def settle(key: UUID) -> None:
    """Tell every room of one change. What one of them raises keeps no other from hearing it, and it is told again."""
    change = ConsentChange.objects.filter(pk=key).select_related("patient").first()
    if change is None:
        return
    heard = True
    for listener in _listeners:
        try:
            listener(change.patient, change.scope)
        except Exception:
            logger.exception("consent_change_not_heard")
            heard = False
    if heard:
        change.delete()


def settle_left_over() -> int:
    """Tell of changes whose process died, or whose listener failed; how many. Hearing twice changes nothing."""
    left = ConsentChange.objects.filter(at__lt=timezone.now() - LEFT_AFTER).order_by("at")
    keys = list(left.values_list("pk", flat=True)[:AT_ONCE])
    for key in keys:
        settle(key)
    return len(keys)


@dataclass(frozen=True)
class Copy:
    """Something that left this portal while a yes held: a download, a paper, an export.

    `kind` is a code the pages have words for; `holder` says who has it. A copy is `recalled` only when its holder
    confirmed that it is gone.
    """

    kind: str
    holder: str
    at: datetime
    recalled: bool = False
    holder_id: UUID | None = None
    """The holder's account, so that a page can say "you" to them."""


Register = Callable[[Patient, str], Iterable[Copy]]
_registers: list[Register] = []


def holds_copies(register: Register) -> Register:
    """Register a room's own list of copies: `register(patient, scope)`. Works as a decorator."""
    if register not in _registers:
        _registers.append(register)
    return register


def copies(patient: Patient, scope: str) -> Iterator[Copy]:
    """Every copy that any room knows of."""
    for register in _registers:
        yield from register(patient, scope)


Naming = Callable[[Patient, str], str]
_namings: list[Naming] = []


def names_whom(naming: Naming) -> Naming:
    """Register who a named scope of a room is about: `naming(patient, scope)`, empty when it is not the room's."""
    if naming not in _namings:
        _namings.append(naming)
    return naming


def whom(patient: Patient, scope: str) -> str:
    """The name of whoever an answer is about, as the room knows it that asked for it."""
    return next(filter(None, (naming(patient, scope) for naming in _namings)), "")
