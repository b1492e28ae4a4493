"""Pictures of how something went over time, as plain geometry for a template to draw. The numbers stand beside them.

A picture shows what was said and nothing in between: where nobody said anything for longer than two weeks the line
breaks, and a single answer is a single dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

WIDTH, HEIGHT = 320, 168
LEFT, RIGHT, TOP, BOTTOM = 104, 14, 14, 30
LONGEST_LINE = timedelta(days=15)


@dataclass(frozen=True)
class Dot:
    """One answer: where it is drawn, and what it says."""

    x: float
    y: float
    at: datetime
    value: int


@dataclass(frozen=True)
class Level:
    """A line across at a value that has a name."""

    y: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Dots in the order of time, the lines between neighbours, and the named levels."""

    dots: tuple[Dot, ...]
    lines: tuple[tuple[Dot, Dot], ...]
    levels: tuple[Level, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def first(self) -> Dot:
        return self.dots[0]

    @property
    def last(self) -> Dot:
        return self.dots[-1]

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def below(self) -> int:
        return self.height - 8


def chart(said: Sequence[tuple[datetime, int]], levels: Sequence[tuple[int, str]]) -> Chart | None:
    """A picture of values over time between the lowest and the highest level; None when nothing was said.

    Time goes to the right in proportion; two answers at the same moment stand on the same upright line.
    """
    if not said:
        return None
    lowest, highest = min(value for value, _ in levels), max(value for value, _ in levels)
    ordered = sorted(said)
    began, span = ordered[0][0], (ordered[-1][0] - ordered[0][0]).total_seconds()

    def across(at: datetime) -> float:
        if not span:
            return (LEFT + WIDTH - RIGHT) / 2
        inner = WIDTH - LEFT - RIGHT - 16
        return round(LEFT + 8 + inner * (at - began).total_seconds() / span, 1)

    def up(value: int) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (highest - value) / (highest - lowest), 1)

    dots = tuple(Dot(across(at), up(value), at, value) for at, value in ordered)
    lines = tuple((one, two) for one, two in pairwise(dots) if two.at - one.at <= LONGEST_LINE)
    return Chart(dots, lines, tuple(Level(up(value), label) for value, label in levels))
