"""A session's row tells nothing to whoever holds the database, and a changed one is no session."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from portal.access.sessions import ClosedSerializer
from portal.people.models import Role
from tests.people import make_user
from tests.trust.test_canaries import as_an_intruder_reads

pytestmark = pytest.mark.django_db


def test_what_is_remembered_cannot_be_read_in_the_database() -> None:
    client = Client()
    client.force_login(make_user(Role.PATIENT))
    session = client.session
    session["typed"] = "Canary seven three nine"
    session.save()
    (row,) = Session.objects.all()
    assert "Canary" not in as_an_intruder_reads(row)
    assert client.session["typed"] == "Canary seven three nine"
    assert client.get(reverse("home")).status_code == 200


def test_an_earlier_secret_opens_it_and_an_unknown_one_signs_out(settings: Any) -> None:
    closed = ClosedSerializer().dumps({"a": 1})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret"
    assert ClosedSerializer().loads(closed) == {"a": 1}
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="no key"):
        ClosedSerializer().loads(closed)


def test_one_changed_bit_is_no_session() -> None:
    closed = bytearray(ClosedSerializer().dumps({"a": 1}))
    closed[-1] ^= 1
    with pytest.raises(ValueError, match="no key"):
        ClosedSerializer().loads(bytes(closed))
