"""One line of the access log, ready to be put into words by the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.access.models import AccessEvent, Outcome
from portal.people.models import User
from portal.sealing.fields import Erased


@dataclass(frozen=True)
class Line:
    """`who` is empty when the system acted; `you` when the reader did it; `role` and `place` say who that is."""

    at: datetime
    you: bool
    who: str
    role: str
    place: str
    action: str
    resource: str
    reason: str
    refused: bool
    about: str
    with_your_yes: bool
    id: str = ""
    behalf: bool = False
    asked: bool = False
    answer: str = ""


def line(event: AccessEvent, reader: User) -> Line:
    actor = event.actor
    laboratory = actor.laboratory if actor else None
    return Line(
        at=event.at,
        you=actor is not None and actor.pk == reader.pk,
        # An erased account has no name.
        who=str(actor.get_role_display() if not actor.name or isinstance(actor.name, Erased) else actor.name)
        if actor
        else "",
        role=actor.get_role_display() if actor else "",
        place=laboratory.name if laboratory else "",
        action=event.action,
        resource=event.resource,
        reason=event.reason,
        refused=event.outcome == Outcome.DENY,
        about=str(event.patient.record_number) if event.patient and event.patient.erased_at is None else "",
        with_your_yes=bool(event.consent_events) and event.outcome != Outcome.DENY,
        id=str(event.id),
        behalf=event.on_behalf_of_id is not None,
        asked=(asked := getattr(event, "question", None)) is not None,
        answer=asked.answer if asked else "",
    )
