"""`manage.py verify_log`: reads the whole access log and finds any line edited, removed, added, moved or cut off."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.access.models import AccessEvent, Seal
from portal.access.seals import seal
from portal.access.verify import verify


class Command(BaseCommand):
    help = "Check that nothing in the access log was changed, removed, added, moved or cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchors", type=Path, help="a copy of the anchor file that is kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        while seal() is not None:
            pass
        faults = verify(options["anchors"])
        for fault in faults:
            self.stdout.write(f"  {fault}")
        told = f"{AccessEvent.objects.count()} events under {Seal.objects.count()} seals"
        if faults:
            raise CommandError(f"The access log does not hold: {len(faults)} faults in {told}.")
        self.stdout.write(f"The access log holds: {told}.")
