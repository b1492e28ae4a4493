"""Our stylesheets ask nobody else for anything, stay small, and work in both writing directions."""

import gzip
import re
from pathlib import Path

import pytest

from .stylesheet import ROOT, STYLES, TEMPLATES, read

SHEETS = sorted(path.name for path in STYLES.glob("*.css"))


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_is_fetched_from_another_place(name: str) -> None:
    text = read(name)
    assert "@import" not in text
    for address in re.findall(r"url\(([^)]*)\)", text):
        assert address.strip("\"'").startswith("../fonts/"), address


def test_people_who_need_it_get_stillness_their_own_colours_and_paper() -> None:
    text = read("portal.css")
    for wish in ("prefers-reduced-motion: reduce", "forced-colors: active", "@media print"):
        assert wish in text


def test_a_first_visit_stays_light() -> None:
    styles = sum(
        len(gzip.compress((STYLES / name).read_bytes())) for name in ("tokens.css", "fonts.css", "portal.css")
    )
    assert styles <= 14_000
    assert len(gzip.compress((ROOT / "static" / "js" / "portal.js").read_bytes())) <= 2_500


PAGES = sorted(path for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_page_needs_what_a_strict_content_policy_forbids(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "style attribute"
    assert "<style" not in text
    assert not re.search(r"<[^>]*\son\w+\s*=", text), "event attribute"
    assert "javascript:" not in text
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_page_fetches_from_another_place(page: Path) -> None:
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_no_form_loses_its_token_against_forged_requests(page: Path) -> None:
    # `only` keeps the page's token and request out of the part: the form would be refused when it is sent.
    included = re.findall(r"{%\s*include\s+(.*?)%}", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    needing = ("components/form.html", "components/pagination.html")
    assert [part for part in included if any(name in part for name in needing) and part.split()[-1] == "only"] == []


@pytest.mark.parametrize("name", ["definition", "status_mark", "status_word", "tag", "clinic_phone"])
def test_a_part_that_stands_in_a_sentence_brings_no_stray_space(name: str) -> None:
    text = (TEMPLATES / "components" / f"{name}.html").read_text(encoding="utf-8")
    assert not text.endswith("\n")
