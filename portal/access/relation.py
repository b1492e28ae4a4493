"""How someone stands to a thing: whose it is, who cares for that patient now, which laboratory sent it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q

from portal.access.matrix import COVERED, RESOURCE_OF_MODEL, RESOURCES, Relation, Resource
from portal.access.standing_in import grant_of, represents
from portal.people.models import CareRelationship, Laboratory, Patient, User

OF_A_REPORT = frozenset(resource.name for resource in RESOURCES if resource.patient == "report.patient")
"""Kinds of rows that hang on a report and go with it."""
OF_A_DECISION = frozenset(resource.name for resource in RESOURCES if resource.patient == "decision.patient")
"""Kinds of rows that hang on a decision."""


def resource_of(obj: Model) -> Resource | None:
    return RESOURCE_OF_MODEL.get(obj._meta.label_lower)


def _follow(obj: Any, path: str | None) -> Any:
    """Walk an attribute path; an empty link on the way ends in None."""
    if path is None:
        return None
    for name in filter(None, path.split(".")):
        try:
            obj = getattr(obj, name)
        except ObjectDoesNotExist:
            return None
        if obj is None:
            return None
    return obj


def patient_of(obj: Model | None) -> Patient | None:
    """The patient a row is about, or None."""
    resource = resource_of(obj) if obj is not None else None
    if resource is None:
        return None
    if resource.name == "consent_event":
        return Patient.objects.filter(subject=_follow(obj, resource.patient)).first()
    found = _follow(obj, resource.patient)
    return found if isinstance(found, Patient) else None


def laboratory_of(obj: Model | None) -> Laboratory | None:
    """The laboratory a row was asked of or sent by, or None."""
    resource = resource_of(obj) if obj is not None else None
    found = _follow(obj, resource.laboratory) if resource else None
    return found if isinstance(found, Laboratory) else None


def stands(actor: User, relation: Relation, obj: Model | None, at: datetime) -> bool:
    """Whether the actor stands to the thing as a rule asks, at that moment."""
    match relation:
        case Relation.ANY:
            return True
        case Relation.OWN:
            patient = patient_of(obj)
            return patient is not None and patient.account_id is not None and patient.account_id == actor.pk
        case Relation.CARES_FOR:
            patient = patient_of(obj)
            return patient is not None and cares_for(actor, patient, at)
        case Relation.REPRESENTS:
            patient = patient_of(obj)
            return patient is not None and represents(actor, patient, at)
        case Relation.EMERGENCY:
            patient = patient_of(obj)
            return patient is not None and cares_for(actor, patient, at, emergency=True)
        case Relation.PROXY:
            patient = patient_of(obj)
            return patient is not None and acts_for(actor, patient, obj, at)
        case Relation.SENT:
            laboratory = laboratory_of(obj)
            return laboratory is not None and laboratory.pk == actor.laboratory_id


def acts_for(actor: User, patient: Patient, obj: Model | None, at: datetime) -> bool:
    """Whether this person may stand in for the patient about such a thing: they decide for them, or an open grant
    covers it and the patient has not kept it to themselves. The patient's yes to it is the gate behind this."""
    if represents(actor, patient, at):
        return True
    grant = grant_of(actor, patient, at)
    if grant is None:
        return False
    part = part_of(obj)
    return (part is None or part in grant.covers) and not kept_private(obj)


def part_of(obj: Model | None) -> str | None:
    """The part of a record a thing belongs to, as a helper is let see it; None for what is no part of its own."""
    resource = resource_of(obj) if obj is not None else None
    return COVERED.get(resource.name) if resource else None


def kept_private(obj: Model | None) -> bool:
    """Whether the patient keeps this thing, or what it tells about, from everybody who helps them.

    Keeping one report keeps every edition of it, and what is made from the same file later.
    """
    resource = resource_of(obj) if obj is not None else None
    match resource.name if resource else None:
        case "result_file":
            return bool(getattr(obj, "kept_private", False))
        case "test_order":
            return bool(_follow(obj, "files").filter(kept_private=True).exists())
        case "report":
            file = _follow(obj, "interpretation.result_file")
        case name if name in OF_A_REPORT:
            file = _follow(obj, "report.interpretation.result_file")
        case "interpretation":
            file = _follow(obj, "result_file")
            if file.kept_private:
                return True
        case "finding":
            return kept_private(_follow(obj, "interpretation"))
        case _:
            return False
    return bool(_follow(file, "interpretations").filter(reports__kept_private=True).exists())


def cares_for(actor: User, patient: Patient, at: datetime, *, emergency: bool = False) -> bool:
    return (
        CareRelationship.objects.filter(member=actor, patient=patient, since__lte=at, emergency=emergency)
        .filter(Q(until=None) | Q(until__gt=at))
        .exists()
    )


def released(obj: Model | None, at: datetime) -> bool:
    """Whether the report behind a row is signed and has been released by that moment."""
    resource = resource_of(obj) if obj is not None else None
    decision = decision_of(obj)
    if decision is not None:
        return _decision_released(obj, decision, at)
    match resource.name if resource else None:
        case "report":
            reports = [obj]
        case name if name in OF_A_REPORT:
            reports = [_follow(obj, "report")]
        case "interpretation":
            reports = list(_follow(obj, "reports").select_related("release"))
        case "finding":
            reports = list(_follow(obj, "interpretation.reports").select_related("release"))
        case _:
            return False
    moments = [_follow(report, "release.at") for report in reports if _follow(report, "sign_off") is not None]
    return any(moment is not None and moment <= at for moment in moments)


def current(obj: Model | None) -> bool:
    """Whether the report behind a row still counts: signed, and neither taken back nor replaced since."""
    resource = resource_of(obj) if obj is not None else None
    report = obj if resource is not None and resource.name == "report" else _follow(obj, "report")
    return getattr(report, "status", "") == "signed"


def decision_of(obj: Model | None) -> Any:
    """The decision a row hangs on, or is; None for everything else."""
    resource = resource_of(obj) if obj is not None else None
    match resource.name if resource else None:
        case "decision":
            return obj
        case name if name in OF_A_DECISION:
            return _follow(obj, "decision")
        case "visit_rating":
            return _follow(obj, "joint_decision.decision")
    return None


def _decision_released(obj: Model | None, decision: Any, at: datetime) -> bool:
    """An edition by itself, everything else by any edition; and never before the report it came out of is open."""
    editions = _follow(decision, "editions").filter(released_at__isnull=False, released_at__lte=at)
    resource = resource_of(obj) if obj is not None else None
    if resource is not None and resource.name == "edition":
        editions = editions.filter(pk=_follow(obj, "pk"))
    report = _follow(decision, "report")
    return editions.exists() and (report is None or released(report, at))
