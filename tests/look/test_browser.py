"""In a real browser: no accessibility fault, no sideways scroll, usable by keyboard and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.look.addresses"),
    pytest.mark.django_db(transaction=True),
]

PAGES = ["/style/", "/accounts/login/", "/accounts/password/reset/", "/nothing/"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_accessibility_fault(browser: Any, live_server: Any, address: str, theme: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=theme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(live_server.url + address)
    found = axe_playwright.Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [text for text in complaints if "404" not in text and "fonts/" not in text] == []
    page.close()


def test_nothing_runs_sideways_from_right_to_left_either(browser: Any, live_server: Any) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(live_server.url + "/style/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_parts_follow_the_direction_they_stand_in(browser: Any, live_server: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(live_server.url + "/style/")
    from_the_left, from_the_right = page.locator("#answer-4"), page.locator("#answer-ar")

    def symbol_is_left_of_its_words(card: Any) -> bool:
        return bool(card.locator(".answer-shape").bounding_box()["x"] < card.locator("h3").bounding_box()["x"])

    assert symbol_is_left_of_its_words(from_the_left)
    assert not symbol_is_left_of_its_words(from_the_right)
    question_mark = "part => getComputedStyle(part).transform"
    assert from_the_left.locator(".status-stroke").evaluate(question_mark) == "none"
    assert from_the_right.locator(".status-stroke").evaluate(question_mark).startswith("matrix(-1")
    assert page.locator("#example-ar-mail").evaluate("part => getComputedStyle(part).direction") == "ltr"
    page.close()


def test_everything_that_is_touched_is_large_enough(browser: Any, live_server: Any) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800}, has_touch=True)
    page.goto(live_server.url + "/style/")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                '.button, summary, select, textarea, .site-navigation a, .field label:has(input), input[type=text]')]
            .filter(part => part.checkVisibility() && part.getBoundingClientRect().height < 43.5)
            .map(part => part.outerHTML.slice(0, 80))"""
    )
    assert small == []
    page.close()


def test_the_first_key_leads_past_the_header(browser: Any, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(live_server.url + "/style/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the main part"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_a_focused_part_is_always_visible_as_such(browser: Any, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(live_server.url + "/accounts/login/")
    for _ in range(8):
        page.keyboard.press("Tab")
        ring = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert ring >= 3, page.evaluate("document.activeElement.outerHTML")
    page.close()


def test_a_chosen_theme_is_kept_on_the_next_page(browser: Any, live_server: Any) -> None:
    page = browser.new_page(color_scheme="light")
    page.goto(live_server.url + "/style/")
    page.get_by_role("radio", name="Dark", exact=True).check()
    page.goto(live_server.url + "/accounts/login/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.get_by_role("radio", name="Dark", exact=True).is_checked()
    page.close()


def test_a_word_opens_its_meaning_by_key_and_closes_again(browser: Any, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(live_server.url + "/style/")
    page.get_by_role("button", name="poor metaboliser").focus()
    page.keyboard.press("Enter")
    meaning = page.get_by_text("Your body changes this medicine")
    assert meaning.is_visible()
    page.keyboard.press("Escape")
    assert not meaning.is_visible()
    page.close()


def test_a_page_without_javascript_can_be_read_and_used(browser: Any, live_server: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/style/")
    page.get_by_text("Show me more").first.click()
    assert page.get_by_text("This comes from your CYP2C19 gene").is_visible()
    assert page.get_by_text("Page colours").is_hidden()  # a control that could do nothing is not shown
    context.close()
