"""`manage.py publish_texts`: publish the texts that come with the portal, in the names of two different people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.desk import publishing, texts
from consent.ledger.models import ConsentTemplate
from consent.ledger.scopes import kinds
from portal.people.models import User


class Command(BaseCommand):
    help = "Publishes the shipped consent texts: one account vouches for the words, another approves them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--writer", required=True, help="e-mail of a counsellor")
        parser.add_argument("--approver", required=True, help="e-mail of a privacy officer")
        parser.add_argument("--material", action="store_true", help="people who said yes are asked again")

    def handle(self, *args: Any, **options: Any) -> None:
        writer, approver = self._account(options["writer"]), self._account(options["approver"])
        count = 0
        for kind in kinds():
            for locale in texts.LOCALES:
                content = texts.shipped(kind.kind, locale)
                known = {"scope": kind.kind, "locale": locale, "version": content["version"]}
                if ConsentTemplate.objects.filter(**known, published_at__isnull=False).exists():
                    continue
                text = publishing.draft(
                    writer, kind.kind, locale, content["version"], content, material=options["material"]
                )
                publishing.approve(approver, text, text.content_hash)
                count += 1
        self.stdout.write(f"{count} texts published.")

    def _account(self, email: str) -> User:
        try:
            return User.objects.get(email=email.lower(), is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no account {email}.") from None
