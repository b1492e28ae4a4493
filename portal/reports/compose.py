"""Composing: one interpretation and the facts around it become one `Document`. Pure, so the same input gives the
same document and the same hash, whoever composes it and whenever.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.reports import words as word_modules
from portal.reports.cards import MedicineCards
from portal.reports.changes import Earlier, changes_since
from portal.reports.dates import spelled_date
from portal.reports.document import (
    Card,
    CardGroup,
    Count,
    Document,
    Fact,
    Glance,
    Glossary,
    Listing,
    Matter,
    Note,
    Signature,
    Source,
    Sources,
    Term,
    rewrite,
    spoken,
)
from portal.reports.gene_results import gene_section, is_unknown, not_tested_section
from portal.reports.naming import join
from portal.reports.readability import measure
from portal.reports.status import Status
from portal.reports.words import TERM, Words

MOST_THAT_MATTER = 3
MOST_ASKED_FIRST = 2
PATIENT_OWN_FILE = "patient"
# Labels a page needs that are not sentences of the document.
LABELS = (
    "at_a_glance",
    "why",
    "what_to_do",
    "keep_in_mind",
    "for_care_team",
    "who_says",
    "show_more",
    "cards_title",
    "note_title",
    "made_up_mark",
    "draft_mark",
    "page",
    "of",
    "knowledge",
    "ask_first",
    "about_report",
    "more_questions",
    "more_not_tested",
    "word_list",
)


@dataclass(frozen=True)
class Person:
    name: str
    birth_date: str = ""
    record_number: str = ""


@dataclass(frozen=True)
class Order:
    """Who asked for the test, and whom the person can call about it."""

    ordered_by: str = ""
    accession: str = ""
    call_name: str = ""
    call_phone: str = ""


@dataclass(frozen=True)
class Dates:
    """As they should be printed."""

    received: str = ""
    composed: str = ""


def compose(
    interpretation: Mapping[str, Any],
    *,
    language: str,
    person: Person,
    laboratory: str,
    ordered: Order,
    dates: Dates,
    origin: str,
    made_up: bool,
    borrowed_genome: str = "",
    notes: Sequence[Note] = (),
    signature: Signature | None = None,
    earlier: Earlier | None = None,
) -> Document:
    """Put one interpretation into words.

    `interpretation` is the engine's answer as JSON; `origin` is who brought the file (`laboratory`, `clinician` or
    `patient`); `borrowed_genome` marks an invented person with somebody's real genome; `notes` are the clinician's,
    on the whole report or on one medicine; `earlier` is the report
    this person read before. Raises `MissingWords` when a code has no words: such a report is not
    composed at all.
    """
    words = word_modules.load(language).keeping_marks()
    says = words.say
    groups = MedicineCards(interpretation, words, notes).groups()
    own_file = origin == PATIENT_OWN_FILE
    is_home_test = "consumer_array" in interpretation["caveats"]
    to_confirm = own_file or is_home_test
    knowledge = interpretation["knowledge"]
    invented = "made_up" if made_up else borrowed_genome
    document = Document(
        language=language,
        title=says("report", "title"),
        person=person.name,
        subject=says("report", "subject"),
        consumer=_consumer(own_file, is_home_test, words),
        made_up=says("report", invented) if invented else "",
        draft="" if signature else says("report", "draft"),
        glance=_glance(interpretation, groups, person, laboratory, ordered, dates, own_file, signature, words),
        notes=tuple(note for note in notes if not note.about),
        changes=changes_since(earlier, groups, interpretation, words) if earlier else None,
        groups=groups,
        not_tested=not_tested_section(interpretation, words),
        genes=gene_section(interpretation["genes"], words),
        next_steps=_next_steps(groups, to_confirm, words),
        questions=_questions(groups, words),
        glossary=Glossary(title=says("report", "glossary_title"), terms=()),
        sources=_sources(interpretation, words),
        signature=signature,
        knowledge_release=knowledge["hash"],
        labels={label: says("report", label) for label in LABELS}
        | {"made_up_mark": says("report", f"{invented or 'made_up'}_mark")},
    )
    return _measured(_explained(document, words), words)


def signed(
    document: Mapping[str, Any],
    notes: Sequence[Note],
    signature: Signature,
    *,
    replaces: Fact | None = None,
    left_out: Sequence[Note] = (),
    added: Sequence[Note] = (),
    first: Signature | None = None,
) -> dict[str, Any]:
    """A stored draft with the clinician's notes and signature, and every other word as it was when it was read.

    Equal to composing it anew with the same notes and signature, as long as the words have not changed since.
    `replaces` says which earlier report no longer counts; `left_out` are the reasons why a medicine's advice is not
    told; `added` are options of the clinician's own; `first` is the first of two signatures.
    """
    final: dict[str, Any] = json.loads(json.dumps(document))
    final["notes"] = [asdict(note) for note in notes if not note.about]
    final["added"] = [asdict(note) for note in added]
    reasons = {note.about: asdict(note) for note in left_out}
    for group in final["groups"]:
        for card in group["cards"]:
            card["notes"] = [asdict(note) for note in notes if note.about == card["drug"]]
            if card["drug"] in reasons:
                card |= {"left_out": reasons[card["drug"]], **_NOT_TOLD, "headline": card["name"].capitalize()}
    hidden = {card["anchor"] for group in final["groups"] for card in group["cards"] if card.get("left_out")}
    final["glance"]["matters"] = [matter for matter in final["glance"]["matters"] if matter["anchor"] not in hidden]
    for fact in final["glance"]["facts"]:
        if fact["code"] == "checked_by":
            fact["value"] = "; ".join(checked_by(one) for one in (first, signature) if one)
    if replaces is not None:
        final["glance"]["facts"].append(asdict(replaces))
    final["draft"] = ""
    final["signature"] = asdict(signature)
    return final


# What a card no longer tells when its advice was left out; its place, name and mark stay.
_NOT_TOLD: dict[str, Any] = {"why": "", "what_to_do": "", "differ": [], "populations": [], "keep_in_mind": []}
_NOT_TOLD |= {"opinions": [], "codes": ""}


def checked_by(signature: Signature) -> str:
    return f"{signature.name}, {signature.role}, {signature.date}"


# -- at a glance


def _glance(
    interpretation: Mapping[str, Any],
    groups: Sequence[CardGroup],
    person: Person,
    laboratory: str,
    ordered: Order,
    dates: Dates,
    own_file: bool,
    signature: Signature | None,
    words: Words,
) -> Glance:
    says = words.say
    total = sum(len(group.cards) for group in groups)
    call = [says("report", "call_text", name=ordered.call_name)] if ordered.call_name else []
    if ordered.call_phone:
        # A number is read out or typed: it stays on one line.
        call.append(says("report", "call_phone", number=ordered.call_phone.replace(" ", "\xa0")))
    serious = [card for group in groups[:2] for card in group.cards]
    counts = _counts(groups, total, words)
    return Glance(
        facts=_facts(person, laboratory, ordered, dates, own_file, signature, words),
        found_title=says("report", "found"),
        counts_title=says("report", "counts_unknown" if _mostly_unknown(interpretation) else "counts", total=total),
        counts=counts,
        counts_figure=" ".join(
            [says("report", "counts_figure", total=total), *(f"{count.number} {count.label}." for count in counts)]
        ),
        means_title=says("report", "means"),
        matters=tuple(
            Matter(status=card.status, headline=card.headline, anchor=card.anchor)
            for card in serious[:MOST_THAT_MATTER]
        ),
        matters_text=_matters_text(interpretation, serious, words),
        not_means_title=says("report", "not_means"),
        not_means=_not_means(groups, serious, words),
        not_looked_title=says("report", "not_looked_at"),
        not_looked=_not_looked(interpretation, words),
        do_title=says("report", "do"),
        do=_first_steps(serious, own_file or "consumer_array" in interpretation["caveats"], words),
        ask_title=says("report", "ask"),
        ask=_asked(groups, words)[:MOST_ASKED_FIRST],
        call=tuple(call),
        call_urgent=says("report", "call_urgent"),
    )


def _facts(
    person: Person,
    laboratory: str,
    ordered: Order,
    dates: Dates,
    own_file: bool,
    signature: Signature | None,
    words: Words,
) -> tuple[Fact, ...]:
    says = words.say
    checked = checked_by(signature) if signature else ""
    lines = (
        ("for_whom", person.name),
        ("born", person.birth_date),
        ("record", person.record_number),
        ("ordered_by", ordered.ordered_by),
        ("laboratory", says("report", "own_file") if own_file else laboratory),
        ("accession", ordered.accession),
        ("received", dates.received),
        ("composed", dates.composed),
        ("checked_by", checked or says("report", "checked_not_yet")),
    )
    return tuple(Fact(code=code, label=says("report", code), value=value) for code, value in lines if value)


def _counts(groups: Sequence[CardGroup], total: int, words: Words) -> tuple[Count, ...]:
    counts, offset = [], 0.0
    for group in groups:
        number = len(group.cards)
        width = 100 * number / max(total, 1)
        label = words.say("statuses", group.status, "one" if number == 1 else "count")
        counts.append(
            Count(
                status=group.status,
                number=number,
                label=label,
                anchor=f"group-{group.status}",
                offset=f"{offset:.2f}",
                width=f"{width:.2f}",
            )
        )
        offset += width
    return tuple(counts)


def _matters_text(interpretation: Mapping[str, Any], serious: Sequence[Card], words: Words) -> str:
    if len(serious) > MOST_THAT_MATTER:
        return words.say("report", "matters_more", number=len(serious) - MOST_THAT_MATTER)
    if serious:
        return ""
    return words.say("report", "matters_unknown" if _mostly_unknown(interpretation) else "matters_none")


def _mostly_unknown(interpretation: Mapping[str, Any]) -> bool:
    results = interpretation["genes"].values()
    return 2 * sum(map(is_unknown, results)) >= len(results)


def _not_means(groups: Sequence[CardGroup], serious: Sequence[Card], words: Words) -> tuple[str, ...]:
    """What somebody might take the first page for: an illness, an order to stop, an all-clear, a hidden no."""
    unknown = any(group.cards for group in groups if group.status == Status.NOT_KNOWN)
    codes = ["not_means_ill", "not_means_stop" if serious else "not_means_clear"]
    return tuple(words.say("report", code) for code in (*codes, *(["not_means_unknown"] if unknown else [])))


def _not_looked(interpretation: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    says = words.say
    genes = interpretation["genes"]
    missing = sorted(interpretation["not_covered"])
    unknown = [gene for gene, result in genes.items() if is_unknown(result)]
    lines = []
    if missing:
        lines.append(says("report", "not_looked_genes", number=len(missing), names=join(missing, words)))
    if unknown:
        code = "not_looked_gap" if len(unknown) == 1 else "not_looked_gaps"
        lines.append(says("report", code, number=len(unknown), total=len(genes)))
    lines += [says("report", "not_looked_drugs"), says("report", "not_looked_other")]
    return tuple(lines)


# -- what to do, what to ask


def _consumer(own_file: bool, is_home_test: bool, words: Words) -> tuple[str, ...]:
    """The warning over a result that no laboratory vouches for, and why it has to be confirmed; or nothing."""
    if is_home_test:
        return words.say("report", "consumer"), words.say("report", "home_test_more")
    return (words.say("report", "consumer"), words.say("report", "consumer_more")) if own_file else ()


def _first_steps(serious: Sequence[Card], to_confirm: bool, words: Words) -> tuple[str, ...]:
    says = words.say
    steps = [says("report", "next_confirm")] if to_confirm else []
    if serious:
        names = join([card.name for card in serious[:MOST_THAT_MATTER]], words, "or")
        steps.append(says("report", "next_show", names=names))
    return (*steps, says("report", "next_ask_first"), says("report", "next_keep"))


def _next_steps(groups: Sequence[CardGroup], to_confirm: bool, words: Words) -> Listing:
    serious = [card for group in groups[:2] for card in group.cards]
    later = (words.say("report", code) for code in ("next_family", "next_again"))
    return Listing(title=words.say("report", "next_title"), items=(*_first_steps(serious, to_confirm, words), *later))


def _questions(groups: Sequence[CardGroup], words: Words) -> Listing:
    return Listing(title=words.say("report", "questions_title"), items=_asked(groups, words))


def _asked(groups: Sequence[CardGroup], words: Words) -> tuple[str, ...]:
    says = words.say
    asked = [
        says(
            "report", "question_drug" if card.status == Status.ASK_ABOUT_ANOTHER else "question_dose", drug=card.name
        )
        for card in [card for group in groups[:2] for card in group.cards][:MOST_THAT_MATTER]
    ]
    return (*asked, *(says("report", code) for code in ("question_start", "question_missing", "question_share")))


# -- where it comes from


def _sources(interpretation: Mapping[str, Any], words: Words) -> Sources:
    says = words.say
    rows = interpretation["guidance"]
    counted = Counter(row["source"] for row in rows)
    listed = []
    for source in sorted({row["source"] for row in (*rows, *interpretation["unanswered"])}):
        entry = words.entry("sources", source)
        read = sorted({row["facts_as_of"] for row in rows if row["source"] == source})
        dates = join([spelled_date(when, words) for when in read], words)
        listed.append(
            Source(
                name=entry.phrases["name"],
                full=entry.phrases["full"],
                licence=says("report", "terms", name=entry.phrases["licence"]),
                dates=says("report", "facts_as_of", date=dates) if dates else "",
                count=says("report", "source_line", number=counted[source]),
            )
        )
    knowledge = interpretation["knowledge"]
    facts_as_of = spelled_date(knowledge["facts_as_of"], words)
    return Sources(
        title=says("report", "sources_title"),
        lead=says("report", "sources_lead"),
        sources=tuple(listed),
        reviewed=says("report", "reviewed"),
        knowledge=f"{knowledge['id']} ({says('report', 'facts_as_of', date=facts_as_of)})",
        reading="",
    )


# -- over the whole document


def _explained(document: Document, words: Words) -> Document:
    """Explain each marked word in brackets where it is read first; list what was explained."""
    met: dict[str, str] = {}

    def explain(text: str) -> str:
        def one(mark: re.Match[str]) -> str:
            code, shown = mark.group(1), mark.group(2) or mark.group(1)
            if code in met:
                return shown
            met[code] = shown
            return f"{shown} ({words.say('glossary', code, 'short')})"

        return TERM.sub(one, text)

    # What the groups say in detail is read last, by few, and not on paper: a word is explained before.
    document = rewrite(rewrite(document, explain, leave=("opinions",)), explain)
    by_word = sorted((words.say("glossary", code, "word"), code) for code in met)
    by_word.sort(key=lambda pair: pair[0].lower())
    terms = tuple(
        Term(
            word=word,
            meaning=explain(words.say("glossary", code)),
            shown=met[code],
            short=words.say("glossary", code, "short"),
        )
        for word, code in by_word
    )
    return replace(document, glossary=replace(document.glossary, terms=terms))


def _measured(document: Document, words: Words) -> Document:
    """Print on the report how hard it is to read; the mark of a draft, which goes away, is left out."""
    measured = measure(spoken(replace(document, draft="")), words.names(), document.language)
    reading = words.say("report", "reading", number=measured.score)
    return replace(document, sources=replace(document.sources, reading=reading))
