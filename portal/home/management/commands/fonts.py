"""`manage.py fonts`: makes the web fonts from their package, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.fonts import prepare_fonts


class Command(BaseCommand):
    help = "Makes the web fonts (a subset of the font package) into var/static/fonts."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_fonts(settings.MADE_STATIC / "fonts")
