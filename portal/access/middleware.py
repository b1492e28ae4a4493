"""What happens around every request: one line in the log, and no copies of a person's pages kept on the way."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from portal.access.logging import hashed_user, request_id

logger = logging.getLogger("portal.request")


class RequestLogMiddleware:
    """Logs each request by the template of its address (never the address), status, time taken and hashed user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Our own number, never one the caller sends.
        token = request_id.set(uuid.uuid4().hex)
        started = time.perf_counter()
        status = 500
        try:
            response = self.get_response(request)
            status = response.status_code
            response.headers["X-Request-ID"] = request_id.get()
            return response
        finally:
            try:
                match = request.resolver_match
                logger.info(
                    "request",
                    extra={
                        "method": request.method,
                        "route": match.route if match else "unknown",
                        "status": status,
                        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                        "user": _hashed_user(request),
                    },
                )
            finally:
                # Whatever fails above, the next request in this thread has a number of its own.
                request_id.reset(token)


def _hashed_user(request: HttpRequest) -> str | None:
    """Who asked, as a hash; None when nobody is signed in or the database, asked last of all, cannot say."""
    user = getattr(request, "user", None)
    try:
        return hashed_user(user.pk, settings.SECRET_KEY) if user is not None and user.is_authenticated else None
    except DatabaseError:
        return None


class NoStoreMiddleware:
    """Adds `Cache-Control: no-store` to every answer that does not say itself how long it may be kept, as the site's
    own style and script do. A page behind a link from a mail is as personal as one behind a password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        told = response.headers.get("Cache-Control", "")
        if "no-store" not in told and (not told or _signed_in(request)):
            response.headers["Cache-Control"] = "no-store"
        return response


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # there is none where the answer came before anybody asked who it is
    return user is not None and bool(user.is_authenticated)
