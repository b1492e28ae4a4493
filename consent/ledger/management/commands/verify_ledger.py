"""`manage.py verify_ledger`: look for any consent that was changed, removed, moved, put in or cut off."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.ledger.chain import verify_all


class Command(BaseCommand):
    help = "Checks every act of the consent ledger against its chain and the anchors outside the database."

    def handle(self, *args: Any, **options: Any) -> None:
        looked_at, found = verify_all()
        for fault in found:
            self.stderr.write(f"{fault.subject} position {fault.position}: {fault.code}")
        if found:
            raise CommandError(f"{len(found)} faults in {looked_at} acts.")
        self.stdout.write(f"{looked_at} acts, no fault.")
