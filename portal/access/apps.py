"""Registers the room with Django, and its start-up checks."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from portal.access import checks  # noqa: F401  (registers them)
