"""Which language a page speaks: the one the signed-in person chose, else this browser's choice, else its wish."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from portal.access.actions import choose_language
from portal.people.models import User


class LanguageOfOneRequestMiddleware:
    """A thread serves one person after another: each request leaves it in the language it found it in.

    What runs in the thread afterwards (mail, another person's sign-in) then never speaks the last reader's language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(translation.get_language()):
            return self.get_response(request)


class ChosenLanguageMiddleware:
    """A choice kept with the account counts on every device; Django's own middleware has read cookie and browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)


def keep_at_first_sign_in(user: User, **_: Any) -> None:
    """Who comes with a browser in another language than ours, and never chose one, is taken at its word."""
    spoken = translation.get_language() or settings.LANGUAGE_CODE
    if not user.language and spoken != settings.LANGUAGE_CODE and spoken in dict(settings.LANGUAGES):
        choose_language(user, spoken)


@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """Keeps the choice in this browser and, for somebody signed in, with their account; then back to the page."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        choose_language(request.user, language)
    return set_language(request)
