"""Prints which columns are sealed and which are not, and why: `docs/sealed-columns.md` is this page."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.sealing.inventory import as_markdown


class Command(BaseCommand):
    help = "Print the table of sealed and plain columns, as in docs/sealed-columns.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(as_markdown(), ending="")
