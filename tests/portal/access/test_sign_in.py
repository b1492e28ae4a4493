"""Signing in: open to those invited, closed to guessers."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.people.models import Role
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


def sign_in(email: str, password: str, address: str = "192.0.2.1"):
    return Client().post(
        reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address, follow=False
    )


def test_the_right_password_opens() -> None:
    user = make_user(Role.PATIENT)
    assert sign_in(user.email, PASSWORD).status_code == 302


def test_guessing_one_account_is_stopped_from_wherever_it_comes() -> None:
    user = make_user(Role.PATIENT)
    for number in range(6):
        assert sign_in(user.email, "wrong", f"192.0.2.{number + 1}").status_code in (200, 429)
    assert sign_in(user.email, PASSWORD, "192.0.2.77").status_code in (200, 429), "even the right one waits now"


@pytest.mark.parametrize("spelling", [str.upper, lambda email: f" {email}", str.title])
def test_another_spelling_is_the_same_account_to_the_limit(spelling) -> None:
    user = make_user(Role.PATIENT)
    for number in range(6):
        sign_in(spelling(user.email), "wrong", f"192.0.2.{number + 1}")
    assert sign_in(user.email, PASSWORD, "192.0.2.77").status_code in (200, 429)


def test_an_unknown_account_answers_as_a_known_one_does() -> None:
    user = make_user(Role.PATIENT)

    def said(email: str) -> str:
        page = sign_in(email, "wrong").content.decode()
        return page[page.index("<main") : page.index("</main>")].replace(email, "").split("csrfmiddlewaretoken")[0]

    assert said(user.email) == said("nobody@example.org")


def test_nobody_signs_up_uninvited() -> None:
    page = Client().post(
        reverse("account_signup"), {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert page.status_code in (200, 302, 403)
    assert not Client().login(email="x@example.org", password=PASSWORD)
