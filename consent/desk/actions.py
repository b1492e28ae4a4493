"""What a person does about consent: say yes, say no, take a yes back, have a mistake struck out.

Each checks permission, appends to the ledger and logs, in one transaction; other rooms hear of it on commit.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.desk import hooks, texts
from consent.desk.capacity import Footing, comes_of_age, footing, is_child
from consent.desk.errors import CannotBeSwitched, NotForThisPerson, NotUnderstood, TextHasChanged
from consent.desk.models import TALKS, CounsellorTask, TaskKind
from consent.desk.queries import counsellor_for, current_text, passed_check, tries_at
from consent.ledger.append import append
from consent.ledger.fold import State
from consent.ledger.models import Capacity, ConsentEvent, Decision, Reach
from consent.ledger.scopes import scope as scope_of
from consent.ledger.standing import standing
from portal.access import log
from portal.access.decide import require
from portal.access.models import NoticeOwed
from portal.people.models import Patient, User

__all__ = ["TextHasChanged", "correct", "give", "refuse", "show", "withdraw"]

WITNESSED_FOR = timedelta(days=7)
"""How long after a talk with a counsellor an answer counts as given with that counsellor's help."""


def give(
    actor: User,
    patient: Patient,
    scope: str,
    *,
    locale: str | None = None,
    shown_hash: str | None = None,
    method: str = "web",
    auth_level: str = "",
    until: datetime | None = None,
) -> ConsentEvent:
    """The patient, or who may decide for them, says yes to the current text. `shown_hash` is that of the text they
    saw. Raises `NotUnderstood` unless the questions about it were answered rightly by the same person.

    `until` is an end the person chose: it can only be earlier than the text's own. What is asked on a page of its own
    is never given without one.
    """
    require(actor, "give.consent_event", patient)
    text = _text(patient, scope, locale, shown_hash)
    if scope_of(scope).asked_elsewhere and until is None:
        raise CannotBeSwitched(scope)
    check = passed_check(patient, actor, text)
    if check is None:
        raise NotUnderstood(scope)
    if standing(patient.subject, scope).state is State.NEEDS_COUNSELLOR:
        raise NotUnderstood(scope)
    days = text.legal.expires_days
    ends = [timezone.now() + timedelta(days=days)] if days else []
    facts = {
        "comprehension": {"questions": check.questions, "attempts": tries_at(patient, actor, text), "passed": True},
        "expires_at": min([*ends, until] if until else ends, default=None),
        "auth_level": auth_level,
    }
    return _answer(actor, patient, text, Decision.PERMIT, "give.consent_event", method, facts)


def refuse(
    actor: User,
    patient: Patient,
    scope: str,
    *,
    locale: str | None = None,
    shown_hash: str | None = None,
    method: str = "web",
    auth_level: str = "",
) -> ConsentEvent:
    """The patient says no to the current text. A no needs no questions answered."""
    require(actor, "refuse.consent_event", patient)
    text = _text(patient, scope, locale, shown_hash)
    return _answer(actor, patient, text, Decision.DENY, "refuse.consent_event", method, {"auth_level": auth_level})


def withdraw(
    actor: User,
    patient: Patient,
    scope: str,
    *,
    locale: str | None = None,
    reach: Reach = Reach.NO_USE,
    method: str = "web",
    auth_level: str = "",
) -> ConsentEvent:
    """The patient takes back a yes. Never depends on which text is on the page."""
    require(actor, "withdraw.consent_event", patient)
    text = _text(patient, scope, locale, None)
    facts = {"reach": Reach(reach), "auth_level": auth_level}
    with transaction.atomic():
        event = _answer(actor, patient, text, Decision.WITHDRAW, "withdraw.consent_event", method, facts)
        if event.reach == Reach.ERASE:
            # Erasing is done by people: somebody must find it on their desk.
            CounsellorTask.objects.get_or_create(
                patient=patient,
                scope=scope,
                kind=TaskKind.ERASE,
                settled_at=None,
                defaults={"group": text.group, "counsellor": counsellor_for(patient)},
            )
    return event


def show(actor: User, patient: Patient, scope: str, *, locale: str | None = None) -> ConsentEvent | None:
    """Note that the text was on somebody's page, the first time only. Decides nothing."""
    require(actor, "read.consent_event", patient)
    text = current_text(scope, locale or patient.language)
    where = standing(patient.subject, scope)
    standing_for = footing(actor, patient)
    if where.state is not State.NOT_ASKED or standing_for is None or not scope_of(scope).can_be_switched:
        return None
    with transaction.atomic():
        event = append(decision=Decision.SHOWN, **facts_of(patient, text, actor, standing_for))
        log.record(actor, "read.consent_event", patient, reason="shown", consent_events=[str(event.id)])
    return event


