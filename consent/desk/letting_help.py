"""Letting somebody help rests on the patient's yes: one for each part, to one person, after the questions."""

from __future__ import annotations

from django.db import transaction

from consent.desk import actions
from consent.desk.preview import Preview, preview
from consent.desk.queries import permission
from consent.ledger.models import ConsentEvent
from portal.access import proxies
from portal.access.standing_in import PARTS, scope_of
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, User


def scopes_of(person: User, parts: list[str]) -> list[str]:
    """The consent scopes behind letting this person see these parts."""
    return [scope_of(person, part) for part in PARTS if part in parts]


def let_help(actor: User, invitation: ProxyInvitation, *, auth_level: str = "") -> ProxyGrant:
    """The last of three steps: the grant and the yes to each of its parts, together or not at all.

    Raises `NotUnderstood` before the questions were answered rightly, `InvitationRefused` when nobody accepted.
    """
    with transaction.atomic():
        grant = proxies.confirm(actor, invitation)
        for scope in scopes_of(grant.proxy, list(PARTS)):
            if scope in scopes_of(grant.proxy, grant.covers):
                actions.give(actor, grant.patient, scope, auth_level=auth_level)
            elif permission(grant.patient, scope).permitted:
                actions.withdraw(actor, grant.patient, scope)  # let see before, and not any more
    return grant


def preview_of(patient: Patient, invitation: ProxyInvitation) -> Preview:
    """What letting this person in would change, from the engine itself: the grant is made, asked about and undone."""
    person = invitation.accepted_by
    if person is None:
        return Preview((), (), rests_on_it=True)
    with transaction.atomic():
        proxies.make_grant(patient, person, invitation.covers)
        found = [preview(patient, scope, yes=True) for scope in scopes_of(person, invitation.covers)]
        transaction.set_rollback(True)
    return Preview(
        gains=tuple(change for one in found for change in one.gains),
        loses=tuple(change for one in found for change in one.loses),
        rests_on_it=True,
    )


@proxies.when_ended
def take_back(actor: User, grant: ProxyGrant) -> list[ConsentEvent]:
    """The patient ended somebody's help: their yes to it is taken back too, so that the ledger says the same."""
    scopes = [scope for scope in scopes_of(grant.proxy, grant.covers) if permission(grant.patient, scope).permitted]
    return [actions.withdraw(actor, grant.patient, scope) for scope in scopes]
