"""What operators see of the machinery: tokens of laboratories' computers, and jobs by status only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.access.admin import OperatorAdmin
from portal.api import actions
from portal.api.models import MachineToken
from portal.people.models import Role, User
from portal.results.models import Job


@admin.register(MachineToken)
class MachineTokenAdmin(OperatorAdmin):
    action = "administer.machine_token"
    fields = ("account", "label")
    list_display = ("label", "account", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("account",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = User.objects.filter(role=Role.LABORATORY, is_active=True, laboratory__isnull=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: MachineToken, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made, text = actions.issue_token(request.user, obj.account, obj.label)
        obj.pk, obj._state.adding = made.pk, False
        messages.warning(request, f"Copy this token now, it is shown only once: {text}")

    @admin.action(description="Take these tokens back")
    def revoke(self, request: HttpRequest, queryset: QuerySet[MachineToken]) -> None:
        assert isinstance(request.user, User)
        for token in queryset:
            actions.revoke_token(request.user, token)


@admin.register(Job)
class JobAdmin(OperatorAdmin):
    """How work stands. Not whose it is, and not what was said about it."""

    action = "read.job"
    fields = ("kind", "status", "step_number", "step_count", "attempts", "reason", "created_at", "finished_at")
    readonly_fields = fields
    list_display = ("id", "kind", "status", "attempts", "reason", "created_at", "finished_at")
    list_filter = ("status", "kind")
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
