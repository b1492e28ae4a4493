"""What can stand on a wallet card: all that a person could tick, as finished lines. Nothing is ticked beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from portal.medicines.card import Line
from portal.medicines.names import name_of
from portal.people.models import Patient
from portal.record.models import BodyPart, ReactionKind, Said
from portal.record.queries import Told
from portal.reports.models import Report
from portal.reports.status import Status

SERIOUS = (Status.ASK_ABOUT_ANOTHER, Status.TAKE_CARE)
"""Reassuring words stay off the card: they hold for one day and one report, a card lies in a wallet for years."""


@dataclass(frozen=True)
class Choice:
    """One line that can be ticked. `report` is where it comes from."""

    key: str
    line: Line
    report: Report | None = None


@dataclass(frozen=True)
class Group:
    key: str
    title: str | Promise
    choices: tuple[Choice, ...]


def offered(patient: Patient, told: Told, reports: Sequence[Report], language: str) -> list[Group]:
    """The groups that hold something, in the order in which they stand on the card."""
    groups = [
        Group("me", gettext_lazy("Who I am"), tuple(_me(patient))),
        Group("harm", gettext_lazy("My allergies and bad reactions"), tuple(_harm(told, language))),
        Group("body", gettext_lazy("My body"), tuple(_body(told))),
        Group("report", gettext_lazy("From my report: medicines to ask about"), tuple(_medicines(reports))),
        Group("genes", gettext_lazy("From my report: my genes, in the words doctors use"), tuple(_genes(reports))),
        Group("mine", gettext_lazy("What I take"), tuple(_mine(told, language))),
    ]
    return [group for group in groups if group.choices]


def chosen(groups: Sequence[Group], keys: Sequence[str]) -> tuple[list[Line], list[Report]]:
    """The lines that were ticked, in their order, then a line for each report that any of them comes from."""
    ticked = [choice for group in groups for choice in group.choices if choice.key in keys]
    reports = list(dict.fromkeys(choice.report for choice in ticked if choice.report is not None))
    return [choice.line for choice in ticked] + [_origin(report) for report in reports], reports


def _origin(report: Report) -> Line:
    """Which report, and which facts it was made with; a file of the person's own is no medical test."""
    assert report.signed_at is not None
    said = gettext("of %(date)s, facts %(facts)s") % {
        "date": timezone.localtime(report.signed_at).date().isoformat(),
        "facts": report.knowledge_release[:12],
    }
    if report.document.get("consumer"):
        said += ", " + gettext("not a medical test")
    return Line(gettext("Report"), said)


def _me(patient: Patient) -> Iterator[Choice]:
    yield Choice("me:name", Line(gettext("Name"), patient.full_name))
    yield Choice("me:born", Line(gettext("Born"), patient.birth_date.isoformat()))


def _harm(told: Told, language: str) -> Iterator[Choice]:
    for row in told.reactions:
        label = gettext("Allergy") if row.kind == ReactionKind.ALLERGY else gettext("Bad reaction")
        name = name_of(row.code, language) if row.code else row.name
        yield Choice(f"harm:{row.pk}", Line(label, f"{name} ({row.happened})" if row.happened else name))


def _body(told: Told) -> Iterator[Choice]:
    labels = {
        BodyPart.PREGNANCY.value: gettext("Pregnant"),
        BodyPart.KIDNEYS.value: gettext("Kidneys"),
        BodyPart.LIVER.value: gettext("Liver"),
    }
    said = {
        Said.YES.value: gettext("yes"),
        Said.MAYBE.value: gettext("maybe"),
        Said.REDUCED.value: gettext("work less well"),
    }
    for part, label in labels.items():
        fact = told.body.get(part)
        if fact is not None and fact.said in said:
            on = date_format(timezone.localtime(fact.said_at), "Y-m-d")
            words = gettext("%(said)s (I said so on %(date)s)") % {"said": said[fact.said], "date": on}
            yield Choice(f"body:{part}", Line(label, words))


def _medicines(reports: Sequence[Report]) -> Iterator[Choice]:
    for report in reports:
        for group in report.document.get("groups", ()):
            for card in group["cards"]:
                if card["status"] in SERIOUS and not card.get("left_out"):
                    line = Line(card["name"].capitalize(), card["word"], card["status"])
                    yield Choice(f"report:{report.pk}:{card['anchor']}", line, report)


def _genes(reports: Sequence[Report]) -> Iterator[Choice]:
    for report in reports:
        for gene in report.document.get("genes", {}).get("genes", ()):
            if gene["technical"]:
                line = Line(gene["gene"], " · ".join(gene["technical"]))
                yield Choice(f"gene:{report.pk}:{gene['gene']}", line, report)


def _mine(told: Told, language: str) -> Iterator[Choice]:
    for row in told.medicines:
        yield Choice(f"mine:{row.pk}", Line(gettext("I take"), name_of(row.code, language) if row.code else row.name))
