"""How higher rooms hear that a person changed their mind, without this room knowing them."""

from __future__ import annotations

from collections.abc import Callable

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
