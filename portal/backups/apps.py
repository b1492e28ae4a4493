"""Registers the room with Django."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "portal.backups"
    label = "backups"
    verbose_name = "Backups"
