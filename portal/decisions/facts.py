"""The figures of a decision as every view tells them: one list of cells, so that no view can say another number."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.decisions.content import NOT_KNOWN, Aid, Certainty, Figure

VIEWS = ("words", "numbers", "pictures", "bars")
"""How the same facts can be looked at on the screen; the paper is the fifth view."""


@dataclass(frozen=True)
class Cell:
    """One outcome with one option."""

    outcome: str
    option: str
    figure: Figure
    source: int = 0

    @property
    def count(self) -> str:
        if not self.figure.known:
            return _("Not known")
        said = {"count": self.figure.numerator, "base": self.figure.denominator}
        return _("%(count)s of %(base)s") % said

    @property
    def within(self) -> str:
        months = self.figure.months or 0
        if months and months % 12 == 0:
            years = months // 12
            return ngettext("within %(years)s year", "within %(years)s years", years) % {"years": years}
        return ngettext("within %(months)s month", "within %(months)s months", months) % {"months": months}

    @property
    def have(self) -> str:
        """First frame."""
        said = {"count": self.figure.numerator, "base": self.figure.denominator, "within": self.within}
        return _("About %(count)s of %(base)s people have it %(within)s.") % said

    @property
    def have_not(self) -> str:
        """Second frame."""
        return _("%(count)s of %(base)s do not.") % {"count": self.figure.others, "base": self.figure.denominator}

    @property
    def sure(self) -> str:
        """How sure the number is: its range, the grade of the evidence, or both."""
        said = []
        if self.figure.low is not None:
            said.append(_("It could be %(low)s to %(high)s.") % {"low": self.figure.low, "high": self.figure.high})
        if self.figure.certainty:
            said.append(how_sure(self.figure.certainty))
        return " ".join(said)

    @property
    def words(self) -> str:
        """The whole of it, also the text of its picture."""
        if not self.figure.known:
            return _("We do not know how many people have it.")
        return f"{self.have} {self.have_not} {self.sure}".strip()


@dataclass(frozen=True)
class Row:
    """One outcome, one cell for each option, in the order of the options."""

    outcome: str
    cells: tuple[Cell, ...]

    @property
    def known(self) -> bool:
        return any(cell.figure.known for cell in self.cells)


def rows(aid: Aid) -> list[Row]:
    numbers = {key: number for number, key in enumerate(aid.sources, start=1)}
    return [
        Row(
            row.name,
            tuple(
                Cell(
                    row.name,
                    option.name,
                    figure := row.figures.get(key) or NOT_KNOWN,
                    numbers.get(figure.source, 0),
                )
                for key, option in aid.options.items()
            ),
        )
        for row in aid.outcomes.values()
    ]


def how_sure(certainty: str) -> str:
    match certainty:
        case Certainty.HIGH:
            return _("We are quite sure of this number.")
        case Certainty.MODERATE:
            return _("We are fairly sure of this number.")
        case Certainty.LOW:
            return _("We are not very sure of this number.")
    return _("We are not at all sure of this number.")
