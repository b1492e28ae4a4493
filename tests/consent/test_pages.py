"""The consent pages: the text, two equal answers, and a way back that is never longer than the way in."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from consent.desk import texts
from consent.desk.queries import permission
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db
PAGE = "/consent/pgx/"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


@pytest.fixture
def ada(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(clinic.ada_user)
    return client


def answer(client: Client, value: str, shown: str | None = None) -> str:
    shown = texts.text("pgx").content_hash if shown is None else shown
    return client.post(PAGE, {"answer": value, "shown": shown}, follow=True).content.decode()


def test_the_whole_text_is_on_the_page_and_no_answer_is_chosen(ada: Client) -> None:
    page = ada.get(PAGE).content.decode()
    text = texts.text("pgx")
    for sentence in (*text.summary, text.question, *(line for part in text.parts for line in part.sentences)):
        assert sentence in page
    assert "checked" not in page[page.index("<main") : page.index("</main>")]
    assert "You have not answered yet." in page


def test_yes_and_no_look_the_same(ada: Client) -> None:
    buttons = re.findall(r'<button class="([^"]+)"[^>]*name="answer" value="(\w+)"', ada.get(PAGE).content.decode())
    assert [value for _, value in buttons] == ["yes", "no"]
    assert len({look for look, _ in buttons}) == 1


def test_saying_yes_no_and_back(ada: Client, clinic: Clinic) -> None:
    assert "You said yes." in answer(ada, "yes")
    assert permission(clinic.ada, "pgx").permitted
    assert "You took back your yes." in answer(ada, "withdraw")
    assert not permission(clinic.ada, "pgx").permitted
    assert "You said no." in answer(ada, "no")
    assert permission(clinic.ada, "pgx").state is State.DENIED


def test_taking_it_back_needs_no_more_clicks_than_giving_it(ada: Client) -> None:
    """Each is one press of one button on the same page, and the way back stands first."""
    before = ada.get(PAGE).content.decode()
    answer(ada, "yes")
    after = ada.get(PAGE).content.decode()
    assert before.count('value="yes"') == after.count('value="withdraw"') == 1
    assert after.index('value="withdraw"') < after.index(texts.text("pgx").summary[0])


def test_an_answer_to_an_old_text_asks_again(ada: Client, clinic: Clinic) -> None:
    assert "The text has changed" in answer(ada, "yes", shown="0" * 64)
    assert "The text has changed" in answer(ada, "yes", shown="")
    assert not ConsentEvent.objects.exists()


def test_taking_it_back_works_from_an_old_page(ada: Client, clinic: Clinic) -> None:
    answer(ada, "yes")
    answer(ada, "withdraw", shown="0" * 64)
    assert not permission(clinic.ada, "pgx").permitted


def test_no_answer_changes_nothing(ada: Client) -> None:
    assert "Nothing has changed." in answer(ada, "")
    assert "Nothing has changed." in answer(ada, "maybe")
    assert not ConsentEvent.objects.exists()


def test_the_list_shows_where_each_stands(ada: Client) -> None:
    assert "You have not answered yet." in ada.get(reverse("consent:choices")).content.decode()
    answer(ada, "yes")
    assert "You said yes." in ada.get(reverse("consent:choices")).content.decode()


def test_an_unknown_scope_is_an_unknown_address(ada: Client) -> None:
    assert ada.get("/consent/everything/").status_code == 404


@pytest.mark.parametrize("who", ["clinician", "counsellor", "laboratory_user", "operator", "privacy_officer"])
def test_staff_have_no_consent_pages_of_their_own(clinic: Clinic, who: str) -> None:
    client = Client()
    client.force_login(getattr(clinic, who))
    assert client.get(PAGE).status_code == client.get(reverse("consent:choices")).status_code == 404
    assert client.post(PAGE, {"answer": "yes"}).status_code == 404
    assert not ConsentEvent.objects.exists()


def test_it_needs_the_form_token(clinic: Clinic) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.ada_user)
    assert client.post(PAGE, {"answer": "yes", "shown": texts.text("pgx").content_hash}).status_code == 403
    assert not ConsentEvent.objects.exists()
