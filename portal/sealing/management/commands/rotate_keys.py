"""Wraps every key by the current master key, so that an older one can be put away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.sealing.keys import master_keys
from portal.sealing.rotation import BATCH, Rotation, rotate, waiting


class Command(BaseCommand):
    help = "Wrap every key by the current master key. Can be stopped and started again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="keys per transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        ring = master_keys()
        state = rotate(options["batch"], self._show)
        if state.failed:
            raise CommandError(
                f"{len(state.failed)} keys were left as they are, because no master key in the keyring opens them: "
                + ", ".join(state.failed[:5])
            )
        left = waiting()
        if left:
            raise CommandError(f"{left} keys changed meanwhile. Run the command again.")
        others = sorted(ring.ciphers.keys() - {ring.current})
        self.stdout.write(f"All keys are wrapped by {ring.current!r}; {state.done} were changed.")
        if others:
            self.stdout.write(f"Needed only to restore older backups, keep them with those: {', '.join(others)}.")

    def _show(self, state: Rotation) -> None:
        self.stdout.write(f"{state.done + len(state.failed)} of {state.total}")
        self.stdout.flush()
