"""The operators' desk: accounts, laboratories, who cares for whom, machine tokens, jobs. No health data, ever."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from portal.access.decide import decide

ADMINISTERED = frozenset(
    {"people.user", "people.laboratory", "people.carerelationship", "api.machinetoken", "results.job"}
)
"""The only models shown here, whatever else registers itself."""


class OperatorSite(admin.AdminSite):
    site_title = settings.SITE_NAME
    site_header = format_lazy("{name} · {what}", name=settings.SITE_NAME, what=gettext_lazy("Administration"))
    index_title = gettext_lazy("Accounts, laboratories, and who cares for whom")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple | set) else [model_or_iterable]
        for model in models:
            if model._meta.label_lower in ADMINISTERED:
                super().register(model, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return decide(request.user, "administer.user").permitted and bool(getattr(request.user, "is_staff", False))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one place to sign in, with its limits and second factor; whoever is no operator finds nothing."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
