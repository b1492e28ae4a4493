"""`manage.py backup OUT`: everything, encrypted, in one file. The site may run meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backups.taking import backup
from portal.sealing.errors import SealError


class Command(BaseCommand):
    help = "Write everything into one encrypted file. Keep the master keys and the register of destroyed keys apart."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            taken = backup(options["out"])
        except FileExistsError:
            raise CommandError(f"{options['out']} is there already. Choose another name.") from None
        except (OSError, SealError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self.stdout.write(f"{taken.rows} rows and {taken.files} files. SHA-256 {taken.sha256}")
