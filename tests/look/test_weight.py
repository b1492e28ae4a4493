"""What a patient's page weighs on its way to them, and that nothing in it comes from anybody else.

Counted is all that a first visit fetches: the page, styles, scripts, pictures and letters of the type family. Text is
counted as gzip sends it (styles and scripts are stored so; whether the page itself is sent so is up to the server in
front), letters as they are.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.delivery import actions
from portal.fonts import prepare_fonts
from tests.portal.delivery.conftest import make_ward
from tests.portal.delivery.test_signing import shown

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST = 120 * 1024
PAGES = (
    "home", "delivery:report_list", "delivery:when", "contact:threads", "contact:write", "contact:questions",
    "results:send", "consent:choices",
)  # fmt: skip


def test_every_page_of_a_patient_weighs_at_most_120_kilobytes_and_asks_nobody_else(
    browser: Any, live_server: Any
) -> None:
    prepare_fonts(Path(settings.MADE_STATIC) / "fonts")
    ward = make_ward()
    actions.annotate(ward.clinician, ward.draft, "clopidogrel", "I will call you about this one.")
    actions.sign(ward.clinician, ward.draft, shown(ward.draft))
    client = Client()
    client.force_login(ward.account)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    weights, elsewhere = {}, []
    for address in (*map(reverse, PAGES), reverse("delivery:report", args=[ward.draft.pk])):
        context = browser.new_context(base_url=live_server.url)  # of its own: a first visit has nothing stored yet
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        answers: list[Any] = []
        page.on("response", lambda answer, to=answers: to.append(answer))
        page.goto(address, wait_until="networkidle")
        elsewhere += [one.url for one in answers if not one.url.startswith(live_server.url)]
        assert all(one.status == 200 for one in answers), [one.url for one in answers if one.status != 200]
        assert any("woff2" in one.url for one in answers)
        parts = {one.url: one.body() for one in answers}
        weights[address] = sum(
            len(body) if url.endswith("woff2") else len(gzip.compress(body, 6)) for url, body in parts.items()
        )
        context.close()
    assert not elsewhere
    assert {address: weight for address, weight in weights.items() if weight > MOST} == {}, weights
