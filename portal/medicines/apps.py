"""Registers the room with Django."""

from django.apps import AppConfig


class MedicinesConfig(AppConfig):
    name = "portal.medicines"
    label = "medicines"
    verbose_name = "Medicines"
