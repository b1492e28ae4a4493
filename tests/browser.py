"""A real browser for the journeys: Chromium over a live server, and the baseline every visited page must meet."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import get_language_info
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.people.models import Patient, User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROWEST = {"width": 320, "height": 720}
WIDE = {"width": 1280, "height": 900}

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="skipped: no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("skipped: no Chromium on this machine")
    # The sync driver runs an event loop in this thread, which Django would take for an async view.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visitor:
    """One person at one browser: signs in, goes somewhere, and every page they end on is held to the baseline."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        javascript: bool = True,
        locale: str = "en-GB",
        every_language: bool = True,
    ) -> None:
        self.site = site
        self.every_language = every_language
        self.javascript = javascript
        self.context: BrowserContext = browser.new_context(
            base_url=site, viewport=WIDE, java_script_enabled=javascript, accept_downloads=True, locale=locale
        )
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._note_request(request.url))

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.site, "data:", "blob:", "about:")):
            self.elsewhere.append(url)

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(f"{self.site}/")

    def meets_the_baseline(self, *, once: bool = False) -> None:
        """The page as it stands, and its address in every other language. `once`: a page that is not opened again,
        because what it shows is made anew each time."""
        assert_accessible(self.page, javascript=self.javascript)
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        assert not self.elsewhere, f"{self.page.url} asks others: {self.elsewhere}"
        if self.every_language and not once:
            self._in_every_other_language()

    def _in_every_other_language(self) -> None:
        spoken = self.page.locator("html").get_attribute("lang")
        beside = self.context.new_page()
        for language in {code for code, _name in settings.LANGUAGES} - {spoken}:
            with speaking(self.context, language):
                answer = beside.goto(self.page.url.partition("#")[0])
            if answer is None or answer.status == 405:  # an answer to a form, without an address of its own
                continue
            speaks(beside, language)
            assert_accessible(beside, javascript=self.javascript)
        beside.close()

    def leave(self) -> None:
        self.context.close()


@contextlib.contextmanager
def speaking(context: BrowserContext, language: str) -> Iterator[None]:
    """Whoever is signed in at this browser has chosen a language; without anybody, the browser has."""
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    kept = import_module(settings.SESSION_ENGINE).SessionStore(session["value"]) if session else {}
    user = User.objects.filter(pk=kept.get("_auth_user_id")).first()
    if user is None:
        site = next((page.url for page in context.pages if page.url.startswith("http")), "")
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}])
        yield
        context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
        return
    before = user.language, *Patient.objects.filter(account=user).values_list("language", flat=True)
    choose(user, language, *[language] * (len(before) - 1))
    yield
    choose(user, *before)


def choose(user: User, language: str, patient_language: str | None = None) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    if patient_language is not None:
        Patient.objects.filter(account=user).update(language=patient_language)


def speaks(page: Page, language: str) -> None:
    """The page says which language it is in, and runs in the direction of that language."""
    root = page.locator("html")
    assert root.get_attribute("lang") == language, page.url
    assert root.get_attribute("dir") == ("rtl" if get_language_info(language)["bidi"] else "ltr"), page.url


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def axe_violations(page: Page) -> list[dict[str, Any]]:
    """What axe has to say against this page as it stands, by the rules of WCAG up to 2.2 AA."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_axe())
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return list(found)


def assert_accessible(page: Page, *, javascript: bool = True) -> None:
    """0 axe violations in light and dark, no sideways scroll from 320 pixels up, at this page as it stands."""
    # Without motion, so that no colour is judged while it is still changing.
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for size in (NARROWEST, WIDE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            if not javascript:
                continue
            assert_no_sideways_scroll(page)
            problems = [
                f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
                for rule in axe_violations(page)
                for node in rule["nodes"]
            ]
            assert not problems, f"{page.url} ({scheme}, {size['width']} px):\n" + "\n".join(problems[:8])
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def assert_no_sideways_scroll(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    room = page.evaluate("document.documentElement.clientWidth")
    assert width <= room, f"{page.url} is {width} px wide in a window of {room}"


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page when PORTAL_PICTURES names a folder."""
    folder = os.environ.get("PORTAL_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
