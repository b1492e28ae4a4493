"""One page of all that can be taken along; and the line for urgent help on every page a patient can open."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from consent.ledger.models import Decision
from tests.people import Clinic, allow, make_clinic
from tests.portal.access.test_strangers import patterns, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/rights/take/"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def test_everything_is_there_with_a_word_on_what_it_is_for(clinic: Clinic) -> None:
    page = signed_in(clinic.ada_user).get(PAGE).content.decode()
    for name, of in (("delivery:pdf", clinic.report), ("delivery:large_pdf", clinic.report)):
        assert reverse(name, args=[of.pk]) in page
    assert reverse("results:take_home", args=[clinic.file.pk]) in page
    assert reverse("rights:mine") in page and reverse("consent:choice", args=["raw.download"]) in page
    assert str(clinic.draft.pk) not in page, "a draft is nothing to take"
    allow(clinic.ada, "raw.download")
    assert "For this we need a yes" not in signed_in(clinic.ada_user).get(PAGE).content.decode()


def test_without_the_yes_no_paper_is_offered(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    page = signed_in(clinic.ada_user).get(PAGE).content.decode()
    assert reverse("delivery:pdf", args=[clinic.report.pk]) not in page
    assert "It cannot be saved right now." in page


def test_others_find_none(clinic: Clinic) -> None:
    assert str(clinic.report.pk) not in signed_in(clinic.ben_user).get(PAGE).content.decode()
    for user in (clinic.clinician, clinic.laboratory_user, clinic.operator):
        assert signed_in(user).get(PAGE).status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_every_page_a_patient_can_open_says_what_to_do_when_it_is_urgent(clinic: Clinic) -> None:
    """Found by walking the addresses themselves: a new page is looked at from its first day."""
    known = {
        "report_id": clinic.report.pk,
        "file_id": clinic.file.pk,
        "scope": "pgx",
        "patient_id": clinic.ada.pk,
        "event_id": allow(clinic.ada, "carrier", Decision.WITHDRAW).id,
    }
    client, looked_at = signed_in(clinic.ada_user), set()
    for name, entry, before in patterns(get_resolver()):
        ids = [*before, *getattr(entry.pattern, "converters", {})]
        if name.startswith(("admin:", "api:", "health")) or not set(ids) <= known.keys():
            continue
        try:
            address = reverse(name, kwargs={key: known[key] for key in ids})
        except Exception:  # an address of the sign-in library with other arguments
            continue
        answer = client.get(address)
        whole = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if whole and "<body" in (page := answer.content.decode()):
            assert "Is it urgent?" in page and "call your local emergency number now" in page, name
            looked_at.add(name)
        if name == "account_logout":
            client = signed_in(clinic.ada_user)
    expected = {"home", "delivery:report", "delivery:report_list", "results:files", "consent:choices", "access:log"}
    assert expected | {"rights:downloads", "contact:threads", "delivery:share", "rights:leave"} <= looked_at
    assert len(looked_at) > 25, sorted(looked_at)
