"""Erasing a person: looked at first, thought over, confirmed by a second person, done whole or not at all.

What is left is a pseudonym: the ledger and the access log point to it and still verify. The key is destroyed, so what
a backup holds cannot be read, and the register of destroyed keys outlives any restore.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import FileField
from django.utils import timezone

from consent.desk.guardians import close_all_of
from consent.desk.hooks import copies
from consent.ledger.models import ConsentEvent
from portal.access import log
from portal.access.letters import send_letter
from portal.access.models import EmailChange, FactorRecovery
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, User
from portal.results.models import Job
from portal.rights.holdings import Fate, erased_in_order, fate, model_of, resources, rows
from portal.rights.making import STORAGE
from portal.rights.models import Erasure, ErasureStatus
from portal.sealing import keys, register
from portal.sealing.fields import Erased


@dataclass(frozen=True)
class Kind:
    """How many rows of one kind there are, and what becomes of them."""

    resource: str
    count: int
    fate: Fate


@dataclass(frozen=True)
class Outlook:
    """What an erasure would do, counted now. Copies outside are named as the statement of effect names them."""

    kinds: tuple[Kind, ...]
    files: int
    copies: tuple[Any, ...]
    backups_until: datetime

    @property
    def erased(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in self.kinds if kind.fate is Fate.ERASED)

    @property
    def kept(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in self.kinds if kind.fate is not Fate.ERASED)


def outlook(patient: Patient) -> Outlook:
    """What would go and what would stay, for the person to look at first."""
    counted = [Kind(resource.name, rows(resource, patient).count(), fate(resource)) for resource in resources()]
    return Outlook(
        kinds=tuple(kind for kind in counted if kind.count),
        files=len(set(_stored(patient))),
        copies=tuple(_copies(patient)),
        backups_until=backups_until(),
    )


def backups_until(at: datetime | None = None) -> datetime:
    """When the last backup that was made before this moment is gone."""
    return (at or timezone.now()) + timedelta(days=settings.BACKUPS_KEPT_DAYS)


def _copies(patient: Patient) -> Iterator[Any]:
    """Copies outside, of everything that was ever answered about; each once."""
    seen = set()
    scopes = ConsentEvent.objects.filter(subject=patient.subject).values_list("scope", flat=True).distinct()
    for scope in sorted(set(scopes)):
        for copy in copies(patient, scope):
            if copy not in seen:
                seen.add(copy)
                yield copy


def carry_out(erasure: Erasure, actor: User | None) -> Erasure:
    """Erase the person, whole or not at all. The caller has asked permission and holds a transaction open."""
    patient = Patient.objects.select_for_update(of=("self",)).select_related("account").get(pk=erasure.patient_id)
    address = _address(patient)
    now = timezone.now()
    # While the key is still there: what is counted and listed may be sealed.
    files = sorted(set(_stored(patient)))
    outside = [{"kind": copy.kind, "at": copy.at.isoformat(), "recalled": copy.recalled} for copy in _copies(patient)]
    gone = _destroy_rows(patient)
    _close_account(actor, patient.account)
    _empty(patient, now)
    keys.destroy(patient.subject)
    kept = {kind.name: rows(kind, patient).count() for kind in resources() if fate(kind) is not Fate.ERASED}
    statement = {
        "erased": gone,
        "kept": kept,
        "files": len(files),
        "copies_outside": outside,
        "backups_until": backups_until(now).isoformat(),
    }
    Erasure.objects.filter(pk=erasure.pk).update(
        status=ErasureStatus.DONE, done_at=now, statement=statement, files=files
    )
    log.record(actor, "confirm.erasure", erasure, reason=f"done:{erasure.cause}")
    transaction.on_commit(lambda: remove_files(erasure))
    if address:
        transaction.on_commit(
            lambda: send_letter(address, "rights/erased.txt", {"backups_until": backups_until(now)}, patient.language)
        )
    erasure.refresh_from_db()
    return erasure


def _address(patient: Patient) -> str:
    """Where the person is told at the end; the address itself is erased with the rest."""
    return patient.account.email if patient.account and patient.frozen_at is None else ""


def _stored(patient: Patient) -> Iterator[str]:
    """Names in storage of everything of this person's that is a file."""
    for resource in resources():
        model = model_of(resource)
        columns = [field.name for field in model._meta.concrete_fields if isinstance(field, FileField)]
        if resource.name == "export":
            columns.append("file")
        for column in columns:
            yield from filter(None, rows(resource, patient).values_list(column, flat=True))


def _destroy_rows(patient: Patient) -> dict[str, int]:
    """Remove every row that is to go, what points before what is pointed to; how many of each kind."""
    gone: dict[str, int] = {}
    for resource in erased_in_order():
        found = rows(resource, patient)
        targets = list(found.values_list("pk", flat=True))
        if not targets:
            continue
        gone[resource.name] = len(targets)
        if model_of(resource)._meta.pk.get_internal_type() == "UUIDField":
            Job.objects.filter(target__in=targets).delete()
        found.delete()
    return gone


def _empty(patient: Patient, now: datetime) -> None:
    """Say on the row that nobody is behind it any more. All that said who it was is sealed, and goes with the key."""
    Patient.objects.filter(pk=patient.pk).update(identity_checked_at=None, erased_at=now, borrowed_genome="")


def _close_account(actor: User | None, account: User | None) -> None:
    """Nobody signs in with it again, nobody is reached through it, and it helps nobody any more."""
    if account is None:
        return
    now = timezone.now()
    for session in UserSession.objects.filter(user=account):
        session.end()
    UserSession.objects.filter(user=account).delete()
    Authenticator.objects.filter(user=account).delete()
    EmailAddress.objects.filter(user=account).delete()
    ProxyGrant.objects.filter(proxy=account, until=None).update(until=now)
    close_all_of(actor, account)
    ProxyInvitation.objects.filter(email_lookup=account.email).delete()
    EmailChange.objects.filter(user=account).delete()
    FactorRecovery.objects.filter(user=account).delete()
    User.objects.filter(pk=account.pk).update(
        email=f"{account.pk.hex}@erased.invalid", password=make_password(None), is_active=False, last_login=None
    )
    keys.destroy(account.pk)  # their name


def remove_files(erasure: Erasure) -> None:
    """Remove what is still in storage; sealed or not, it lies in the same folder.

    Killed half-way, it goes on in the next round; the key is gone already.
    """
    left = []
    for name in Erasure.objects.values_list("files", flat=True).get(pk=erasure.pk):
        try:
            STORAGE.delete(name)
        except OSError:
            left.append(name)
    Erasure.objects.filter(pk=erasure.pk).update(files=left)


def remove_left_over() -> None:
    for erasure in Erasure.objects.filter(status=ErasureStatus.DONE).exclude(files=[]):
        with contextlib.suppress(OSError):
            remove_files(erasure)


def erase_again() -> int:
    """After a restore: whoever is in the register of destroyed keys is erased again; how many that were."""
    again = 0
    for patient in Patient.objects.filter(subject__in=list(register.destroyed()), erased_at=None):
        with transaction.atomic():
            Erasure.objects.filter(patient=patient, status__in=[ErasureStatus.BEGUN, ErasureStatus.ASKED]).update(
                status=ErasureStatus.STOPPED
            )
            # Nothing can be sealed for somebody without a key: the column holds what reading it gives.
            erasure = Erasure.objects.create(patient=patient, cause=Erasure.Cause.RESTORE, why=Erased(b"erased"))  # type: ignore[misc]
            carry_out(erasure, None)
            again += 1
    return again
