"""Reading in this room, always scoped to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.desk.hooks import Copy
from portal.access.models import AccessEvent, Outcome
from portal.people.models import Patient, Role, User
from portal.people.queries import looked_after_by, patient_of_account
from portal.rights.models import OPEN, Erasure, ErasureStatus, Export, LifeEvent, RetentionDue, RetentionRule

Asker = User | AnonymousUser


def _is(user: Asker, *roles: Role) -> bool:
    return isinstance(user, User) and user.is_active and user.role in roles


def exports_of(user: Asker) -> QuerySet[Export]:
    """The copies of everything that the patient who asks has asked for."""
    patient = patient_of_account(user)
    return Export.objects.filter(patient=patient) if patient else Export.objects.none()


def erasures_of(user: Asker) -> QuerySet[Erasure]:
    """The wishes of the patient who asks."""
    patient = patient_of_account(user)
    return Erasure.objects.filter(patient=patient) if patient else Erasure.objects.none()


def erasures_for(user: Asker) -> QuerySet[Erasure]:
    """Wishes a second person has to decide about, and what was done: the privacy officer all, counsellors theirs."""
    shown = Erasure.objects.filter(status__in=[*OPEN, ErasureStatus.DONE]).select_related("patient", "decided_by")
    if _is(user, Role.PRIVACY_OFFICER):
        return shown
    if _is(user, Role.COUNSELLOR):
        assert isinstance(user, User)
        return shown.filter(patient__in=looked_after_by(user))
    return Erasure.objects.none()


def life_events_for(user: Asker) -> QuerySet[LifeEvent]:
    """Moves and deaths: the privacy officer all that stand, staff those of the people they look after."""
    standing = LifeEvent.objects.filter(reversed_at=None).select_related("patient", "recorded_by", "confirmed_by")
    if _is(user, Role.PRIVACY_OFFICER):
        return standing.filter(Q(confirmed_at=None) | Q(patient__erased_at=None))
    if _is(user, Role.COUNSELLOR, Role.CLINICIAN):
        assert isinstance(user, User)
        return standing.filter(patient__in=looked_after_by(user))
    return LifeEvent.objects.none()


def patients_cared_for(user: Asker) -> QuerySet[Patient]:
    """The living patients whom the asker looks after, for a form."""
    if not _is(user, Role.COUNSELLOR, Role.CLINICIAN):
        return Patient.objects.none()
    assert isinstance(user, User)
    return looked_after_by(user).filter(frozen_at=None, erased_at=None)


def rules_for(user: Asker) -> QuerySet[RetentionRule]:
    return RetentionRule.objects.all() if _is(user, Role.PRIVACY_OFFICER) else RetentionRule.objects.none()


def due_for(user: Asker) -> QuerySet[RetentionDue]:
    """Records whose years are over: the privacy officer all, counsellors those that wait for a second person."""
    due = RetentionDue.objects.exclude(kept_until__gt=timezone.now()).select_related("patient", "asked_by")
    if _is(user, Role.PRIVACY_OFFICER):
        return due
    if _is(user, Role.COUNSELLOR):
        return due.filter(asked_by__isnull=False)
    return RetentionDue.objects.none()


def copies_taken(patient: Patient, scope: str) -> Iterator[Copy]:
    """Copies of everything that the patient took away, for the statement of effect of any scope."""
    taken = AccessEvent.objects.filter(patient=patient, action="download.export", outcome=Outcome.PERMIT)
    for event in taken.select_related("actor"):
        yield Copy(event.action, event.actor.name if event.actor else "", event.at, holder_id=event.actor_id)
