"""“Can I take …?”: what released reports and the person's own words come to, for one medicine. Pure: it reads no row.

How an answer is put together:

1. Nothing but signed, released reports that still count is looked at. Each has at most one card for the medicine, in
   the very words that were signed; the most serious one comes first, and where two differ the page says so.
2. What the person told us adds sentences, never a verdict: we have no source for it, so it is said as "tell your
   doctor". A medicine that harmed them before is said first of all.
3. Whatever is not known is said to be not known. There is no answer without a card, and no card means no word of
   comfort: a refusal says why, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.medicines.names import Medicine, folded
from portal.record.models import BodyPart, Reaction, Said
from portal.record.queries import Told
from portal.reports.models import Report
from portal.reports.status import CARE, Status


class Refusal(StrEnum):
    """Why there is no answer from a report."""

    UNKNOWN_NAME = "unknown_name"
    NO_REPORT = "no_report"
    NOT_OPEN = "not_open"
    NO_CONSENT = "no_consent"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True)
class FromReport:
    """What one report says about the medicine, and how far that can be relied on."""

    report: Report
    card: Mapping[str, Any]

    @property
    def document(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.report.document
        return found

    @property
    def status(self) -> Status:
        """A status we do not know is "not known": it must never look like good news."""
        found = self.card["status"]
        return Status(found) if found in CARE else Status.NOT_KNOWN

    @property
    def knowledge(self) -> str:
        return self.report.knowledge_release[:12]


@dataclass(frozen=True)
class ToTell:
    """Something about the person's body that a doctor must weigh; `said_at` is empty when it was never said."""

    part: str
    said: str
    said_at: datetime | None = None

    @property
    def known(self) -> bool:
        return self.said in (Said.YES, Said.MAYBE, Said.REDUCED)


@dataclass(frozen=True)
class Answer:
    """Everything the page says. `refusal` is set when no report answers; the rest is said all the same."""

    typed: str
    medicine: Medicine | None
    refusal: Refusal | None
    cards: tuple[FromReport, ...]
    close: tuple[Medicine, ...]
    harmed: tuple[Reaction, ...]
    other_reactions: int
    to_tell: tuple[ToTell, ...]
    other_medicines: int
    on_my_list: bool
    newer_waits: bool

    @property
    def name(self) -> str:
        return self.medicine.name if self.medicine else self.typed

    @property
    def differ(self) -> bool:
        return len({card.status for card in self.cards}) > 1

    @property
    def outcome(self) -> str:
        """For the log: how it ended, never about what."""
        return str(self.refusal or "answered")


def answer(
    typed: str,
    medicine: Medicine | None,
    told: Told,
    *,
    reports: Sequence[Report] = (),
    close: Sequence[Medicine] = (),
    refusal: Refusal | None = None,
    newer_waits: bool = False,
) -> Answer:
    """Put the answer together. `refusal` is why no report may be looked at, when that is so already."""
    cards = tuple(sorted(_cards(reports, medicine), key=lambda card: CARE.index(card.status)))
    if refusal is None and medicine is None:
        refusal = Refusal.UNKNOWN_NAME
    if refusal is None and not reports:
        refusal = Refusal.NOT_OPEN if newer_waits else Refusal.NO_REPORT
    if refusal is None and not cards:
        refusal = Refusal.NOT_COVERED
    harmed = tuple(row for row in told.reactions if is_about(row.code, row.name, typed, medicine))
    listed = [row for row in told.medicines if is_about(row.code, row.name, typed, medicine)]
    return Answer(
        typed=typed,
        medicine=medicine,
        refusal=refusal,
        cards=() if refusal else cards,
        close=tuple(close) if refusal is Refusal.UNKNOWN_NAME else (),
        harmed=harmed,
        other_reactions=len(told.reactions) - len(harmed),
        to_tell=tuple(_to_tell(told)),
        other_medicines=len(told.medicines) - len(listed),
        on_my_list=bool(listed),
        newer_waits=newer_waits,
    )


def is_about(code: str, name: str, typed: str, medicine: Medicine | None) -> bool:
    """Whether something the person wrote down names the medicine that is asked about."""
    if medicine is not None and code:
        return code == medicine.code
    return folded(name) in {folded(typed), folded(medicine.name) if medicine else folded(typed)}


def _cards(reports: Sequence[Report], medicine: Medicine | None) -> Iterator[FromReport]:
    if medicine is None:
        return
    for report in reports:
        for group in report.document.get("groups", ()):
            for card in group["cards"]:
                if card["drug"] == medicine.code:
                    yield FromReport(report, card)


def _to_tell(told: Told) -> Iterator[ToTell]:
    """What is of weight first, then what is not known; a plain "no" or "well" needs no words."""
    rows = [
        ToTell(part, fact.said, fact.said_at) if (fact := told.body.get(part)) else ToTell(part, "")
        for part in BodyPart
    ]
    weighty = [row for row in rows if row.known]
    yield from weighty
    yield from (row for row in rows if row not in weighty and row.said in ("", Said.DO_NOT_KNOW))
