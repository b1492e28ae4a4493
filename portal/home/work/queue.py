"""All work in one list: its kinds in order of urgency, and the rows somebody asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from portal.home.work import after_choices, files, people, reports
from portal.home.work.rows import Kind, Row
from portal.people.models import User

KINDS: tuple[Kind, ...] = (
    after_choices.CALL_NOW,
    people.SAYS_WRONG,
    reports.TO_SIGN,
    reports.TO_REVIEW,
    people.TALK,
    after_choices.FOLLOW_UP,
    people.ASKED,
    files.ON_HOLD,
    files.FAILED,
    people.CONSENT_ENDS,
    reports.NOT_READ,
    files.WAITING_FOR_CONSENT,
    files.ON_THE_ROAD,
    reports.OLDER_FACTS,
    reports.ANOTHER_LANGUAGE,
)
"""Every kind there is, the most urgent first."""

SOURCES: tuple[Callable[[User], Iterable[Row]], ...] = (
    reports.to_sign,
    reports.unread,
    reports.with_older_facts,
    files.not_read,
    people.messages,
    people.talks,
    people.calls,
    people.consents,
    after_choices.follow_ups,
)
"""Where rows come from. Each is scoped to the asker and asks as many questions for a thousand rows as for one."""


def work_queue(user: User) -> list[Row]:
    """What waits for somebody about the asker's patients: most urgent kind first, oldest first within it."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    rows = [row for source in SOURCES for row in source(user)]
    return sorted(rows, key=lambda row: (order[row.kind], row.since))


@dataclass(frozen=True)
class Wish:
    """Which rows somebody wants to see. It stands in the address and survives a reload; a name never stands there."""

    kind: str = ""
    mine: bool = False
    overdue: bool = False
    name: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], name: str = "") -> Wish:
        """From the parts of an address; a kind that is not there is none."""
        kind = asked.get("kind", "")
        known = kind in {one.code for one in KINDS}
        return cls(kind if known else "", asked.get("mine") == "1", asked.get("overdue") == "1", name.strip()[:80])


@dataclass(frozen=True)
class Chosen:
    """The rows of a wish, and how many there would be behind each other filter."""

    rows: list[Row]
    wish: Wish

    def _beside_kind(self, row: Row) -> bool:
        return (row.mine or not self.wish.mine) and self._named(row) and (row.overdue or not self.wish.overdue)

    def _named(self, row: Row) -> bool:
        wanted = self.wish.name.casefold().split()
        if not wanted:
            return True
        written = f"{row.patient.full_name} {row.patient.record_number}".casefold()
        return all(word in written for word in wanted)

    @cached_property
    def shown(self) -> list[Row]:
        return [row for row in self.rows if self._beside_kind(row) and self.wish.kind in ("", row.kind.code)]

    @cached_property
    def kinds(self) -> list[tuple[Kind, int]]:
        """Each kind there is work of, with how many rows it has under the other filters; the chosen one stays."""
        counts = Counter(row.kind for row in self.rows if self._beside_kind(row))
        return [(kind, counts[kind]) for kind in KINDS if counts[kind] or kind.code == self.wish.kind]

    @cached_property
    def all_kinds(self) -> int:
        return sum(number for _kind, number in self.kinds)

    @cached_property
    def mine(self) -> int:
        return sum(row.mine for row in self.rows)

    @cached_property
    def overdue(self) -> int:
        return sum(row.overdue for row in self.rows)
