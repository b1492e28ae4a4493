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
        return navigation(user, request.path) if isinstance(user, User) and user.is_authenticated else []

    return {
        "site_name": settings.SITE_NAME,
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        # Lazy: a fragment has no frame and asks nothing for one.
        "navigation": SimpleLazyObject(places),
    }
