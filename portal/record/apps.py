"""Registers the room with Django."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "portal.record"
    label = "record"
    verbose_name = "What patients bring"
