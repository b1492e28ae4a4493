"""The report on a phone: readable in one sitting, nothing that warns is folded away, and paper shows everything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.delivery import actions
from tests.browser import assert_accessible, picture
from tests.portal.delivery.conftest import Ward, make_ward
from tests.portal.delivery.test_signing import shown

pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ward() -> Ward:
    made = make_ward()
    actions.annotate(made.clinician, made.draft, "clopidogrel", "I will call you about this one.")
    actions.sign(made.clinician, made.draft, shown(made.draft))
    return made


def opened(browser: Any, live_server: Any, ward: Ward, *, javascript: bool = True) -> Any:
    client = Client()
    client.force_login(ward.account)
    context = browser.new_context(
        viewport=PHONE, base_url=live_server.url, reduced_motion="reduce", java_script_enabled=javascript
    )
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("delivery:report", args=[ward.draft.pk]))
    return page


def test_what_was_found_is_read_within_eight_screens_of_a_phone(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    start, end = (page.locator(place).bounding_box()["y"] for place in ("#glance", "#not-tested"))
    assert end - start <= 8 * PHONE["height"]
    picture(page, "report-phone-folded")


def test_five_parts_are_met_on_the_first_screen(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    page.set_viewport_size({"width": 1280, "height": 900})
    parts = page.locator(".glance-part > h3")
    assert parts.all_inner_texts() == [
        "What was found", "What it may mean", "What it does not mean", "What you can do", "Ask your team",
    ]  # fmt: skip
    for number in range(parts.count()):
        box = parts.nth(number).bounding_box()
        assert box["y"] + box["height"] <= 900, parts.nth(number).inner_text()


def test_what_was_not_looked_at_is_as_large_as_what_was_found(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    sizes = page.locator(".glance-part :is(p, li)").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fontSize)"
    )
    assert len(set(sizes)) == 1


@pytest.mark.parametrize("width", [320, 768, 1024, 1280])
def test_no_count_stands_alone_in_a_row(browser: Any, live_server: Any, ward: Ward, width: int) -> None:
    page = opened(browser, live_server, ward)
    page.set_viewport_size({"width": width, "height": 900})
    tops = page.locator(".count-tile").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) in (1, len(tops))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_hard_word_opens_its_meaning_by_tap_and_by_key(
    browser: Any, live_server: Any, ward: Ward, javascript: bool
) -> None:
    page = opened(browser, live_server, ward, javascript=javascript)
    word = page.locator(".definition-term").first
    meaning = page.locator(".definition-full").first
    assert not meaning.is_visible()
    word.click()
    assert meaning.is_visible() and "You have two copies of most genes" in meaning.inner_text()
    page.keyboard.press("Escape")
    assert not meaning.is_visible()
    word.focus()
    page.keyboard.press("Enter")
    assert meaning.is_visible()


def test_every_listed_word_opens_where_it_is_read_first(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    listed = page.locator("#glossary dt").all_text_contents()
    opening = page.locator(".definition-full strong").all_text_contents()
    assert sorted(opening) == sorted(listed) and len(listed) >= 4


def test_nothing_that_warns_is_folded_away(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    seen = page.inner_text("main")  # what is folded has no place in the rendered text
    for words in (
        "Clopidogrel may not work well for you",
        "I will call you about this one.",
        "Do not stop or change a medicine before you ask.",
        "A gene that was not read is not a normal gene.",
        "No doctor has reviewed",
    ):
        assert words in seen
    assert "RxNorm" not in seen


def test_a_link_opens_what_it_leads_to(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    link = page.locator(".matters a").first
    card = page.locator(link.get_attribute("href"))
    assert not card.get_by_text("What to do").is_visible()
    link.click()
    assert card.get_by_text("What to do").is_visible()


def test_everything_opens_at_once_and_keeps_to_the_baseline(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    assert_accessible(page)
    button = page.get_by_role("button", name="Show all details")
    button.click()
    assert page.locator("details.fold:not([open])").count() == 0
    assert button.get_attribute("aria-pressed") == "true"
    assert_accessible(page)
    picture(page, "report-open")
    button.click()
    assert page.locator("details.fold[open]").count() == 0


def test_a_home_printer_prints_what_is_folded_too(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    page.emulate_media(media="print")
    hidden = page.locator(".fold .answer-action, .fold .brief-why, .fold .terms").filter(visible=False)
    assert hidden.count() == 0


def test_whoever_signs_sees_it_all_open(live_server: Any) -> None:
    made = make_ward()
    client = Client()
    client.force_login(made.clinician)
    draft = client.get(reverse("delivery:review", args=[made.draft.pk])).content.decode()
    assert draft.count('<details class="fold"') == draft.count('<details class="fold" open') > 40


# -- read aloud. The machine of the checks has no voice, so the browser is given some: they note what they are told.

VOICES = """
(voices) => {
  window.told = [];
  const speech = new EventTarget();
  speech.getVoices = () => voices;
  speech.speak = (said) => { window.told.push([said.text, said.lang, said.voice.name]); speech.now = said; };
  speech.cancel = () => { const cut = speech.now; speech.now = null; if (cut) { cut.onerror(); } };
  Object.defineProperty(window, "speechSynthesis", { value: speech });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  window.spoken = () => { const said = speech.now; speech.now = null; said.onend(); };
}
"""
OWN = {"name": "own", "lang": "en-GB", "localService": True}
SENDS_AWAY = {"name": "sends away", "lang": "en-US", "localService": False}
SPANISH = {"name": "spanish", "lang": "es-ES", "localService": True}


def with_voices(browser: Any, live_server: Any, ward: Ward, voices: list[dict[str, Any]]) -> Any:
    page = opened(browser, live_server, ward)
    page.add_init_script(f"({VOICES})({json.dumps(voices)})")
    page.reload()
    return page


@pytest.mark.parametrize("voices", [[], [SENDS_AWAY], [SPANISH], [SPANISH, SENDS_AWAY]])
def test_reading_aloud_is_not_offered_without_a_voice_of_the_devices_own_in_the_language(
    browser: Any, live_server: Any, ward: Ward, voices: list[dict[str, Any]]
) -> None:
    page = with_voices(browser, live_server, ward, voices)
    assert not page.get_by_role("button", name="Read aloud").is_visible()


def test_a_report_is_read_aloud_part_by_part_paused_and_stopped(browser: Any, live_server: Any, ward: Ward) -> None:
    page = with_voices(browser, live_server, ward, [SENDS_AWAY, SPANISH, OWN])
    start = page.get_by_role("button", name="Read aloud")
    start.click()
    assert_accessible(page)
    assert page.locator(".is-read-now").inner_text() == "Your genes and your medicines"
    for _ in range(3):
        page.evaluate("spoken()")
    told = page.evaluate("told")
    assert [words for words, *_ in told[:2]] == ["Your genes and your medicines", "Rosa Alvarez"]
    assert "genes (part of the plan your body is built from)" in told[2][0]
    assert {(language, voice) for _, language, voice in told} == {("en-GB", "own")}
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on reading").click()
    assert page.evaluate("told").pop()[0] == told[-1][0], "it goes on with the part it broke off"
    page.get_by_role("button", name="Stop reading").click()
    assert page.locator(".is-read-now").count() == 0
    start.click()
    assert page.evaluate("told").pop()[0] == "Your genes and your medicines"


def test_only_what_can_be_seen_is_read_and_to_its_end(browser: Any, live_server: Any, ward: Ward) -> None:
    page = with_voices(browser, live_server, ward, [OWN])
    page.get_by_role("button", name="Read aloud").click()
    page.evaluate("while (document.querySelector('.is-read-now')) { spoken(); }")
    told = " ".join(words for words, *_ in page.evaluate("told"))
    assert "Do not stop or change a medicine before you ask." in told and "A gene that was not read" in told
    assert "RxNorm" not in told and "You have two copies of most genes" not in told
    assert page.get_by_role("button", name="Read aloud").is_visible()


# -- size of the letters


def test_large_letters_are_chosen_once_and_kept(browser: Any, live_server: Any, ward: Ward) -> None:
    page = opened(browser, live_server, ward)
    small = page.evaluate("getComputedStyle(document.querySelector('.glance-part li')).fontSize")
    page.get_by_role("group", name="Size of the letters").get_by_label("Large").check()
    assert_accessible(page)
    page.goto("/")
    assert page.evaluate("document.documentElement.dataset.text") == "large"
    page.go_back()
    large = page.evaluate("getComputedStyle(document.querySelector('.glance-part li')).fontSize")
    assert (small, large) == ("18px", "24px")
    picture(page, "report-large")
