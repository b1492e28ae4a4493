"""What an answer would change, worked out by the same engine that lets people in: who and what gains or loses."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from consent.desk.capacity import representatives
from consent.desk.queries import permission
from consent.ledger.scopes import scope as scope_of
from portal.access.decide import decide
from portal.access.matrix import COVERED, RESOURCE_NAMED, RULES, YES_OF_ITS_OWN, Relation, Resource, Rule
from portal.access.standing_in import PARTS
from portal.people.models import Patient, User
from portal.people.queries import care_team, open_proxies

LOOKED_AT = 20
"""How many of the newest rows of a kind are asked about; a person rarely has more."""


@dataclass(frozen=True)
class Concerned:
    """Somebody a consent is about: in their own name, or reading for the patient (and then they say so)."""

    person: User
    behalf: Patient | None = None
    parts: frozenset[str] = frozenset()

    def may(self, rule: Rule) -> bool:
        """Whether a rule is one of theirs, as far as can be said before there is anything to ask about."""
        if rule.role != self.person.role or (rule.relation is Relation.PROXY) != (self.behalf is not None):
            return False
        return self.behalf is None or COVERED.get(rule.action.partition(".")[2]) in self.parts


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


_SAID_AS = {
    "read.finding": "read.interpretation",
    "read.release": "read.sign_off",
    "hide.report": "read.report",
    "open.release": "read.report",
}
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
    rules = rules_resting_on(scope)
    actions = {rule.action for rule in rules}
    changes = [
        change
        for concerned in people_concerned(patient, scope)
        for action in sorted(actions)
        if (change := _change(patient, scope, concerned, action, yes=yes)) is not None
    ]
    return Preview(
        gains=tuple(change for change in changes if change.gains),
        loses=tuple(change for change in changes if not change.gains),
        rests_on_it=bool(actions),
    )


def rules_resting_on(scope: str) -> list[Rule]:
    """The rules a yes to this scope opens. One to a helper opens what helpers see of that part, one to sharing opens
    that share alone."""
    kind = scope_of(scope).kind
    if kind in YES_OF_ITS_OWN.values():
        return [rule for rule in RULES if YES_OF_ITS_OWN.get(rule.action) == kind]
    if kind != "proxy":
        return [rule for rule in RULES if rule.consent == scope]
    part = scope.rpartition(".")[2]
    return [
        rule
        for rule in RULES
        if rule.relation is Relation.PROXY and COVERED.get(rule.action.partition(".")[2]) == part
    ]


def rows_of(patient: Patient, resource: Resource, scope: str) -> list[Model]:
    """The newest rows of one kind that are about this person; the one row, for a yes to exactly one."""
    if resource.patient is None:
        return []
    path = resource.patient.replace(".", "__")
    found = apps.get_model(resource.model)._default_manager.filter(**{path: patient})
    if scope_of(scope).kind in YES_OF_ITS_OWN.values():
        found = found.filter(pk=scope_of(scope).about)
    return list(found.order_by("-pk")[:LOOKED_AT])


def people_concerned(patient: Patient, scope: str = "") -> list[Concerned]:
    """Who gains or loses by an answer: the patient, the team, who decides for the patient, and the helpers.

    An answer about one helper concerns that helper alone.
    """
    helpers = [
        Concerned(grant.proxy, patient, frozenset(grant.covers))
        for grant in open_proxies().filter(patient=patient).select_related("proxy").order_by("since")
    ]
    if scope.startswith("proxy."):
        return [one for one in helpers if str(one.person.pk) == scope.split(".")[1]]
    account = [Concerned(patient.account)] if patient.account else []
    if scope.startswith("share."):
        return account  # whoever it is shared with has no account: what they open rests on the patient's own right
    members = sorted(care_team(patient), key=lambda member: (member.role, str(member.name)))
    team = [Concerned(member) for member in members]
    deciding = [Concerned(guardian, patient, frozenset(PARTS)) for guardian in representatives(patient)]
    return [*account, *team, *deciding, *helpers]


def _change(patient: Patient, scope: str, concerned: Concerned, action: str, *, yes: bool) -> Change | None:
    resource = RESOURCE_NAMED[action.partition(".")[2]]
    person, behalf = concerned.person, concerned.behalf
    turned, rows = 0, rows_of(patient, resource, scope)
    for row in rows:
        before = decide(person, action, row, on_behalf_of=behalf)
        after = decide(person, action, row, on_behalf_of=behalf, assume={scope: yes})
        turned += before.permitted is not after.permitted
    # Of a kind there is nothing of yet, only a new answer changes who will reach it.
    will = permission(patient, scope).permitted is not yes and any(
        concerned.may(rule) for rule in rules_resting_on(scope) if rule.action == action
    )
    if not turned and (rows or not will):
        return None
    return Change(person, person.pk == patient.account_id, action, resource.name, gains=yes, now=turned)
