"""Every page has the same frame; a page that cannot be shown says so kindly and gives nothing away."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.look.addresses")]


@pytest.mark.parametrize(
    "address",
    [
        "/style/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/accounts/password/reset/done/",
    ],
)
def test_every_page_has_one_heading_a_skip_link_and_a_language(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    assert 'id="main"' in html
    assert '<html lang="en" dir="ltr">' in html
    assert "<title> ·" not in html


def test_a_patient_page_says_what_to_do_when_it_is_urgent(client: Client) -> None:
    assert "call your local emergency number" in client.get("/accounts/login/").content.decode()


def test_nobody_is_invited_to_sign_up(client: Client) -> None:
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()
    assert "<form" not in client.get("/accounts/signup/").content.decode().split("<main")[1].split("</main>")[0]


def test_a_missing_page_and_a_hidden_page_cannot_be_told_apart() -> None:
    page = Client().get("/nothing/here/")
    assert page.status_code == 404
    html = page.content.decode()
    assert "here/" not in html.split("<main")[1].split("</main>")[0]
    for telling in ("allowed", "permission", "not exist", "forbidden"):
        assert telling not in html


@pytest.mark.parametrize(("address", "status"), [("/look/refuses/", 403), ("/look/fails/", 500)])
def test_a_page_that_fails_says_what_happened_and_what_to_do(address: str, status: int) -> None:
    page = Client(raise_request_exception=False).get(address)
    assert page.status_code == status
    html = page.content.decode()
    assert html.count("<h1") == 1
    assert "call your clinic" in html
    assert "RuntimeError" not in html


def test_the_page_for_our_own_failure_touches_no_database(django_assert_num_queries: object) -> None:
    from django.template.loader import render_to_string

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert "The fault is ours" in render_to_string("500.html")
