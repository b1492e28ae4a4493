"""Everything we hold about a person, by the kinds of the permission matrix: what goes into a copy, what goes away.

A kind that is not named here is copied and erased. So a new model is in both from its first row; only an exception
needs a line and a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from portal.access.matrix import RESOURCES, Resource
from portal.people.models import Patient


class Fate(StrEnum):
    """What becomes of a kind of row when a person is erased."""

    ERASED = "erased"
    EMPTIED = "emptied"  # the row stays without anything that says who it was
    KEPT = "kept"


STAYS: dict[str, tuple[Fate, str]] = {
    "patient": (Fate.EMPTIED, "the pseudonym that the log and the ledger point to"),
    "access_event": (Fate.KEPT, "the law asks who did what; it holds pseudonyms and no health data"),
    "consent_event": (Fate.KEPT, "it proves what was allowed; it knows a person only as a pseudonym"),
    "erasure": (Fate.KEPT, "it proves that the person was erased, and names nobody"),
}

NOT_COPIED = frozenset({"code_hash", "link_hash", "reader_hash", "attempts", "mac", "seal", "previous", "claim"})
"""Columns that hold our own secrets or proofs, and say nothing about the person."""


def resources() -> tuple[Resource, ...]:
    """The kinds of rows that are about a person."""
    return tuple(resource for resource in RESOURCES if resource.patient is not None)


def fate(resource: Resource) -> Fate:
    return STAYS[resource.name][0] if resource.name in STAYS else Fate.ERASED


def model_of(resource: Resource) -> type[Model]:
    return apps.get_model(resource.model)


def rows(resource: Resource, patient: Patient) -> QuerySet[Any]:
    """Every row of a kind that is about this person."""
    manager = model_of(resource)._base_manager
    match resource.name, resource.patient:
        case "consent_event", _:
            return manager.filter(subject=patient.subject)
        case _, "":
            return manager.filter(pk=patient.pk)
        case _, str(path):
            return manager.filter(**{path.replace(".", "__"): patient.pk})
    return manager.none()


def erased_in_order() -> list[Resource]:
    """The kinds that go away, each before the ones it points to."""
    waiting = [resource for resource in resources() if fate(resource) is Fate.ERASED]
    models = {model_of(resource): resource for resource in waiting}
    order: list[Resource] = []
    while waiting:
        pointed_at = {target for resource in waiting for target in _points_to(model_of(resource)) if target in models}
        free = [resource for resource in waiting if model_of(resource) not in pointed_at]
        order += free or waiting  # a circle goes as it comes, and the database has the last word
        waiting = [resource for resource in waiting if resource not in order]
    return order


def _points_to(model: type[Model]) -> Iterator[type[Model]]:
    for field in model._meta.concrete_fields:
        if field.is_relation and isinstance(field.related_model, type) and field.related_model is not model:
            yield field.related_model
