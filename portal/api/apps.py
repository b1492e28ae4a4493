"""Registers the room with Django, and how machines sign in with the API's description."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from portal.api import openapi  # noqa: F401  (registers itself)
