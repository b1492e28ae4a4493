"""Fifty guessers at once, in other spellings and with borrowed headers, get no more guesses than one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.signals import user_login_failed
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.people.models import Role
from tests.people import PASSWORD, make_user
from tests.services import redis_server

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

GUESSES, ALLOWED = 50, 5
SPELLINGS = [
    lambda email: email,
    str.upper,
    str.title,
    lambda email: f" {email} ",
    lambda email: email.replace("a", "á"),
    lambda email: email.replace("a", "a\u0301"),
    lambda email: email.replace("e", "\uff45"),
    lambda email: email.replace("@", "\uff20"),
    lambda email: email.replace("i", "\u0131"),
    lambda email: f"{email}\u200b",
]


@pytest.fixture
def shared_cache(settings: Any) -> Iterator[None]:
    """One cache for all, as the web processes of a clinic share it."""
    with redis_server() as server:
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": server.url}
        }
        yield
        caches.close_all()


@pytest.fixture
def checked() -> Iterator[list[str]]:
    """Every name whose password was really compared, and found wrong."""
    names: list[str] = []
    lock = threading.Lock()

    def note(credentials: dict[str, Any], **_signal: Any) -> None:
        with lock:
            names.append(str(credentials.get("email")))

    user_login_failed.connect(note)
    yield names
    user_login_failed.disconnect(note)


def guess_at_once(emails: list[str]) -> None:
    start = threading.Barrier(len(emails))

    def guess(number: int) -> None:
        try:
            start.wait(timeout=30)
            Client().post(
                reverse("account_login"),
                {"login": emails[number], "password": f"guess {number}"},
                REMOTE_ADDR=f"198.51.100.{number}",
                HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
                HTTP_X_REAL_IP=f"203.0.113.{number}",
                HTTP_FORWARDED=f"for=203.0.113.{number}",
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(len(emails)) as pool:
        list(pool.map(guess, range(len(emails))))


def test_fifty_guesses_at_once_are_five(shared_cache: None, checked: list[str]) -> None:
    user = make_user(Role.PATIENT, email="maria@example.org")
    guess_at_once([user.email] * GUESSES)
    assert 1 <= len(checked) <= ALLOWED + 1


def test_another_spelling_buys_no_guess_at_the_same_account(shared_cache: None, checked: list[str]) -> None:
    user = make_user(Role.PATIENT, email="maria@example.org")
    guess_at_once([SPELLINGS[number % len(SPELLINGS)](user.email) for number in range(GUESSES)])
    same = [name for name in checked if name.strip().lower() == user.email]
    assert len(same) <= ALLOWED + 1, "spellings that reach the account"
    right = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert right.status_code != 302 or len(same) < ALLOWED


def test_borrowed_headers_buy_no_new_address(shared_cache: None, checked: list[str]) -> None:
    """One machine that says it is fifty, guessing at fifty accounts."""
    emails = [make_user(Role.PATIENT).email for _ in range(GUESSES)]
    for number, email in enumerate(emails):
        Client().post(
            reverse("account_login"),
            {"login": email, "password": "guess"},
            REMOTE_ADDR="198.51.100.7",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        )
    assert len(checked) <= 10 + 1, "ten wrong passwords a minute from one address"
