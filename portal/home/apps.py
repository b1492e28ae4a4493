"""Registers the room with Django."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class HomeConfig(AppConfig):
    name = "portal.home"
    label = "home"
    verbose_name = "Home"

    def ready(self) -> None:
        from portal.home import language

        user_logged_in.connect(language.keep_at_first_sign_in)
