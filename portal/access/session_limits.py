"""A session ends when nobody is there any more, and at the end of a day at the latest. It warns two minutes before.

Text that was typed and not sent is kept by the browser for the same person (`static/js/session.js`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.people.models import Role, User

BEGAN, SEEN = "session_began", "session_seen"
NOTED_EVERY_SECONDS = 20


@dataclass(frozen=True)
class Limits:
    idle_seconds: int
    absolute_seconds: int


def limits_of(user: User) -> Limits:
    kind = "patient" if user.role == Role.PATIENT else "staff"
    return Limits(*settings.SESSION_LIMITS[kind])


def seconds_left(request: HttpRequest, now: float | None = None) -> tuple[int, int]:
    """Until the session ends if nothing happens, and in any case."""
    now = time() if now is None else now
    assert isinstance(request.user, User)
    limits = limits_of(request.user)
    idle = limits.idle_seconds - (now - request.session.get(SEEN, now))
    absolute = limits.absolute_seconds - (now - request.session.get(BEGAN, now))
    return int(min(idle, absolute)), int(absolute)


def begin(sender: object, request: HttpRequest, **_signal: object) -> None:
    """Signing in starts both clocks, so that the first page needs no write for it."""
    request.session[BEGAN] = request.session[SEEN] = time()


class SessionLimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return self.get_response(request)
        now = time()
        if seconds_left(request, now)[0] <= 0:
            return self._ended(request)
        request.session.setdefault(BEGAN, now)
        if now - request.session.get(SEEN, 0) >= NOTED_EVERY_SECONDS:
            request.session[SEEN] = now
        return self.get_response(request)

    def _ended(self, request: HttpRequest) -> HttpResponse:
        """Back to the sign-in page, and from there to where the person was."""
        logout(request)
        messages.info(request, _("You were signed out because time ran out. Sign in to go on where you were."))
        if request.headers.get("HX-Request"):
            answer = HttpResponse(status=204)
            answer.headers["HX-Refresh"] = "true"
            return answer
        where = request.get_full_path() if request.method == "GET" else _came_from(request)
        return redirect_to_login(where)


def _came_from(request: HttpRequest) -> str:
    """The page of the form that was sent too late, when it is one of ours."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return came_from
    return "/"
