"""Work after a choice: what patients wrote in a diary, on a week or on looking back, and that asks for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.decisions.following.diary_rules import Rule
from portal.decisions.following.queries import tasks
from portal.home.work.rows import Kind, Row
from portal.people.models import User

CALL_NOW = Kind("call_now", gettext_lazy("Call now"))
FOLLOW_UP = Kind("follow_up", gettext_lazy("To follow up"))


@dataclass(frozen=True)
class DueRow(Row):
    """A row with a moment of its own by which somebody should have looked."""

    due_at: datetime | None = None

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


def follow_ups(user: User) -> Iterator[Row]:
    """Tasks a rule opened, each with what the rule saw; the words it rests on are on the page behind it."""
    for task in tasks(user):
        yield DueRow(
            CALL_NOW if task.rule == Rule.CALL_NOW else FOLLOW_UP,
            task.patient,
            task.opened_at,
            reverse("following:person", args=[task.patient_id]),
            _("Look and call"),
            task.get_rule_display(),
            due_at=task.due_at,
        )
