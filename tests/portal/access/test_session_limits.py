"""A session ends when nobody is there, and at the end of the day; staff sooner than patients."""

from __future__ import annotations

from time import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from portal.access.session_limits import BEGAN, SEEN, limits_of
from portal.people.models import User
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def after(user: User, *, seen: int, began: int) -> Client:
    """Somebody who signed in and was last seen that many seconds ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[SEEN], session[BEGAN] = time() - seen, time() - began
    session.save()
    return client


@pytest.mark.parametrize(("who", "idle", "day"), [("ada_user", 30, 12), ("clinician", 15, 8), ("operator", 15, 8)])
def test_the_limits(clinic: Clinic, who: str, idle: int, day: int) -> None:
    user = getattr(clinic, who)
    limits = limits_of(user)
    assert (limits.idle_seconds, limits.absolute_seconds) == (idle * 60, day * 3600)
    just_in_time = after(user, seen=idle * 60 - 30, began=day * 3600 - 30)
    assert just_in_time.get(reverse("access:stay")).status_code == 200
    for client in (after(user, seen=idle * 60 + 1, began=idle * 60 + 1), after(user, seen=1, began=day * 3600 + 1)):
        answer = client.get("/results/?page=2")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{reverse('account_login')}?next=/results/%3Fpage%3D2"
        assert "time ran out" in client.get(answer.headers["Location"]).content.decode()


def test_the_session_is_gone_and_not_only_hidden(clinic: Clinic) -> None:
    client = after(clinic.ada_user, seen=31 * 60, began=31 * 60)
    key = client.session.session_key
    client.get("/")
    assert not Session.objects.filter(session_key=key).exists()


def test_being_there_keeps_it_but_not_past_the_day(clinic: Clinic) -> None:
    client = after(clinic.clinician, seen=14 * 60, began=7 * 3600)
    left = client.get(reverse("access:stay")).json()
    assert left["ends"] > 14 * 60 + 50
    assert 3590 <= left["ends_anyway"] <= 3600


def test_a_form_sent_too_late_leads_back_to_its_page_and_to_no_other_site(clinic: Clinic) -> None:
    for referer, leads_to in (
        ("http://testserver/consent/pgx/", "/consent/pgx/"),
        ("https://evil.example/consent/pgx/", "next=/"),
    ):
        client = after(clinic.ada_user, seen=31 * 60, began=31 * 60)
        answer = client.post("/consent/pgx/", {"answer": "yes"}, headers={"Referer": referer})
        assert answer.status_code == 302
        assert leads_to in answer.headers["Location"] and "evil" not in answer.headers["Location"]
