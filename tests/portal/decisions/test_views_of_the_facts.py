"""Five views, the same figures: whatever numbers a decision holds, no view says another one, ranks or omits."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from portal.decisions import ipdas
from portal.decisions.content import Aid, Figure, Outcome
from portal.decisions.views import side_by_side, views_of
from tests.portal.decisions.examples import aid

pytestmark = pytest.mark.pure
TEMPLATES = {
    "words": "_words",
    "numbers": "_numbers",
    "pictures": "_pictures",
    "bars": "_bars",
    "paper": "paper_pdf",
}


@some.composite
def figures(draw: some.DrawFn, base: int, months: int) -> Figure:
    if draw(some.integers(0, 4)) == 0:
        return Figure()
    count = draw(some.integers(0, base))
    low, high = draw(some.integers(0, count)), draw(some.integers(count, base))
    certainty = draw(some.sampled_from(["", "high", "moderate", "low", "very_low"]))
    return Figure(True, count, base, months, low, high, certainty, "s1")


@some.composite
def decisions(draw: some.DrawFn) -> Aid:
    base, months = draw(some.sampled_from([100, 1000])), draw(some.sampled_from([1, 6, 12, 18, 60]))
    rows = {
        f"r{number}": Outcome(f"Row {'abc'[number]}", {key: draw(figures(base, months)) for key in ("stay", "new")})
        for number in range(draw(some.integers(1, 3)))
    }
    return replace(aid(), outcomes=rows, language=draw(some.sampled_from(["en", "es"])))


def page(whole: Aid, view: str) -> str:
    with translation.override(whole.language):
        context = {
            "aid": whole,
            "language": whole.language,
            "score": ipdas.score(whole),
            "reading": ipdas.reading_of(whole),
            "side_by_side": side_by_side(whole),
            **views_of(whole),
        }
        return render_to_string(f"decisions/{TEMPLATES[view]}.html", context)


def said(html: str) -> str:
    return " ".join(strip_tags(re.sub(r"<title.*?</title>", " ", html, flags=re.S)).split())


@given(decisions())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_figures_stand_in_all_five_views(whole: Aid) -> None:
    of, unknown = ("of", "not know") if whole.language == "en" else ("de", "sabe")
    known = list(whole.known_figures())
    missing = sum(len(row.figures) for row in whole.outcomes.values()) - len(known)
    for view in TEMPLATES:
        text = said(page(whole, view))
        for one in known:
            assert f"{one.numerator} {of} {one.denominator}" in text, (view, one, text)
            assert f"{one.others} {of} {one.denominator}" in text, (view, "the second frame", one, text)
            assert str(one.low) in text and str(one.high) in text
        assert text.lower().count(unknown) >= missing, (view, text)


@given(decisions())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_picture_fills_as_many_people_as_its_words_say(whole: Aid) -> None:
    html = page(whole, "pictures")
    drawings = re.findall(
        r'<title[^>]*>(.*?)</title><path class="people-empty"[^>]*d="([^"]*)"/>'
        r'<path class="people-filled"[^>]*d="([^"]*)"',
        html,
    )
    known = list(whole.known_figures())
    assert len(drawings) == len(known)
    for one, (title, empty, filled) in zip(known, drawings, strict=True):
        assert filled.count("M") == 2 * one.numerator and empty.count("M") == 2 * one.others
        assert str(one.numerator) in title and str(one.others) in title


def test_people_are_filled_from_the_bottom() -> None:
    html = page(
        aid(outcomes={"r": Outcome("A bad day", {"stay": Figure(True, 1, 100, 12, 0, 2, "", "s1")})}), "pictures"
    )
    filled = re.search(r'people-filled"[^>]*d="M(\d+),([\d.]+)', html)
    assert filled and filled[1] == "3" and float(filled[2]) > 108, "the one person stands in the lowest row"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("view", TEMPLATES)
def test_no_view_ranks_or_tells_a_risk_without_its_base(view: str, language: str) -> None:
    text = said(page(aid(language=language), view)).lower()
    assert "%" not in text
    for word in ("best", "better", "winner", "recommended", "mejor", "recomendad", "times as", "1 in "):
        assert word not in text, (view, word)
    assert text.index("change nothing") < text.index("take the new pill"), "the order that was written, nothing else"
