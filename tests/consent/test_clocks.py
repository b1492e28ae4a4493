"""Clocks of two machines differ: a no written by the one that is ahead counts at once on the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consent.desk.queries import permission
from consent.ledger import append
from consent.ledger.models import ConsentEvent, Decision
from consent.ledger.standing import permitted_subjects, standing
from portal.access.decide import decide
from portal.access.standing_in import helpers_of, standing_in
from portal.people.models import Patient, Role
from tests.people import allow, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_minutes_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the machine that writes; whoever reads keeps this machine's own."""

    class Ahead:
        @staticmethod
        def now() -> object:
            return timezone.now() + timedelta(minutes=5)

    monkeypatch.setattr(append, "timezone", Ahead)


def test_a_no_from_a_clock_that_is_ahead_closes_every_way_at_once(five_minutes_ahead: None) -> None:
    clinic = make_clinic()
    assert decide(clinic.ada_user, "read.report", clinic.report), "a yes that is there counts too"
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert ConsentEvent.objects.latest("at").at > timezone.now()
    assert not standing(clinic.ada.subject, "pgx").permitted
    assert not permission(clinic.ada, "pgx").permitted
    assert not decide(clinic.ada_user, "read.report", clinic.report)
    assert clinic.ada.subject not in permitted_subjects(Patient.objects.values("subject"), "pgx")


def test_a_helper_is_shut_out_at_once_too(five_minutes_ahead: None) -> None:
    clinic = make_clinic()
    helper = make_user(Role.PATIENT)
    help_with(clinic.ada, helper, "files")
    assert standing_in(helper, clinic.ada)
    allow(clinic.ada, f"proxy.{helper.pk}.files", decision=Decision.WITHDRAW)
    assert standing_in(helper, clinic.ada) is None and helpers_of(clinic.ada) == []


def test_what_held_at_an_earlier_moment_is_still_told_as_it_was(five_minutes_ahead: None) -> None:
    clinic = make_clinic()
    given = ConsentEvent.objects.filter(subject=clinic.ada.subject, scope="pgx").latest("sequence").at
    allow(clinic.ada, decision=Decision.WITHDRAW)
    assert standing(clinic.ada.subject, "pgx", given).permitted
