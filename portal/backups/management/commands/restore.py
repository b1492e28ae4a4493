"""`manage.py restore IN`: what a backup holds takes the place of what there is, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backups.restoring import NotRestored, restore


class Command(BaseCommand):
    help = "Put a backup in the place of what there is. Stop the site first; start it again afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restore(options["backup"])
        except NotRestored as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        self.stdout.write(f"{done.rows} rows and {done.files} files are back.")
        self.stdout.write(f"Done again: {done.replayed} acts of consent, {done.erased_again} erasures.")
        self.stdout.write(f"Closed again: {done.closed_again}.")
        if done.log_lost:
            text = "{} seals of the access log came after the backup and are lost; their anchors are kept beside."
            self.stdout.write(text.format(done.log_lost))
