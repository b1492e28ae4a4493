"""A change of consent reaches every room, also when the process dies between the act and the telling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from consent.desk import hooks
from consent.desk.actions import withdraw
from consent.desk.models import ConsentChange
from portal.people.models import Patient
from portal.results import jobs
from tests.people import Clinic, make_clinic, say_yes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    found: list[str] = []

    def listener(_patient: Patient, scope: str) -> None:
        found.append(scope)

    hooks.on_change(listener)
    yield found
    hooks._listeners.remove(listener)


def died(clinic: Clinic, scope: str = "pgx") -> ConsentChange:
    """What is left when the process is killed after the commit: the row the act wrote, and nobody told."""
    change = ConsentChange.objects.create(patient=clinic.ada, scope=scope)
    ConsentChange.objects.filter(pk=change.pk).update(at=timezone.now() - hooks.LEFT_AFTER - timedelta(seconds=1))
    return change


def test_every_room_hears_at_once_and_nothing_is_left(clinic: Clinic, heard: list[str]) -> None:
    say_yes(clinic.ada_user, clinic.ada)
    withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert heard == ["pgx", "pgx"]
    assert not ConsentChange.objects.exists()


def test_the_search_tells_what_a_killed_process_left(clinic: Clinic, heard: list[str]) -> None:
    died(clinic)
    jobs.recover()
    assert heard == ["pgx"]
    assert not ConsentChange.objects.exists()
    jobs.recover()
    assert heard == ["pgx"]


def test_one_that_is_being_told_just_now_is_left_alone(clinic: Clinic, heard: list[str]) -> None:
    ConsentChange.objects.create(patient=clinic.ada, scope="pgx")
    jobs.recover()
    assert heard == []


def test_a_room_that_fails_keeps_no_other_from_hearing_and_is_told_again(clinic: Clinic, heard: list[str]) -> None:
    times: list[int] = []

    def fails_once(_patient: Patient, _scope: str) -> None:
        times.append(1)
        if len(times) == 1:
            raise OSError("the disk is full")

    hooks._listeners.insert(0, fails_once)
    try:
        say_yes(clinic.ada_user, clinic.ada)
        assert heard == ["pgx"] and ConsentChange.objects.count() == 1
        ConsentChange.objects.update(at=timezone.now() - hooks.LEFT_AFTER - timedelta(seconds=1))
        jobs.recover()
    finally:
        hooks._listeners.remove(fails_once)
    assert not ConsentChange.objects.exists()
    assert len(times) == 2


def test_the_row_is_written_with_the_act_or_not_at_all(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(hooks, "settle", said.append)  # the process is killed before it tells anybody
    say_yes(clinic.ada_user, clinic.ada)
    assert [change.pk for change in ConsentChange.objects.all()] == said
