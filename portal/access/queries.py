"""Reading the access log, scoped to whoever asks."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from consent.ledger.models import ConsentEvent
from portal.access.models import AccessEvent, BreakGlass, FactorRecovery, Question
from portal.access.standing_in import StandIn, standing_in
from portal.people.models import Patient, ProxyGrant, ProxyInvitation, Role, User
from portal.people.queries import looked_after_by, open_care, open_proxies, patient_of_account


def events_for(user: User | AnonymousUser, *, with_own_acts: bool = True) -> QuerySet[AccessEvent]:
    """A patient's own record, the privacy officer's whole log, nothing for anyone else. Newest first."""
    if not isinstance(user, User) or not user.is_active:
        return AccessEvent.objects.none()
    events = AccessEvent.objects.select_related("actor", "actor__laboratory", "patient", "on_behalf_of", "question")
    if user.role == Role.PRIVACY_OFFICER:
        found = events
    else:
        patient = patient_of_account(user)
        if user.role != Role.PATIENT or patient is None:
            return AccessEvent.objects.none()
        found = events.filter(patient=patient)
    # The system has no actor; `exclude(actor=…)` alone would drop its rows too.
    return found if with_own_acts else found.filter(Q(actor=None) | ~Q(actor=user))


def acts_of_consent(ids: set[UUID]) -> QuerySet[ConsentEvent]:
    """The acts of consent that lines already shown to the asker name. Whose they are is looked at line by line."""
    return ConsentEvent.objects.filter(id__in=ids) if ids else ConsentEvent.objects.none()


def breaks_to_review(user: User | AnonymousUser) -> QuerySet[BreakGlass]:
    """Emergencies nobody has looked into yet, the one due first before the others: for the privacy officer only."""
    if not isinstance(user, User) or not user.is_active or user.role != Role.PRIVACY_OFFICER:
        return BreakGlass.objects.none()
    return BreakGlass.objects.filter(reviewed_at=None).select_related("patient", "member")


def questions_to_answer(user: User | AnonymousUser) -> QuerySet[Question]:
    """Lines of their log that patients did not expect: for the privacy officer only."""
    if not isinstance(user, User) or not user.is_active or user.role != Role.PRIVACY_OFFICER:
        return Question.objects.none()
    return Question.objects.filter(answered_at=None).select_related(
        "event__actor__laboratory", "event__patient", "event__on_behalf_of"
    )


def recoveries_to_approve(user: User | AnonymousUser) -> QuerySet[FactorRecovery]:
    """People who lost their second factor: for the privacy officer only."""
    if not isinstance(user, User) or not user.is_active or user.role != Role.PRIVACY_OFFICER:
        return FactorRecovery.objects.none()
    return FactorRecovery.objects.filter(approved_at=None, stopped_at=None).select_related("user", "asked_by")


def grants_of(user: User | AnonymousUser) -> QuerySet[ProxyGrant]:
    """Open grants the asker gave as a patient, whatever the ledger says of them."""
    patient = patient_of_account(user)
    return open_proxies().filter(patient=patient).select_related("proxy") if patient else ProxyGrant.objects.none()


def grants_to(user: User | AnonymousUser) -> QuerySet[ProxyGrant]:
    """Open grants the asker was given as a helper."""
    if not isinstance(user, User):
        return ProxyGrant.objects.none()
    return open_proxies().filter(proxy=user).select_related("patient")


def read_for(user: User | AnonymousUser, patient_id: UUID | None) -> StandIn | None:
    """How the asker reads for the patient they name; None when they name nobody. Raises Http404 when they may not."""
    if patient_id is None:
        return None
    patient = Patient.objects.filter(pk=patient_id).first()
    found = (
        standing_in(user, patient)
        if patient is not None and isinstance(user, User) and user.is_active and user.role == Role.PATIENT
        else None
    )
    if found is None:
        raise Http404
    return found


def invitations_of(user: User | AnonymousUser) -> QuerySet[ProxyInvitation]:
    """Invitations of the patient who asks that are still on their way."""
    patient = patient_of_account(user)
    if patient is None:
        return ProxyInvitation.objects.none()
    on_their_way = ProxyInvitation.objects.filter(patient=patient, closed_at=None, expires_at__gt=timezone.now())
    return on_their_way.select_related("accepted_by")


def arriving(user: User | AnonymousUser) -> QuerySet[Patient]:
    """The patients the asker looks after, with what was done so far to give them an account of their own."""
    if not isinstance(user, User) or user.role not in (Role.CLINICIAN, Role.COUNSELLOR):
        return Patient.objects.none()
    alive = looked_after_by(user).filter(erased_at=None, frozen_at=None)
    return alive.select_related("account").prefetch_related("identity_checks", "invitations")


def without_clinician(user: User | AnonymousUser) -> set[UUID]:
    """Which of those patients nobody looks after who could sign a report."""
    signed_for = open_care().filter(member__role=Role.CLINICIAN, member__is_active=True, emergency=False)
    return set(arriving(user).exclude(pk__in=signed_for.values("patient")).values_list("pk", flat=True))


def invitations_for(user: User | AnonymousUser) -> QuerySet[ProxyInvitation]:
    """Invitations that were sent to the asker's address."""
    if not isinstance(user, User) or user.role != Role.PATIENT:
        return ProxyInvitation.objects.none()
    return ProxyInvitation.objects.filter(email_lookup=user.email, closed_at=None, expires_at__gt=timezone.now())
