"""A changed e-mail address: both are told, sessions elsewhere end, the old one can take it back for seven days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from portal.access import log, undo_links
from portal.access.letters import send_letter
from portal.access.models import EmailChange
from portal.access.session_limits import limits_of
from portal.people.models import User

UNDONE_WITHIN = timedelta(days=7)


def keep_confirmed(user: User) -> None:
    """The address an account signs in with counts as confirmed: nobody gets an account but by a link sent to it.

    Without this, the accounts library would take an unconfirmed first address for one that is only wished for, and
    drop it as soon as another one is.
    """
    held = EmailAddress.objects.filter(email=user.email)
    if held.filter(verified=True).exists():
        return
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def signed_in(sender: Any, request: HttpRequest, user: User, **_signal: Any) -> None:
    keep_confirmed(user)


def changed(
    sender: Any,
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_signal: Any,
) -> None:
    """Called by the accounts library once the owner of the new address has confirmed it."""
    old = from_email_address.email if from_email_address else ""
    new = to_email_address.email
    if not old or old.lower() == new.lower():
        return
    now = timezone.now()
    with transaction.atomic():
        change = EmailChange.objects.create(
            user=user, old_email=old, new_email=new, at=now, undo_until=now + UNDONE_WITHIN
        )
        log.record(user, "change.email_change", change)
        end_sessions(user, but=request.session.session_key)
        link = undo_links.address(undo_links.EMAIL, change.pk, request.build_absolute_uri("/"))
        way_back = {"link": link, "until": change.undo_until}
        transaction.on_commit(lambda: send_letter(old, "access/address_old.txt", way_back, user.speaks))
        transaction.on_commit(lambda: send_letter(new, "access/address_new.txt", {}, user.speaks))


def undo(change: EmailChange) -> bool:
    """Whoever reads the old address takes it back. A new password is needed: the old one is known to somebody."""
    with transaction.atomic():
        row = EmailChange.objects.select_for_update(of=("self",)).select_related("user").get(pk=change.pk)
        user = row.user
        taken = User.objects.filter(email=row.old_email.lower()).exclude(pk=user.pk).exists()
        if row.undone_at is not None or row.undo_until <= timezone.now() or taken or not user.is_active:
            return False
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=row.old_email.lower(), verified=True, primary=True)
        user.email = row.old_email.lower()
        user.set_unusable_password()
        user.save(update_fields=["email", "password"])
        # Whatever was changed since with the same session is taken back with it.
        EmailChange.objects.filter(user=user, at__gte=row.at, undone_at=None).update(undone_at=timezone.now())
        _take_off_what_came_with_it(user, row.at)
        end_sessions(user)
        log.record(user, "undo.email_change", row)
    return True


def _take_off_what_came_with_it(user: User, changed_at: datetime) -> None:
    """A passkey, an app or spare codes made in the session that changed the address, or later, open nothing any more:
    a passkey needs no password, and an app would shut the owner out. What is older stays: the session had to pass it.
    """
    began = changed_at - timedelta(seconds=limits_of(user).absolute_seconds)
    Authenticator.objects.filter(user=user, created_at__gte=began).delete()


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Sign the account out everywhere, or everywhere but here."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        session.end()
