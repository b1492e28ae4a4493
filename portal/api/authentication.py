"""How a laboratory's computer signs in: a token in the Authorization header, known here only by its hash."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.api.models import MachineToken
from portal.people.models import Role, User

KEYWORD = "Bearer"
NOTED_EVERY = timedelta(minutes=1)


def token_hash(token: str) -> str:
    """Tokens are long random strings, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class MachineTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; works only while token, account and its laboratory all stand."""

    def authenticate(self, request: Request) -> tuple[User, MachineToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed
        token = (
            MachineToken.objects.select_related("account")
            .filter(token_hash=token_hash(parts[1].decode("latin-1")), revoked_at=None)
            .first()
        )
        if token is None or not _stands(token.account):
            raise AuthenticationFailed
        now = timezone.now()
        if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
            MachineToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.account, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


def _stands(account: User) -> bool:
    return account.is_active and account.role == Role.LABORATORY and account.laboratory_id is not None
