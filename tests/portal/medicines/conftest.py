"""A patient whose report is signed and open, with a clinician who looks after them."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.delivery import actions as delivery
from portal.people.models import User
from tests.portal.delivery.conftest import Ward, make_ward


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


@pytest.fixture
def released(ward: Ward) -> Ward:
    delivery.sign(ward.clinician, ward.draft, delivery.shown_hash(ward.draft, []))
    ward.draft.refresh_from_db()
    return ward


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found
