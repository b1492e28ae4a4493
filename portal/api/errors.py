"""Errors of the API in one shape. Forbidden and unknown answer with the same bytes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.exceptions import PermissionDenied as NotPermitted
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.results.explanations import NotAccepted

TOO_LARGE = "too_large"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler, with our refusals: `{"detail": sentence, "reason": code}`."""
    if isinstance(error, NotAccepted):
        large = error.reason == TOO_LARGE
        return Response(
            {"detail": error.explanation, "reason": error.reason},
            status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE if large else status.HTTP_400_BAD_REQUEST,
        )
    if isinstance(error, Http404 | PermissionDenied | NotFound) and not isinstance(error, NotPermitted):
        error = NotFound()
    return exception_handler(error, context)
