"""Giving a laboratory's computer a token, and taking it back."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.api.authentication import token_hash
from portal.api.models import MachineToken
from portal.people.models import Role, User


class NotALaboratory(ValueError):
    """Only an account that belongs to a laboratory can have a machine token."""


def issue_token(actor: User, account: User, label: str) -> tuple[MachineToken, str]:
    """A new token, and its text: the only moment the text is known."""
    require(actor, "administer.machine_token")
    if account.role != Role.LABORATORY or account.laboratory_id is None:
        raise NotALaboratory
    text = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = MachineToken.objects.create(account=account, label=label, token_hash=token_hash(text))
        log.record(actor, "administer.machine_token", token, reason="issued")
    return token, text


def revoke_token(actor: User, token: MachineToken) -> MachineToken:
    """From the next request on the token is worth nothing."""
    require(actor, "administer.machine_token", token)
    with transaction.atomic():
        token.revoked_at = token.revoked_at or timezone.now()
        token.save(update_fields=["revoked_at"])
        log.record(actor, "administer.machine_token", token, reason="revoked")
    return token
