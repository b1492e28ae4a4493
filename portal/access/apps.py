"""Registers the room with Django: its start-up checks, and the guards that follow every migration."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_migrate


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from allauth.account.signals import email_changed

        from portal.access import addresses, checks, session_limits, triggers  # noqa: F401  (registers the checks)

        user_logged_in.connect(session_limits.begin)
        email_changed.connect(addresses.changed)
        user_logged_in.connect(addresses.signed_in)
        pre_migrate.connect(triggers.lift_for_migrations, sender=self)
        post_migrate.connect(triggers.put_in_force, sender=self)
