"""Start-up checks: every model of ours has a row in the permission matrix, and every row means something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

from portal.access.matrix import ACTIONS, ASKED_ABOUT, RESOURCE_NAMED, RESOURCE_OF_MODEL, asked_about

OURS = ("portal.", "consent.")


@register
def every_model_has_a_row(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    ours = {
        model._meta.label_lower: model
        for config in apps.get_app_configs()
        if config.name.startswith(OURS)
        for model in config.get_models(include_auto_created=False)
    }
    for label in sorted(ours.keys() - RESOURCE_OF_MODEL.keys()):
        errors.append(
            Error(
                f"{ours[label]._meta.label} has no row in the permission matrix.",
                hint="Add a Resource, and a rule for whoever may use it, in portal/access/matrix.py.",
                id="access.E001",
            )
        )
    for label in sorted(RESOURCE_OF_MODEL.keys() - ours.keys()):
        errors.append(Error(f"The permission matrix names {label}, which is no model of ours.", id="access.E002"))
    for action in (*ACTIONS, *ASKED_ABOUT):
        unknown = {action.partition(".")[2], *asked_about(action)} - RESOURCE_NAMED.keys()
        if unknown:
            errors.append(
                Error(f"The action {action} names {', '.join(sorted(unknown))}, no resource.", id="access.E003")
            )
    return errors
