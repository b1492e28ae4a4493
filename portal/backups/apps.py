"""Registers the room with Django, and what it does by itself."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "portal.backups"
    label = "backups"
    verbose_name = "Backups"

    def ready(self) -> None:
        from portal.access.upkeep import every_round
        from portal.backups.closings import look_after

        every_round(look_after)
