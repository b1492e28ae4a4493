"""Acts of letting somebody help: the patient invites, the person accepts, the patient confirms, either ends it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.invitations import (
    MOST_ATTEMPTS,
    VALID_FOR,
    InvitationRefused,
    addresses_of,
    hashed,
    is_code,
    mailbox,
    new_code,
    send,
)
from portal.access.models import Outcome
from portal.access.standing_in import StandIn
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, User

logger = logging.getLogger("portal.access")

Listener = Callable[[User, ProxyGrant], object]
_LISTENERS: list[Listener] = []


def when_ended(listener: Listener) -> Listener:
    """Register what a higher room does after a patient has ended somebody's help. Works as a decorator."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def invite_proxy(
    actor: User, patient: Patient, *, email: str, covers: Iterable[str], site: str = ""
) -> tuple[ProxyInvitation, str]:
    """The first step. Gives the code, which is shown once and tells nothing without the link."""
    require(actor, "invite.proxy_invitation", patient)
    email = email.strip().lower()
    if mailbox(email) in {mailbox(own) for own in addresses_of(actor)}:
        raise InvitationRefused("own_address")  # a shared address would let one read the other's mail
    now, code = timezone.now(), new_code()
    with transaction.atomic():
        invitation = ProxyInvitation(patient=patient, email=email, at=now, expires_at=now + VALID_FOR)
        invitation.covers = sorted(set(covers))
        invitation.code_hash = hashed(invitation, code)
        invitation.save()
        log.record(actor, "invite.proxy_invitation", invitation)
        transaction.on_commit(lambda: send(invitation, site))
    return invitation, code


def accept(actor: User, invitation: ProxyInvitation, code: str) -> ProxyInvitation:
    """The second step: whoever has the invited address also knows the code. Five wrong codes end the invitation."""
    require(actor, "accept.proxy_invitation", invitation)
    with transaction.atomic():
        row = ProxyInvitation.objects.select_for_update().get(pk=invitation.pk)
        if actor.email != row.email or row.closed_at or row.expires_at <= timezone.now():
            raise InvitationRefused("over")
        if row.attempts >= MOST_ATTEMPTS:
            raise InvitationRefused("over")
        right = is_code(row, code)
        if right:
            row.accepted_by, row.accepted_at = actor, row.accepted_at or timezone.now()
            row.save(update_fields=["accepted_by", "accepted_at"])
            log.record(actor, "accept.proxy_invitation", row)
        else:
            ProxyInvitation.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
            log.record(actor, "accept.proxy_invitation", row, outcome=Outcome.DENY, reason="refused_code")
    if not right:
        raise InvitationRefused("wrong_code")
    return row


def confirm(actor: User, invitation: ProxyInvitation) -> ProxyGrant:
    """The third step: the patient sees who accepted. The grant opens nothing before the patient's yes to each part,
    which the consent desk takes in the same transaction."""
    require(actor, "confirm.proxy_invitation", invitation)
    with transaction.atomic():
        row = ProxyInvitation.objects.select_for_update().get(pk=invitation.pk)
        if row.accepted_by is None or row.closed_at:
            raise InvitationRefused("over")
        grant = make_grant(row.patient, row.accepted_by, row.covers)
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        log.record(actor, "confirm.proxy_invitation", row)
    return grant


def make_grant(patient: Patient, person: User, covers: list[str]) -> ProxyGrant:
    """The row alone, for `confirm` and for a look at what it would change; it opens nothing by itself."""
    return ProxyGrant.objects.update_or_create(
        patient=patient, proxy=person, until=None, defaults={"covers": covers}
    )[0]


def take_back(actor: User, invitation: ProxyInvitation) -> None:
    """The patient thinks better of it before anybody was let in. Done twice, it is done once."""
    require(actor, "invite.proxy_invitation", invitation.patient)
    with transaction.atomic():
        open_still = ProxyInvitation.objects.filter(pk=invitation.pk, closed_at=None)
        if open_still.update(closed_at=timezone.now()):
            log.record(actor, "invite.proxy_invitation", invitation, reason="taken_back")


def note_visit(actor: User, stand_in: StandIn) -> None:
    """Somebody opened a page of the person they read for. Refused like an unknown address when they may not."""
    decision = require(actor, "read.patient", stand_in.patient, on_behalf_of=stand_in.patient)
    log.record(
        actor,
        "read.patient",
        stand_in.patient,
        consent_events=decision.consent_events,
        purpose=decision.purpose,
        on_behalf_of=stand_in.patient,
    )


def end(actor: User, grant: ProxyGrant) -> ProxyGrant:
    """From now on the helper sees nothing. The patient may end it, and so may the helper; the other is not told.

    The grant is closed first, by itself: nothing that fails afterwards can leave it open.
    """
    behalf = grant.patient if grant.proxy_id == actor.pk else None
    require(actor, "end.proxy_grant", grant, on_behalf_of=behalf)
    with transaction.atomic():
        if ProxyGrant.objects.filter(pk=grant.pk, until=None).update(until=timezone.now()):
            log.record(actor, "end.proxy_grant", grant, on_behalf_of=behalf)
        grant.refresh_from_db()
    if behalf is None:
        for listener in _LISTENERS:
            try:
                listener(actor, grant)
            except Exception:
                logger.exception("after_end_failed")
    return grant
