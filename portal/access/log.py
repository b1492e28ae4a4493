"""The only place that writes the access log: one row per look, act or refusal."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from portal.access.models import AccessEvent, Outcome
from portal.access.relation import patient_of, resource_of
from portal.people.models import Patient, User


def record(
    actor: User | AnonymousUser | None,
    action: str,
    obj: Model | None = None,
    outcome: Outcome | None = None,
    reason: str = "",
    consent_events: Iterable[str] = (),
    *,
    purpose: str = "",
    on_behalf_of: Patient | None = None,
) -> AccessEvent:
    """Note who did what to which row, for whom, and what it rests on. `actor=None` is the system itself.

    Call it in the transaction of the act, so that neither exists without the other.
    """
    person = actor if isinstance(actor, User) else None
    resource = resource_of(obj) if obj is not None else None
    event = AccessEvent(
        actor=person,
        actor_role=person.role if person else "system" if actor is None else "anonymous",
        patient=patient_of(obj),
        on_behalf_of=on_behalf_of,
        purpose=purpose,
        action=action,
        resource=resource.name if resource else action.partition(".")[2],
        resource_id=str(obj.pk) if obj is not None else "",
        outcome=outcome or (Outcome.SYSTEM if actor is None else Outcome.PERMIT),
        reason=reason,
        consent_events=list(consent_events),
    )
    event.save()
    return event
