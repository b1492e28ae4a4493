"""Registers the room with Django: what it does by itself, and that it hears when a yes is taken back."""

from django.apps import AppConfig


class FollowingConfig(AppConfig):
    name = "portal.decisions.following"
    label = "following"
    verbose_name = "Follow-up"

    def ready(self) -> None:
        from consent.desk.hooks import on_change
        from portal.access.upkeep import every_round
        from portal.decisions.following.upkeep import consent_changed, look_after

        on_change(consent_changed)
        every_round(look_after)
