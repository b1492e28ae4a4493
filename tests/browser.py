"""A real browser for the journeys: Chromium over a live server, and the baseline every visited page must meet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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

    def __init__(self, browser: Browser, site: str, *, javascript: bool = True, locale: str = "en-GB") -> None:
        self.site = site
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

    def meets_the_baseline(self) -> None:
        assert_accessible(self.page, javascript=self.javascript)
        assert not self.complaints, f"{self.page.url}: {self.complaints}"
        assert not self.elsewhere, f"{self.page.url} asks others: {self.elsewhere}"

    def leave(self) -> None:
        self.context.close()


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
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
            problems = [
                f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
                for rule in found.response["violations"]
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
