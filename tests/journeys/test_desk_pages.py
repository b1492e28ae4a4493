"""Pages of the clinic's side of consent, and the page to take a gene file home, held to the baseline."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consent.desk import publishing, texts
from portal.people.models import Role
from tests.browser import NARROWEST, Visitor, needs_browser, picture
from tests.journeys.test_helping import prove
from tests.people import allow, make_clinic, make_user

pytestmark = needs_browser


@pytest.mark.usefixtures("transactional_db")
def test_writing_approving_correcting_and_taking_home(enter: Callable[..., Visitor]) -> None:
    clinic = make_clinic()
    allow(clinic.ada, "raw.download")
    writer = make_user(Role.COUNSELLOR, "Sofia Marin")
    draft = publishing.draft(writer, "carrier", "en", "9.0", texts.shipped("carrier", "en"), material=True)

    counsellor = enter(writer)
    for address in ("/consent/desk/texts/", "/consent/desk/texts/pgx/en/"):
        counsellor.page.goto(address)
        counsellor.meets_the_baseline()
        picture(counsellor.page, "texts" if address.endswith("texts/") else "write-text")

    officer = enter(clinic.privacy_officer)
    for name, address in (
        ("text-draft", f"/consent/desk/texts/{draft.pk}/"),
        ("find-record", "/consent/desk/corrections/"),
        ("corrections", f"/consent/desk/corrections/{clinic.ada.pk}/"),
    ):
        officer.page.goto(address)
        officer.page.locator("main h1").wait_for()
        officer.meets_the_baseline()
        picture(officer.page, name)

    ada = enter(clinic.ada_user)
    ada.page.goto(f"/results/files/{clinic.file.pk}/take-home/")
    prove(ada)
    ada.page.get_by_role("button", name="Save the file").wait_for()
    ada.meets_the_baseline()
    ada.page.emulate_media(color_scheme="dark")
    ada.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    picture(ada.page, "take-home-dark-320")
    ada.page.goto("/access/helpers/")
    picture(ada.page, "helpers-dark-320")
