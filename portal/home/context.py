"""What every page's frame needs: names, and the navigation of whoever is looking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.home.navigation import NavigationItem, navigation
from portal.people.models import User


def site(request: HttpRequest) -> dict[str, Any]:
    def places() -> list[NavigationItem]:
        user = getattr(request, "user", None)
        if not isinstance(user, User) or not user.is_authenticated:
            return []
        return navigation(user, request.resolver_match.view_name if request.resolver_match else "")

    return {
        "site_name": settings.SITE_NAME,
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        # Lazy: a fragment has no frame and asks nothing for one.
        "navigation": SimpleLazyObject(places),
    }
