"""A lost second factor: two people take it off, not before the owner had time to stop it, and every session ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.access import log, undo_links
from portal.access.letters import send_letter
from portal.access.models import FactorRecovery
from portal.people.models import User


class TooEarly(Exception):
    """The owner still has time to say that it was not they who asked."""


LASTS = timedelta(days=7)
"""An ask nobody approved in this time is over and must be made anew: the owner's warning is forgotten by then."""


def ends_at(asked: FactorRecovery) -> datetime:
    """Never before the owner's time to stop it is over, however long a clinic sets that."""
    return waits_until(asked) + LASTS


def let_expire() -> int:
    """Close what nobody approved in time; how many. Done every few seconds, and before anybody asks again."""
    latest = timezone.now() - LASTS - timedelta(hours=settings.FACTOR_RECOVERY_WAITS_HOURS)
    closed = 0
    for asked in FactorRecovery.objects.filter(approved_at=None, stopped_at=None, at__lte=latest):
        with transaction.atomic():
            if FactorRecovery.objects.filter(pk=asked.pk, approved_at=None, stopped_at=None).update(
                stopped_at=timezone.now()
            ):
                log.record(None, "stop.factor_recovery", asked, reason="expired")
                closed += 1
    return closed


def waits_until(asked: FactorRecovery) -> datetime:
    return asked.at + timedelta(hours=settings.FACTOR_RECOVERY_WAITS_HOURS)


def take_off_second_factor(user: User) -> None:
    """Remove every app, key and spare code, and sign the account out everywhere. Call it in a transaction."""
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def warn_owner(asked: FactorRecovery, site: str) -> None:
    """Told before anything happens, at every address we know, with one press that stops it."""
    words = {"until": waits_until(asked), "link": undo_links.address(undo_links.RECOVERY, asked.pk, site)}
    _tell(asked.user, "access/recovery_asked.txt", words)


def tell_owner(user: User) -> None:
    """If it was not they who asked, this is how they learn of it."""
    _tell(user, "access/recovery.txt", {})


def stop(asked: FactorRecovery) -> bool:
    """The owner did not ask, and stops it with the link in their mail."""
    with transaction.atomic():
        stopped = FactorRecovery.objects.filter(pk=asked.pk, approved_at=None, stopped_at=None).update(
            stopped_at=timezone.now()
        )
        if stopped:
            log.record(asked.user, "stop.factor_recovery", asked)
    return bool(stopped)


def _tell(user: User, template: str, facts: dict[str, object]) -> None:
    known = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    for address in sorted({user.email, *known}):
        send_letter(address, template, facts, user.speaks)
