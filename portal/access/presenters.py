"""Lines of the access log, ready to be put into words by the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.ledger.models import ConsentEvent, Decision
from portal.access.models import AccessEvent, Outcome
from portal.access.queries import acts_of_consent
from portal.people.models import Patient, User
from portal.sealing.fields import Erased

Naming = Callable[[Iterable[AccessEvent]], Mapping[str, str]]
_GUESTS: list[Naming] = []


def names_guests(naming: Naming) -> Naming:
    """Register how a higher room names who looked without an account: names by the id of the row they looked at."""
    if naming not in _GUESTS:
        _GUESTS.append(naming)
    return naming


@dataclass(frozen=True)
class Allowed:
    """One yes a line rests on: to what, when, and whose word it was (empty: the patient's own)."""

    scope: str
    at: datetime
    by: str = ""

    @property
    def for_a_helper(self) -> bool:
        return self.scope.startswith("proxy.")

    @property
    def for_a_share(self) -> bool:
        return self.scope.startswith("share.")


@dataclass(frozen=True)
class Line:
    """`who` is empty when the system acted; `you` when the reader did it; `role` and `place` say who that is.

    `helping` is set when somebody read for the patient, and then says whom; `guest` names who read without an account
    because the patient (`yours`: the reader) shared with them; `nobody` when that name is gone. `allowed` is what the
    line rests on.
    """

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
    helping: str = ""
    helping_you: bool = False
    guest: str = ""
    yours: bool = False
    nobody: bool = False
    allowed: tuple[Allowed, ...] = ()
    asked: bool = False
    answer: str = ""


def lines(events: Iterable[AccessEvent], reader: User) -> list[Line]:
    """Lines of the log, each joined to the acts of consent that allowed it; two more questions for all of them."""
    events = list(events)
    found = _acts(events)
    signers = {act.signer for act in found.values()}
    names = {signer.pk: _name(signer) for signer in User.objects.filter(pk__in=signers)} if signers else {}
    guests = {key: name for naming in _GUESTS for key, name in naming(events).items()}
    return [line(event, reader, found, names, guests) for event in events]


def line(
    event: AccessEvent,
    reader: User,
    acts: Mapping[str, ConsentEvent] | None = None,
    names: Mapping[UUID, str] | None = None,
    guests: Mapping[str, str] | None = None,
) -> Line:
    actor, behalf = event.actor, event.on_behalf_of
    laboratory = actor.laboratory if actor else None
    refused = event.outcome == Outcome.DENY
    return Line(
        at=event.at,
        you=actor is not None and actor.pk == reader.pk,
        who=_name(actor) if actor else "",
        role=actor.get_role_display() if actor and behalf is None else "",
        place=laboratory.name if laboratory else "",
        action=event.action,
        resource=event.resource,
        reason=event.reason,
        refused=refused,
        about=str(event.patient.record_number) if event.patient and event.patient.erased_at is None else "",
        with_your_yes=bool(event.consent_events) and not refused,
        id=str(event.id),
        helping=str(behalf.full_name) if behalf and behalf.erased_at is None else "",
        helping_you=behalf is not None and behalf.account_id == reader.pk,
        guest="" if refused or actor is not None else (guests or {}).get(event.resource_id, ""),
        nobody=event.actor_role == "anonymous",
        yours=event.patient is not None and event.patient.account_id == reader.pk,
        allowed=() if refused else _allowed(event, acts or {}, names or {}),
        asked=(asked := getattr(event, "question", None)) is not None,
        answer=asked.answer if asked else "",
    )


def _name(person: User) -> str:
    """An erased account has no name."""
    gone = not person.name or isinstance(person.name, Erased)
    return str(person.get_role_display() if gone else person.name)


def _acts(events: list[AccessEvent]) -> dict[str, ConsentEvent]:
    ids = {found for event in events for told in event.consent_events if (found := _id(told)) is not None}
    return {str(act.id): act for act in acts_of_consent(ids)}


def _id(told: object) -> UUID | None:
    try:
        return UUID(str(told))
    except ValueError:
        return None


def _allowed(event: AccessEvent, acts: Mapping[str, ConsentEvent], names: Mapping[UUID, str]) -> tuple[Allowed, ...]:
    """Only a yes, and only one of the person the line is about: an id from elsewhere proves nothing."""
    patient = event.patient
    if patient is None:
        return ()
    known = [acts[told] for told in event.consent_events if told in acts]
    return tuple(
        Allowed(act.scope, act.at, _by(act, patient, names))
        for act in known
        if act.subject == patient.subject and act.decision == Decision.PERMIT
    )


def _by(act: ConsentEvent, patient: Patient, names: Mapping[UUID, str]) -> str:
    return "" if act.signer == patient.account_id else names.get(act.signer, "")
