"""One row as plain data that a person can read: names instead of keys, nothing that is not about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import FileField, Model

from portal.access.decide import Decision, decide
from portal.access.matrix import RESOURCE_NAMED, Relation, Resource, asked_about, rules_for
from portal.people.models import Laboratory, Patient, Role, User
from portal.rights.holdings import NOT_COPIED, rows
from portal.sealing.errors import SealError
from portal.sealing.lookup import SealedLookupField


def told(row: Model) -> dict[str, Any]:
    """Every column of a row. A value that cannot be read is said to be so, and keeps nothing else back."""
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in NOT_COPIED or isinstance(field, SealedLookupField):
            continue
        try:
            found[field.name] = _plain(getattr(row, field.name)) if _is_named(field) else _plain(_raw(row, field))
        except SealError as error:
            found[field.name] = {"unreadable": type(error).__name__}
    return found


def _is_named(field: Any) -> bool:
    return field.is_relation and field.related_model in (User, Laboratory)


def _raw(row: Model, field: Any) -> Any:
    if isinstance(field, FileField):
        return getattr(row, field.name).name or None
    return getattr(row, field.attname)


def _plain(value: Any) -> Any:
    match value:
        case User() | Laboratory():
            return str(value.name)
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
    return value


def of_kind(patient: Patient, resource: Resource) -> Iterator[dict[str, Any]]:
    """The person's rows of one kind. What their own pages would not show is named with the reason, not shown."""
    action = f"read.{resource.name}"
    owner = patient.account
    guarded = any(rule.relation is Relation.OWN for rule in rules_for(Role.PATIENT, action))
    once = decide(owner, action, patient) if guarded and "patient" in asked_about(action) else None
    found = rows(resource, patient)
    related = [field.name for field in found.model._meta.concrete_fields if _is_named(field)]
    for row in found.select_related(*related).order_by("pk").iterator(chunk_size=200):
        decision = once or (decide(owner, action, row) if guarded else Decision(True, "permitted"))
        if decision.permitted:
            yield told(row)
        else:
            yield {"id": str(row.pk), "not_shown": decision.reason}


def account(user: User) -> dict[str, Any]:
    """The account itself: how it is reached and protected, without any secret."""
    return {
        "name": user.name,
        "email": user.email,
        "made_at": _plain(user.date_joined),
        "last_signed_in_at": _plain(user.last_login),
        "addresses": [
            {"email": address.email, "confirmed": address.verified, "main": address.primary}
            for address in EmailAddress.objects.filter(user=user)
        ],
        "second_steps": [
            {"kind": factor.type, "since": _plain(factor.created_at)}
            for factor in Authenticator.objects.filter(user=user)
        ],
        "signed_in_at": [
            {"since": _plain(session.created_at), "address": session.ip, "program": session.user_agent}
            for session in UserSession.objects.filter(user=user)
        ],
    }


def kind(name: str) -> Resource:
    return RESOURCE_NAMED[name]
