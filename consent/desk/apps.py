"""Registers the room with Django, and tells the permission matrix who may decide for whom."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "consent.desk"
    label = "consent_desk"
    verbose_name = "Consent desk"

    def ready(self) -> None:
        from consent.desk import capacity  # noqa: F401 - registers its question
