"""What every page needs to warn before a session ends, and to say when the second factor is not enforced."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.access.logging import hashed_user
from portal.access.session_limits import seconds_left
from portal.people.models import Role, User


def session(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    ends, ends_anyway = seconds_left(request)
    return {
        "session_ends": ends,
        "session_ends_anyway": ends_anyway,
        "session_person": hashed_user(user.pk, settings.SECRET_KEY),
        "second_factor_off": user.role != Role.PATIENT and settings.STAFF_SECOND_FACTOR_OFF_BANNER,
    }
