"""How higher rooms hear that a person changed their mind, and say which copies they hold, without being imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.people.models import Patient

Listener = Callable[[Patient, str], None]
_listeners: list[Listener] = []


def on_change(listener: Listener) -> Listener:
    """Register `listener(patient, scope)`, called after the change is committed. Works as a decorator."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def changed(patient: Patient, scope: str) -> None:
    for listener in _listeners:
        listener(patient, scope)


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
