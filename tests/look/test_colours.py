"""Everyone can read every word and see every shape, in light and in dark."""

import re

import pytest

from .stylesheet import contrast, read, token_sets

MEANINGS = ("usual", "take-care", "ask-about-another", "not-known")
GROUNDS = ("paper", "sheet", "band")
SETS = token_sets()

WORDS = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "plum") for ground in GROUNDS],
    *[("action", ground) for ground in ("paper", "sheet")],
    *[("action-strong", ground) for ground in (*GROUNDS, "action-ground")],
    *[(f"{meaning}-ink", ground) for meaning in MEANINGS for ground in ("paper", "sheet", f"{meaning}-ground")],
    *[("ink", f"{meaning}-ground") for meaning in MEANINGS],
    ("ink", "action-ground"),
    ("plum", "plum-ground"),
    ("on-action", "action"),
    ("on-action", "action-strong"),
    ("paper", "plum"),
]
SHAPES = [
    *[(meaning, ground) for meaning in MEANINGS for ground in ("paper", "sheet", f"{meaning}-ground")],
    *[("sheet", meaning) for meaning in MEANINGS],  # the sign inside a shape
    *[("line", ground) for ground in ("paper", "sheet")],
    *[("action", ground) for ground in GROUNDS],  # focus ring
]


@pytest.mark.parametrize("theme", SETS)
@pytest.mark.parametrize(("ink", "ground"), WORDS)
def test_words_reach_seven_to_one(theme: str, ink: str, ground: str) -> None:
    assert contrast(SETS[theme][ink], SETS[theme][ground]) >= 7


@pytest.mark.parametrize("theme", SETS)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_reach_four_and_a_half_to_one(theme: str, shape: str, ground: str) -> None:
    assert contrast(SETS[theme][shape], SETS[theme][ground]) >= 4.5


def test_dark_is_the_same_dark_whether_asked_for_or_chosen() -> None:
    assert SETS["dark (device)"] == SETS["dark (chosen)"]


def test_every_colour_of_the_light_set_has_a_dark_one() -> None:
    colours = {name for name, value in SETS["light"].items() if value.startswith(("#", "0 1px"))}
    assert colours == set(SETS["dark (device)"])


def test_the_contrast_measure_knows_black_on_white_and_a_published_value() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_shapes_carry_the_light_colours_where_page_colours_cannot_reach() -> None:
    # The PDF renderer ignores page CSS inside an SVG: the mark itself must hold the same colours.
    from .stylesheet import TEMPLATES

    mark = (TEMPLATES / "components" / "status_mark.html").read_text(encoding="utf-8")
    for meaning in MEANINGS:
        assert f'"{SETS["light"][meaning]}"' in mark


@pytest.mark.parametrize("name", ["portal.css"])
def test_colours_are_named_in_one_place(name: str) -> None:
    literal = set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", read(name)))
    assert literal == {"#FFFFFF"}  # paper in print, and the ground a camera needs behind a square code


def test_every_name_a_stylesheet_uses_is_defined() -> None:
    for name in ("portal.css", "pdf.css"):
        text = read(name)
        own = set(re.findall(r"--([\w-]+)\s*:", text))
        used = set(re.findall(r"var\(--([\w-]+)", text))
        assert used - own <= set(SETS["light"]), name
