"""What a person does about consent: say yes, say no, take a yes back. Each checks, appends, logs."""

from __future__ import annotations

from django.db import transaction

from consent.desk import hooks, texts
from consent.ledger.append import append
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent, Decision
from consent.ledger.standing import standing
from portal.access import log
from portal.access.decide import require
from portal.people.models import Patient, User


class TextHasChanged(Exception):
    """The text on the page is no longer the current one: show the new text and ask again."""


def give(
    actor: User,
    patient: Patient,
    scope: str,
    *,
    locale: str | None = None,
    shown_hash: str | None = None,
    method: str = "web",
) -> ConsentEvent:
    """The patient says yes to the current text. `shown_hash` is the hash of the text they saw."""
    return _act(actor, patient, scope, Decision.PERMIT, "give", locale, shown_hash, method)


def refuse(
    actor: User,
    patient: Patient,
    scope: str,
    *,
    locale: str | None = None,
    shown_hash: str | None = None,
    method: str = "web",
) -> ConsentEvent:
    """The patient says no to the current text."""
    return _act(actor, patient, scope, Decision.DENY, "refuse", locale, shown_hash, method)


def withdraw(
    actor: User, patient: Patient, scope: str, *, locale: str | None = None, method: str = "web"
) -> ConsentEvent:
    """The patient takes back a yes. Never depends on which text is on the page."""
    return _act(actor, patient, scope, Decision.WITHDRAW, "withdraw", locale, None, method)


_STATE_AFTER = {
    Decision.PERMIT: State.PERMITTED,
    Decision.DENY: State.DENIED,
    Decision.WITHDRAW: State.WITHDRAWN,
}


def _act(
    actor: User,
    patient: Patient,
    scope: str,
    decision: Decision,
    verb: str,
    locale: str | None,
    shown_hash: str | None,
    method: str,
) -> ConsentEvent:
    action = f"{verb}.consent_event"
    require(actor, action, patient)
    text = texts.text(scope, locale or patient.language)
    if shown_hash is not None and shown_hash != text.content_hash:
        raise TextHasChanged(scope)
    with transaction.atomic():
        # The patient's row is the queue: two clicks at once are taken one after the other.
        Patient.objects.select_for_update().get(pk=patient.pk)
        before = standing(patient.subject, scope)
        if (
            before.event
            and before.state == _STATE_AFTER[decision]
            and before.event.template_hash == text.content_hash
        ):
            return before.event
        event = append(
            subject=patient.subject,
            scope=scope,
            decision=decision,
            template=scope,
            template_version=text.version,
            template_hash=text.content_hash,
            locale=text.locale,
            signer=actor.pk,
            method=method,
        )
        log.record(actor, action, patient, consent_events=[str(event.id)])
        transaction.on_commit(lambda: hooks.changed(patient, scope))
    return event
