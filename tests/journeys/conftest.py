"""The site as a whole for a journey: a live server, a small clinic, and somebody at a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from portal.people.models import Laboratory, Patient, Role, User
from portal.results.models import TestOrder
from tests.browser import Visitor, browser
from tests.people import PASSWORD, care, make_laboratory, make_order, make_patient, make_user

__all__ = ["browser"]


@dataclass
class Town:
    """A patient who has not been asked yet, the people around them, and a test that was ordered."""

    patient: Patient
    clinician: User
    counsellor: User
    laboratory: Laboratory
    technician: User
    order: TestOrder

    @property
    def account(self) -> User:
        assert self.patient.account is not None
        return self.patient.account


@pytest.fixture
def town(transactional_db: None) -> Town:
    patient = make_patient("Maximiliana-Alexandrina", "Featherstonehaugh-Wolfeschlegelstein", made_up=True)
    laboratory = make_laboratory("Northgate Genetics Laboratory")
    clinician = make_user(Role.CLINICIAN, "Dr Amina Okafor")
    counsellor = make_user(Role.COUNSELLOR, "Sofia Marin")
    care(clinician, patient)
    care(counsellor, patient)
    return Town(
        patient=patient,
        clinician=clinician,
        counsellor=counsellor,
        laboratory=laboratory,
        technician=make_user(Role.LABORATORY, "Northgate intake", laboratory=laboratory),
        order=make_order(patient, laboratory, clinician, "N-2026-0001"),
    )


@pytest.fixture
def enter(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """Sign somebody in at a browser of their own; `enter(None)` only opens the browser."""
    visitors: list[Visitor] = []

    def sign_in(user: User | None, **wishes: Any) -> Visitor:
        visitor = Visitor(browser, live_server.url, **wishes)
        visitors.append(visitor)
        if user is not None:
            visitor.sign_in(user.email, PASSWORD)
        return visitor

    yield sign_in
    for visitor in visitors:
        visitor.leave()
