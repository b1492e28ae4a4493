"""What every page's frame needs: names, and the navigation of whoever is looking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.home.navigation import NavigationItem, navigation
from portal.people.models import Role, User
from portal.people.queries import patient_of_account


def site(request: HttpRequest) -> dict[str, Any]:
    def places() -> list[NavigationItem]:
        user = getattr(request, "user", None)
        if not isinstance(user, User) or not user.is_authenticated:
            return []
        return navigation(user, request.resolver_match.view_name if request.resolver_match else "")

    def made_up() -> str:
        user = getattr(request, "user", None)
        patient = patient_of_account(user) if isinstance(user, User) and user.role == Role.PATIENT else None
        return patient.invented if patient else ""

    return {
        "site_name": settings.SITE_NAME,
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        # Lazy: a fragment has no frame and asks nothing for one.
        "navigation": SimpleLazyObject(places),
        # A page about one person says itself who that is; on all others it is the one who is signed in.
        "made_up": SimpleLazyObject(made_up),
        "demonstration": settings.DEMONSTRATION,
    }
