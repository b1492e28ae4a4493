"""Account forms say in plain words what each field is for, and every label stays when one starts to type."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.people.models import Role
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db

PAGES = {
    "account_change_password": ["The password you have now", "New password once more", "At least 12 letters"],
    "mfa_activate_totp": ["The code your app shows"],
    "mfa_add_webauthn": ["A name for this key", "Use it alone, without a password"],
    "account_reauthenticate": ["Password"],
}


@pytest.fixture
def client() -> Client:
    user = make_user(Role.PATIENT)
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.mark.parametrize("name", PAGES)
def test_a_form_of_the_account_speaks_plainly(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode().partition("<main")[2].partition("</main>")[0]
    for words in PAGES[name]:
        assert words in page
    for theirs in ("Current Password", "Passwordless", "biometrics", "too similar to", "Authenticator code"):
        assert theirs not in page
    assert "placeholder=" not in page


def test_signing_in_says_what_the_box_does() -> None:
    page = Client().get(reverse("account_login")).content.decode()
    assert "Stay signed in when I close this window" in page and "Remember Me" not in page


def test_changing_the_password_still_changes_it(client: Client) -> None:
    new = "another quiet long river"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
