"""Strict headers stand on every answer: pages, refusals, pages behind links in mails, answers that go nowhere."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.access import undo_links
from portal.people.models import Role
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ELSEWHERE = "elsewhere.example"


def answers() -> dict[str, Any]:
    client, strict = Client(), Client(enforce_csrf_checks=True)
    undo = undo_links.address(undo_links.EMAIL, uuid.uuid4(), "")
    return {
        "sign in": client.get(reverse("account_login")),
        "welcome": client.get(reverse("access:welcome", args=[uuid.uuid4()])),
        "undo": client.get(undo),
        "undo, not ours": client.get(reverse("access:undo", args=["abc"])),
        "reset": client.get(reverse("account_reset_password_from_key", args=["1", "abc-def"])),
        "moved": client.get("/reports"),
        "unknown": client.get("/nothing/"),
        "no token": strict.post(reverse("account_login"), {"login": "a@example.org", "password": "b"}),
        "another host": client.get("/", headers={"host": ELSEWHERE}),
        "api": client.get("/api/v1/reports/"),
    }


def test_every_answer_has_the_policy_and_is_not_kept(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    found = answers()
    assert found["another host"].status_code == 400 and found["no token"].status_code == 403
    for name, answer in found.items():
        headers = answer.headers
        assert "default-src 'none'" in headers.get("Content-Security-Policy", ""), name
        assert headers.get("X-Frame-Options") == "DENY", name
        assert "no-store" in headers.get("Cache-Control", ""), name


@pytest.mark.parametrize(
    "where",
    [f"https://{ELSEWHERE}/", f"//{ELSEWHERE}", f"/\\{ELSEWHERE}", f"https:{ELSEWHERE}", "javascript:alert(1)"],
)
def test_a_link_elsewhere_is_never_followed(where: str) -> None:
    cache.clear()
    user = make_user(Role.PATIENT)
    facts = {"login": user.email, "password": PASSWORD, "next": where}
    client = Client()
    answers = [
        client.post(reverse("account_login"), facts),
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": where}),
        client.post(reverse("set_language"), {"language": "es", "next": where}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        address = answer.headers["Location"]
        assert ELSEWHERE not in address and address.startswith("/"), where
