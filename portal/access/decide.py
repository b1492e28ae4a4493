"""May they? One total function over the matrix. It never raises, and every doubt is a no."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import Http404
from django.utils import timezone

from consent.ledger.scopes import scope
from consent.ledger.standing import standings
from portal.access import log
from portal.access.matrix import ACTIONS, NOT_BUILT, YES_OF_ITS_OWN, Gate, Relation, Rule, asked_about, rules_for
from portal.access.models import Outcome
from portal.access.relation import current, part_of, patient_of, released, resource_of, stands
from portal.access.standing_in import grant_of, represents, scope_of
from portal.people.models import Patient, Role, User

STAFF = frozenset(Role) - {Role.PATIENT}
AFTER_A_DEATH = ("read.", "review.", "answer.", "correct.", "reverse.", "ask.retention", "keep.", "confirm.retention")
"""What staff still do with the record of somebody who has died: look, answer for it, undo a mistake, let it end."""

logger = logging.getLogger("portal.access")


@dataclass(frozen=True)
class Decision:
    """Yes or no, a code for why, and the consent events a yes rests on."""

    permitted: bool
    reason: str
    consent_events: tuple[str, ...] = ()
    purpose: str = ""
    assumed: bool = False  # it rests on a consent that was only supposed: good for a preview, never for an act

    def __bool__(self) -> bool:
        return self.permitted


class Denied(Http404):
    """Refused. Answers exactly as an unknown address does, so nobody learns what exists; the reason stays inside."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


def decide(
    actor: User | AnonymousUser | None,
    action: str,
    obj: Model | None = None,
    *,
    at: datetime | None = None,
    purpose: str | None = None,
    on_behalf_of: Patient | None = None,
    assume: Mapping[str, bool] | None = None,
) -> Decision:
    """Whether this person may do this to this thing at this moment.

    `purpose` is the matrix's own unless named; another one has no rule. `on_behalf_of` is said by a proxy, who then
    has a proxy's rights and no others. `assume` supposes answers to consent scopes, for a preview ("what changes if I
    save this"); such a decision is marked, and `require` takes none. Nothing else is asked: no header, no cache.

    Reasons: permitted · not_signed_in · not_active · room_not_built · unknown_action · wrong_object · not_for_role ·
    wrong_purpose · no_relation · not_released · not_current · no_consent · not_identified · frozen · erased · error.
    """
    try:
        decision = _decide(actor, action, obj, at, purpose, on_behalf_of, assume or {})
        return replace(decision, assumed=assume is not None)
    except Exception:
        # A law, not a convenience: an error is not a permit.
        logger.exception("decision_failed", extra={"action": str(action)})
        return Decision(False, "error")


def _decide(
    actor: Any,
    action: str,
    obj: Model | None,
    said_at: datetime | None,
    purpose: str | None,
    on_behalf_of: Patient | None,
    assume: Mapping[str, bool],
) -> Decision:
    at = said_at or timezone.now()
    if not isinstance(actor, User) or actor.pk is None:
        return Decision(False, "not_signed_in")
    if not actor.is_active:
        return Decision(False, "not_active")
    if action in NOT_BUILT:
        return Decision(False, "room_not_built")
    if action not in ACTIONS:
        return Decision(False, "unknown_action")
    if obj is not None:
        resource = resource_of(obj)
        if resource is None or resource.name not in asked_about(action):
            return Decision(False, "wrong_object")
    rules = rules_for(actor.role, action)
    if not rules:
        return Decision(False, "not_for_role")
    if purpose is not None:
        rules = tuple(rule for rule in rules if rule.purpose == purpose)
        if not rules:
            return Decision(False, "wrong_purpose")
    if on_behalf_of is not None and patient_of(obj) != on_behalf_of:
        return Decision(False, "no_relation")
    refusal = Decision(False, "no_relation")
    for rule in rules:
        # Acting for somebody else is said aloud, and then nothing of one's own counts.
        if (rule.relation is Relation.PROXY) != (on_behalf_of is not None):
            continue
        if stands(actor, rule.relation, obj, at):
            closed = _closed(rule, actor, obj, at)
            refusal = closed if closed is not None else _gates(rule, actor, obj, at, said_at, assume)
            if refusal.permitted:
                return replace(refusal, purpose=str(rule.purpose))
    return refusal


