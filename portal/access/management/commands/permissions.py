"""Writes docs/permissions.md from the permission matrix, so that the page and the engine never differ."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.access.matrix import ACTIONS, NOT_BUILT, RESOURCES, RULES
from portal.people.models import Role

HEAD = """# Who may do what

Made by `python manage.py permissions` from `portal/access/matrix.py`; the test run fails when the two differ.

**own** it is about them · **cares for** they are in the patient's care team now · **sent** their laboratory was asked
for it or sent it · **any** no tie needed · *consent: pgx* only while the patient's yes to that scope holds ·
*released* only when signed and released · *current* also only while it is neither taken back nor replaced. An
empty cell is a no, and so is everything that is not in the table.

"""


def page() -> str:
    """The matrix as Markdown: one table, a row per action, a column per role."""
    lines = ["| action | " + " | ".join(str(role.label) for role in Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for action in ACTIONS:
        cells = []
        for role in Role:
            words = [
                rule.relation.replace("_", " ")
                + (f" *consent: {rule.consent}*" if rule.consent else "")
                + (f" *{rule.gate}*" if rule.gate else "")
                for rule in RULES
                if rule.role == role and rule.action == action
            ]
            cells.append(" or ".join(words))
        lines.append(f"| `{action}` | " + " | ".join(cells) + " |")
    closed = ["", "## Rooms not built", "", "Nobody may do these, whatever was consented to.", ""]
    closed += [f"- `{action}`: {what}" for action, what in NOT_BUILT.items()]
    models = ["", "## What the names stand for", "", "| resource | model |", "|---|---|"]
    models += [f"| {resource.name} | `{resource.model}` |" for resource in RESOURCES]
    return HEAD + "\n".join(lines + closed + models) + "\n"


class Command(BaseCommand):
    help = "Write docs/permissions.md from the permission matrix."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="print instead of writing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print"]:
            self.stdout.write(page())
            return
        (settings.ROOT / "docs" / "permissions.md").write_text(page(), encoding="utf-8")
