"""Registers the room with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "consent.desk"
    label = "consent_desk"
    verbose_name = "Consent desk"
