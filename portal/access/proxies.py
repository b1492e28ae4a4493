"""Acts of letting somebody help: the patient invites, the person accepts, the patient confirms, either ends it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.invitations import MOST_ATTEMPTS, VALID_FOR, InvitationRefused, hashed, is_code, new_code, send
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, User


def invite_proxy(
    actor: User, patient: Patient, *, email: str, covers: Iterable[str], site: str = ""
) -> tuple[ProxyInvitation, str]:
    """The first step. Gives the code, which is shown once and tells nothing without the link."""
    require(actor, "invite.proxy_invitation", patient)
    email = email.strip().lower()
    if email == actor.email:
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
    if not right:
        raise InvitationRefused("wrong_code")
    return row


def confirm(actor: User, invitation: ProxyInvitation) -> ProxyGrant:
    """The third step: the patient sees who accepted and lets them in."""
    require(actor, "confirm.proxy_invitation", invitation)
    with transaction.atomic():
        row = ProxyInvitation.objects.select_for_update().get(pk=invitation.pk)
        if row.accepted_by is None or row.closed_at:
            raise InvitationRefused("over")
        grant, _made = ProxyGrant.objects.update_or_create(
            patient=row.patient, proxy=row.accepted_by, until=None, defaults={"covers": row.covers}
        )
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        log.record(actor, "confirm.proxy_invitation", row)
    return grant


def end(actor: User, grant: ProxyGrant) -> ProxyGrant:
    """From now on the helper sees nothing. The patient may end it, and so may the helper."""
    behalf = grant.patient if grant.proxy_id == actor.pk else None
    require(actor, "end.proxy_grant", grant, on_behalf_of=behalf)
    with transaction.atomic():
        if ProxyGrant.objects.filter(pk=grant.pk, until=None).update(until=timezone.now()):
            log.record(actor, "end.proxy_grant", grant, on_behalf_of=behalf)
        grant.refresh_from_db()
    return grant
