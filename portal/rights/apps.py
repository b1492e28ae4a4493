"""Registers the room with Django: its work, what it does by itself, and the copies it knows of."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "portal.rights"
    label = "rights"
    verbose_name = "Rights"

    def ready(self) -> None:
        from consent.desk.hooks import holds_copies, on_change
        from portal.access.upkeep import every_round
        from portal.rights import making  # noqa: F401  (registers the work)
        from portal.rights.queries import copies_taken
        from portal.rights.upkeep import consent_changed, look_after

        holds_copies(copies_taken)
        on_change(consent_changed)
        every_round(look_after)
