"""What changed since the last report this person read: two reports compared by their codes, and told in words.

Only what the two reports say is compared. A change is never called better or worse: a person's genes stay as they
are, and what differs is what was read in them, what is known, or how we put it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.reports.document import CardGroup, Changes
from portal.reports.naming import join
from portal.reports.words import Words

MOST_NAMED = 6  # genes in one sentence


@dataclass(frozen=True)
class Earlier:
    """The report that is compared with: its document, when it was signed, and what the engine had said."""

    document: Mapping[str, Any]
    date: str
    interpretation: Mapping[str, Any]


def changes_since(
    earlier: Earlier, groups: Sequence[CardGroup], interpretation: Mapping[str, Any], words: Words
) -> Changes:
    says = words.say
    before = {card["drug"]: card for group in earlier.document["groups"] for card in group["cards"]}
    now = {card.drug: card for group in groups for card in group.cards}
    moved = [drug for drug, card in now.items() if drug in before and before[drug]["status"] != card.status]
    new = [drug for drug in now if drug not in before]
    gone = [drug for drug in before if drug not in now]
    same = len(now) - len(moved) - len(new)
    lines = [
        says(
            "report", "changes_moved", drug=now[drug].name, name=_word(before[drug]["status"], words),
            other=_word(now[drug].status, words),
        )
        for drug in moved
    ]  # fmt: skip
    lines += [says("report", "changes_new", drug=now[drug].name, name=_word(now[drug].status, words)) for drug in new]
    lines += [says("report", "changes_gone", drug=before[drug]["name"]) for drug in gone]
    if lines:
        lines.append(says("report", "changes_same" if same != 1 else "changes_same_one", number=same))
    releases = [found["knowledge"] for found in (earlier.interpretation, interpretation)]
    newer = releases[0]["hash"] != releases[1]["hash"]
    read = _read_otherwise(earlier.interpretation, interpretation)
    reasons = [says("report", "changes_facts")] if newer else []
    if len(read) > MOST_NAMED:
        reasons.append(says("report", "changes_read_many", number=len(read)))
    elif read:
        reasons.append(says("report", "changes_read", names=join(read, words)))
    if lines and not reasons:
        reasons.append(says("report", "changes_rules"))
    return Changes(
        title=says("report", "changes_title", date=earlier.date),
        lead=says("report", "changes_lead" if lines else "changes_none"),
        lines=tuple(lines),
        reasons=tuple(reasons),
        caution=says("report", "changes_caution"),
        knowledge=" → ".join(dict.fromkeys(release["id"] for release in releases)),
    )


def _word(status: str, words: Words) -> str:
    return words.say("statuses", status).lower()


def _read_otherwise(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Genes in which something else was read than for the earlier report, or in which more or less could be read."""

    def read(found: Mapping[str, Any], gene: str) -> tuple[Any, ...] | None:
        result = found["genes"].get(gene)
        return None if result is None else (result["diplotypes"][: result["tied"]], result["coverage"]["tested"])

    return [gene for gene in sorted({*before["genes"], *now["genes"]}) if read(before, gene) != read(now, gene)]