def _closed(rule: Rule, actor: User, obj: Model | None, at: datetime) -> Decision | None:
    """What the state of the person's record itself forbids, whatever else is allowed."""
    patient = patient_of(obj)
    if patient is None:
        return None
    if patient.erased_at is not None and rule.role != Role.PRIVACY_OFFICER:
        return Decision(False, "erased")
    if patient.frozen_at is not None and not (rule.role in STAFF and rule.action.startswith(AFTER_A_DEATH)):
        return Decision(False, "frozen")
    # Two people have seen who decides for somebody; the patient may have no account at all.
    stands_in = rule.relation is Relation.PROXY and represents(actor, patient, at)
    if rule.needs_identity and patient.identity_checked_at is None and not stands_in:
        return Decision(False, "not_identified")
    return None


def _gates(
    rule: Rule, actor: User, obj: Model | None, at: datetime, said_at: datetime | None, assume: Mapping[str, bool]
) -> Decision:
    """`said_at` is None when it is asked about now: what "now" is to the ledger, the ledger knows best."""
    if rule.gate is not None and not released(obj, at):
        return Decision(False, "not_released")
    if rule.gate is Gate.CURRENT and not current(obj):
        return Decision(False, "not_current")
    patient = patient_of(obj)
    every = [rule.consent] if rule.consent else []
    if rule.action in YES_OF_ITS_OWN and obj is not None:
        every.append(scope(f"{YES_OF_ITS_OWN[rule.action]}.{obj.pk}").code)
    some = _helper_scopes(rule, actor, patient, obj, at)
    if not every and not some:
        return Decision(True, "permitted")
    if patient is None:
        return Decision(False, "no_consent")
    asked = [scope for scope in (*every, *some) if scope not in assume]
    found = standings(patient.subject, asked, said_at) if asked else {}
    holds = {scope: found[scope].permitted if scope in found else assume[scope] is True for scope in (*every, *some)}
    permitted = all(holds[scope] for scope in every) and (not some or any(holds[scope] for scope in some))
    named = [scope for scope in asked if holds[scope] is permitted]  # what a yes rests on, or what a no fails on
    events = tuple(dict.fromkeys(event for scope in named for event in found[scope].event_ids))
    return Decision(permitted, "permitted" if permitted else "no_consent", events)


_GRANT_ALONE = frozenset({"proxy_grant"})
"""A helper can always see and end their own grant, whatever has become of the patient's yes."""


def _helper_scopes(
    rule: Rule, actor: User, patient: Patient | None, obj: Model | None, at: datetime
) -> tuple[str, ...]:
    """The patient's own yes a chosen helper needs: to the part the thing belongs to, else to any part at all."""
    resource = resource_of(obj) if obj is not None else None
    if rule.relation is not Relation.PROXY or patient is None or resource is None or resource.name in _GRANT_ALONE:
        return ()
    if represents(actor, patient, at):
        return ()
    part = part_of(obj)
    if part is not None:
        return (scope_of(actor, part),)
    grant = grant_of(actor, patient, at)
    return tuple(scope_of(actor, covered) for covered in grant.covers) if grant else ()


def require(
    actor: User | AnonymousUser | None,
    action: str,
    obj: Model | None = None,
    *,
    purpose: str | None = None,
    on_behalf_of: Patient | None = None,
) -> Decision:
    """The decision, or `Denied` after noting the refusal. Call it before opening a transaction: a rolled-back
    transaction would take the note of the refusal with it."""
    decision = decide(actor, action, obj, purpose=purpose, on_behalf_of=on_behalf_of)
    if not decision.permitted:
        log.record(
            actor,
            action,
            obj,
            outcome=Outcome.DENY,
            reason=decision.reason,
            consent_events=decision.consent_events,
            purpose=purpose or "",
            on_behalf_of=on_behalf_of,
        )
        raise Denied(decision)
    return decision
