"""What operators change: accounts, laboratories, who cares for whom. Every change is an action and is logged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest

from portal.access import actions
from portal.access.decide import decide
from portal.people.models import CareRelationship, Laboratory, Patient, User


class OperatorAdmin(admin.ModelAdmin):
    """Asks the matrix instead of Django's own permissions; nothing is ever deleted here."""

    action = ""
    actions: Any = None

    def _may(self, request: HttpRequest) -> bool:
        return decide(request.user, self.action).permitted

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # Django's own note of a change would keep the name of the person in plain; the access log says who did what.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None


@admin.register(User)
class UserAdmin(OperatorAdmin):
    action = "administer.user"
    fields = ("email", "name", "role", "laboratory", "is_active")
    list_display = ("email", "name", "role", "laboratory", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email",)
    ordering = ("email",)
    actions = ("ask_factor_recovery",)

    @admin.action(description="Lost second factor: ask the privacy officer to take it off")
    def ask_factor_recovery(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in queryset:
            actions.ask_factor_recovery(request.user, user, request.build_absolute_uri("/"))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "name":
            kwargs["widget"] = AdminTextInputWidget
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("is_active",)
        own = obj.pk == request.user.pk
        return ("email", "role") if own else ("email",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        facts: dict[str, Any] = {"name": obj.name, "role": obj.role, "laboratory": obj.laboratory}
        if not change:
            made = actions.invite(request.user, email=obj.email, site=request.build_absolute_uri("/"), **facts)
            obj.pk, obj._state.adding = made.pk, False
            return
        actions.change_account(request.user, obj, **facts)
        if "is_active" in form.changed_data:
            actions.switch(request.user, obj, active=obj.is_active)


@admin.register(Laboratory)
class LaboratoryAdmin(OperatorAdmin):
    action = "administer.laboratory"
    list_display = ("name", "phone")
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: Laboratory, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        actions.save_laboratory(request.user, obj)


class InOrder(ModelChoiceIterator):
    """Record numbers are sealed: they are put in order here, not in the database."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        return iter(sorted(super().__iter__(), key=lambda choice: choice[1] if choice[0] else ""))


class RecordNumberField(forms.ModelChoiceField):
    """Operators know a patient by record number only."""

    iterator = InOrder

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.record_number)


@admin.register(CareRelationship)
class CareRelationshipAdmin(OperatorAdmin):
    action = "administer.care_relationship"
    fields = ("patient", "member")
    list_display = ("record_number", "member", "since", "until")
    list_select_related = ("patient", "member")
    actions = ("end_care",)

    @admin.display(description="record number")
    def record_number(self, obj: CareRelationship) -> str:
        return str(obj.patient.record_number)

    @admin.action(description="End this care now")
    def end_care(self, request: HttpRequest, queryset: QuerySet[CareRelationship]) -> None:
        assert isinstance(request.user, User)
        for relationship in queryset.filter(until=None):
            actions.end_care(request.user, relationship)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "patient":
            return RecordNumberField(queryset=Patient.objects.all())
        if db_field.name == "member":
            kwargs["queryset"] = User.objects.filter(role__in=("clinician", "counsellor"), is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: CareRelationship, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made = actions.begin_care(request.user, obj.patient, obj.member)
        obj.pk, obj._state.adding = made.pk, False
