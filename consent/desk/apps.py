"""Registers the room with Django, and tells the rooms below who may decide for whom and what ends with a help."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "consent.desk"
    label = "consent_desk"
    verbose_name = "Consent desk"

    def ready(self) -> None:
        from consent.desk import capacity, effect, letting_help  # noqa: F401 - they register with the rooms below
