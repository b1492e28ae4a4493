"""Our own drawings of a figure: people, filled from the bottom, and bars with their ranges.

Shapes carry their colours as attributes for paper and a class for the screen; the text of a drawing is its title.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.decisions.facts import Cell

ACROSS = {100: 10, 1000: 40}
"""People in one row, by how many there are."""
FILLED, EMPTY, LINE = "#0B5C63", "#B9BFC6", "#1C2733"


def people(cell: Cell, name: str) -> SafeString:
    """As many people as the figure is out of, those who have it filled, from the bottom up. `name` is unique on its
    page."""
    base, count = cell.figure.denominator or 0, cell.figure.numerator or 0
    across = ACROSS[base]
    down = base // across
    filled: list[str] = []
    empty: list[str] = []
    for number in range(base):
        row, column = divmod(number, across)
        shape = _person(column * 10, (down - 1 - row) * 12)
        (filled if number < count else empty).append(shape)
    return format_html(
        '<svg class="people" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-labelledby="{}">'
        '<title id="{}">{}</title>'
        '<path class="people-empty" fill="{}" d="{}"/><path class="people-filled" fill="{}" d="{}"/></svg>',
        across * 10,
        down * 12,
        across * 10 if base > 100 else 200,
        down * 12 if base > 100 else 240,
        name,
        name,
        f"{cell.option}. {cell.outcome}. {cell.words}",
        EMPTY,
        "".join(empty),
        FILLED,
        "".join(filled),
    )


def _person(x: int, y: int) -> str:
    """Head and shoulders, 8 wide and 11 high."""
    return f"M{x + 3},{y + 2.5}a2,2 0 1 1 4,0a2,2 0 1 1 -4,0zM{x + 1},{y + 11}v-3a3,3 0 0 1 3,-3h2a3,3 0 0 1 3,3v3z"


def bar(cell: Cell, name: str) -> SafeString:
    """One bar from nobody to everybody, with the range as a line across its end."""
    base = cell.figure.denominator or 1
    count = 100 * (cell.figure.numerator or 0) / base
    low, high = cell.figure.low, cell.figure.high
    spread = ""
    if low is not None and high is not None:
        left, right = 100 * low / base, 100 * high / base
        spread = format_html(
            '<path class="bar-range" fill="none" stroke="{}" stroke-width="0.6" d="M{},4v4M{},6H{}M{},4v4"/>',
            LINE,
            f"{left:g}",
            f"{left:g}",
            f"{right:g}",
            f"{right:g}",
        )
    return format_html(
        '<svg class="bar" viewBox="0 0 100 12" width="400" height="48" role="img" aria-labelledby="{}">'
        '<title id="{}">{}</title>'
        '<rect class="bar-ground" x="0" y="1" width="100" height="10" rx="1" fill="{}" fill-opacity="0.45"/>'
        '<rect class="bar-filled" x="0" y="1" width="{}" height="10" rx="1" fill="{}"/>{}</svg>',
        name,
        name,
        f"{cell.option}. {cell.outcome}. {cell.words}",
        EMPTY,
        f"{count:g}",
        FILLED,
        spread,
    )
