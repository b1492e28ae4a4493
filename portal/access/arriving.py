"""Acts of a patient's arrival: staff make sure who it is; the link goes by mail, the code from mouth to ear."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.invitations import MOST_ATTEMPTS, VALID_FOR, InvitationRefused, hashed, is_code, new_code, send
from portal.access.models import Document, Identifier, IdentityCheck, Outcome, PatientInvitation
from portal.people.models import Patient, Role, User

FEWEST_IDENTIFIERS = 2


def record_identity(actor: User, patient: Patient, *, identifiers: Iterable[str], document: str) -> IdentityCheck:
    """Staff compared at least two identifiers and saw a paper. Its number is not asked for and has no place here."""
    require(actor, "record.identity_check", patient)
    compared = sorted(set(identifiers))
    if len(compared) < FEWEST_IDENTIFIERS or not set(compared) <= set(Identifier.values):
        raise InvitationRefused("identifiers")
    if document not in Document.values:
        raise InvitationRefused("document")
    with transaction.atomic():
        check = IdentityCheck.objects.create(
            patient=patient, checked_by=actor, identifiers=compared, document=document
        )
        Patient.objects.filter(pk=patient.pk).update(identity_checked_at=check.at)
        log.record(actor, "record.identity_check", patient)
    patient.identity_checked_at = check.at
    return check


def invite_patient(actor: User, patient: Patient, *, email: str, site: str = "") -> tuple[PatientInvitation, str]:
    """Send the link. Gives the code, shown once to whoever has made sure who it is, to be told in person."""
    require(actor, "invite.patient_invitation", patient)
    email = email.strip().lower()
    if patient.identity_checked_at is None:
        raise InvitationRefused("not_identified")
    if patient.account_id is not None:
        raise InvitationRefused("has_account")
    if _taken(email):
        raise InvitationRefused("taken_address")  # everybody has an address of their own
    now, code = timezone.now(), new_code()
    with transaction.atomic():
        PatientInvitation.objects.filter(patient=patient, closed_at=None).update(closed_at=now)
        invitation = PatientInvitation(
            patient=patient, email=email, invited_by=actor, at=now, expires_at=now + VALID_FOR
        )
        invitation.code_hash = hashed(invitation, code)
        invitation.save()
        log.record(actor, "invite.patient_invitation", invitation)
        transaction.on_commit(lambda: _send(invitation, site))
    return invitation, code


def _send(invitation: PatientInvitation, site: str) -> None:
    send(invitation, site, page="welcome", template="patient_invitation", language=invitation.patient.language)


def accept_invitation(invitation_id: uuid.UUID, code: str, password: str) -> User:
    """Whoever reads the address and knows the code opens the patient's account. Five wrong codes end it.

    Raises `InvitationRefused("over")` alike for an unknown, an old and a wrong one, so that nobody learns which.
    """
    with transaction.atomic():
        row = (
            PatientInvitation.objects.select_for_update(of=("self",))
            .select_related("patient")
            .filter(pk=invitation_id, closed_at=None, expires_at__gt=timezone.now(), attempts__lt=MOST_ATTEMPTS)
            .first()
        )
        account = None
        if row is not None and _open(row) and is_code(row, code):
            account = _open_account(row, password)
        elif row is not None:
            PatientInvitation.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
            log.record(AnonymousUser(), "accept.patient_invitation", row, outcome=Outcome.DENY, reason="refused_code")
    if account is None:
        raise InvitationRefused("over")
    return account


def _open(row: PatientInvitation) -> bool:
    """Whether nothing has happened since that closes it: the check taken back, another account, the address taken."""
    patient = row.patient
    closed = patient.account_id or patient.frozen_at or patient.erased_at or patient.identity_checked_at is None
    return not closed and not _taken(row.email)


def _open_account(row: PatientInvitation, password: str) -> User:
    patient = row.patient
    account = User.objects.create_user(row.email, password, name=patient.full_name, role=Role.PATIENT)
    if patient.language != settings.LANGUAGE_CODE:  # else their browser may know better
        User.objects.filter(pk=account.pk).update(language=patient.language)
    EmailAddress.objects.create(user=account, email=row.email, verified=True, primary=True)  # the link came by it
    Patient.objects.filter(pk=patient.pk, account=None).update(account=account)
    PatientInvitation.objects.filter(pk=row.pk).update(closed_at=timezone.now())
    log.record(account, "accept.patient_invitation", row)
    return account


def _taken(email: str) -> bool:
    return User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists()