def correct(actor: User, event: ConsentEvent, *, reason: str = "") -> ConsentEvent:
    """The privacy officer marks an act as entered in error. It is never removed, it opens nothing, and the person is
    told. `reason` is a code for the log. Done twice, it is done once."""
    require(actor, "correct.consent_event", event)
    patient = Patient.objects.get(subject=event.subject)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        earlier = ConsentEvent.objects.filter(corrects=event.id, decision=Decision.IN_ERROR).first()
        if earlier is not None:
            return earlier
        correction = append(
            subject=event.subject,
            scope=event.scope,
            decision=Decision.IN_ERROR,
            corrects=event.id,
            template=event.template,
            template_version=event.template_version,
            template_hash=event.template_hash,
            list_version=event.list_version,
            locale=event.locale,
            signer=actor.pk,
            method="privacy_officer",
        )
        ids = [str(event.id), str(correction.id)]
        log.record(actor, "correct.consent_event", patient, reason=reason, consent_events=ids)
        NoticeOwed.objects.create(patient=patient, kind="consent_corrected", about=event.id)
        hooks.owe(patient, event.scope)
    return correction


def _text(patient: Patient, scope: str, locale: str | None, shown_hash: str | None) -> texts.ConsentText:
    kind = scope_of(scope)
    if not kind.can_be_switched:
        raise CannotBeSwitched(scope)
    if kind.for_whom and (kind.for_whom == "child") != is_child(patient):
        raise NotForThisPerson(scope)
    text = current_text(scope, locale or patient.language)
    if shown_hash is not None and shown_hash != text.content_hash:
        raise TextHasChanged(scope)
    return text


def facts_of(patient: Patient, text: texts.ConsentText, actor: User, standing_for: Footing) -> dict[str, Any]:
    """What every act says about the text and the signer."""
    return {
        "subject": patient.subject,
        "scope": text.scope,
        "template": text.scope,
        "template_version": text.version,
        "template_hash": text.content_hash,
        "list_version": scope_of(text.scope).list_version,
        "locale": text.locale,
        "signer": actor.pk,
        "capacity": standing_for.capacity,
        "capacity_basis": standing_for.basis,
        "capacity_until": standing_for.until,
    }


_STATE_AFTER = {
    Decision.PERMIT: State.PERMITTED,
    Decision.DENY: State.DENIED,
    Decision.WITHDRAW: State.WITHDRAWN,
}


def _answer(
    actor: User,
    patient: Patient,
    text: texts.ConsentText,
    decision: Decision,
    action: str,
    method: str,
    facts: dict[str, Any],
) -> ConsentEvent:
    with transaction.atomic():
        # The patient's row is the queue: two clicks at once are taken one after the other.
        Patient.objects.select_for_update().get(pk=patient.pk)
        before = standing(patient.subject, text.scope)
        if (
            before.event
            and before.state == _STATE_AFTER[decision]
            and (before.event.template_hash, before.event.signer, before.event.reach)
            == (text.content_hash, actor.pk, facts.get("reach", ""))
        ):
            return before.event
        standing_for = footing(actor, patient) or Footing(Capacity.SELF)
        witness = _witness(patient, text.group)
        event = append(
            decision=decision,
            witness=witness,
            method="assisted" if witness else method,
            **facts_of(patient, text, actor, _of_age(standing_for, patient)),
            **facts,
        )
        log.record(actor, action, patient, consent_events=[str(event.id)])
        hooks.owe(patient, text.scope)
    return event


def _of_age(standing_for: Footing, patient: Patient) -> Footing:
    """A child's own yes is asked again when they come of age, as a parent's is."""
    if standing_for.capacity is Capacity.SELF and is_child(patient):
        return replace(standing_for, until=comes_of_age(patient))
    return standing_for


def _witness(patient: Patient, group: str) -> uuid.UUID | None:
    """The counsellor who talked this through with the person in the last days. They were there; they never decide."""
    task = (
        CounsellorTask.objects.filter(
            patient=patient,
            group=group,
            kind__in=TALKS,
            settled_at__gte=timezone.now() - WITNESSED_FOR,
            settled_by__isnull=False,
        )
        .order_by("settled_at")
        .last()
    )
    return task.settled_by_id if task else None


def keep_task_about_result(patient: Patient, scope: str, kind: TaskKind | None, *, by: User | None = None) -> None:
    """A signed result waits for somebody: one open task of this kind names them. None: nothing waits any more.

    Called by the room that releases results, which has asked permission; it says no more than that a result waits.
    """
    about_results = CounsellorTask.objects.filter(
        patient=patient, scope=scope, kind__in=(TaskKind.OPEN_TOGETHER, TaskKind.RESULT_WAITS), settled_at=None
    )
    about_results.exclude(kind=kind or "").update(settled_at=timezone.now(), settled_by=by)
    if kind is not None:
        CounsellorTask.objects.get_or_create(
            patient=patient,
            scope=scope,
            kind=kind,
            settled_at=None,
            defaults={"group": scope_of(scope).group, "counsellor": counsellor_for(patient)},
        )
