"""Registers the room with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "consent.ledger"
    label = "consent_ledger"
    verbose_name = "Consent ledger"
