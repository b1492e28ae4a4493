"""What an answer would change, worked out by the same engine that lets people in: who and what gains or loses."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from portal.access.decide import decide
from portal.access.matrix import RESOURCE_NAMED, RULES, Resource
from portal.people.models import Patient, Role, User
from portal.people.queries import care_team

LOOKED_AT = 20
"""How many of the newest rows of a kind are asked about; a person rarely has more."""


@dataclass(frozen=True)
class Change:
    """One person gains or loses one kind of thing. `now` rows change at once; with none, it is about later ones."""

    person: User
    you: bool
    action: str
    resource: str
    gains: bool
    now: int


@dataclass(frozen=True)
class PersonsChanges:
    """What changes for one person, each thing said once; `later` is about things that are not there yet."""

    person: User
    you: bool
    now: tuple[str, ...]
    later: tuple[str, ...]


_SAID_AS = {"read.finding": "read.interpretation", "read.release": "read.sign_off"}
"""Acts that a reader would take for the same are said once."""


def by_person(changes: tuple[Change, ...]) -> tuple[PersonsChanges, ...]:
    """The changes as a reader meets them: person by person, in order."""
    found = []
    for person in dict.fromkeys(change.person for change in changes):
        theirs = [change for change in changes if change.person == person]
        now = dict.fromkeys(_SAID_AS.get(change.action, change.action) for change in theirs if change.now)
        later = dict.fromkeys(_SAID_AS.get(change.action, change.action) for change in theirs if not change.now)
        found.append(PersonsChanges(person, theirs[0].you, tuple(now), tuple(act for act in later if act not in now)))
    return tuple(found)


@dataclass(frozen=True)
class Preview:
    gains: tuple[Change, ...]
    loses: tuple[Change, ...]
    rests_on_it: bool

    @property
    def gained(self) -> tuple[PersonsChanges, ...]:
        return by_person(self.gains)

    @property
    def lost(self) -> tuple[PersonsChanges, ...]:
        return by_person(self.loses)

    @property
    def changes(self) -> bool:
        return bool(self.gains or self.loses)


def preview(patient: Patient, scope: str, *, yes: bool) -> Preview:
    """What would change if this answer were kept. Reads only; nothing is decided or noted."""
    actions = {rule.action for rule in RULES if rule.consent == scope}
    changes = [
        change
        for person in people_concerned(patient)
        for action in sorted(actions)
        if (change := _change(patient, scope, person, action, yes=yes)) is not None
    ]
    return Preview(
        gains=tuple(change for change in changes if change.gains),
        loses=tuple(change for change in changes if not change.gains),
        rests_on_it=bool(actions),
    )


def rows_of(patient: Patient, resource: Resource) -> list[Model]:
    """The newest rows of one kind that are about this person."""
    if resource.patient is None:
        return []
    path = resource.patient.replace(".", "__")
    found = apps.get_model(resource.model)._default_manager.filter(**{path: patient})
    return list(found.order_by("-pk")[:LOOKED_AT])


def people_concerned(patient: Patient) -> list[User]:
    account = [patient.account] if patient.account else []
    return [*account, *sorted(care_team(patient), key=lambda member: (member.role, str(member.name)))]


def _change(patient: Patient, scope: str, person: User, action: str, *, yes: bool) -> Change | None:
    resource = RESOURCE_NAMED[action.partition(".")[2]]
    turned, rows = 0, rows_of(patient, resource)
    for row in rows:
        before, after = decide(person, action, row), decide(person, action, row, assume={scope: yes})
        turned += before.permitted is not after.permitted
    may = any(rule.role == person.role and rule.action == action and rule.consent == scope for rule in RULES)
    if not turned and (rows or not may):
        return None
    own = person.role == Role.PATIENT
    return Change(person, own, action, resource.name, gains=yes, now=turned)
