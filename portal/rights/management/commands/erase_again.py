"""`manage.py erase_again`: after a restore and before the site opens, whoever the register names is erased again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.rights.erasing import erase_again, remove_left_over
from portal.sealing.keys import reconcile_register


class Command(BaseCommand):
    help = "Erases again whoever is in the register of destroyed keys. Doing it twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        reconcile_register()
        again = erase_again()
        remove_left_over()
        self.stdout.write(f"Erased again: {again}.")
