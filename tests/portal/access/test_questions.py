"""I did not expect this: one press under a line of the log, an answer beside it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.access import log
from portal.access.models import AccessEvent, Question
from portal.people.models import User
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def event(clinic: Clinic) -> AccessEvent:
    return log.record(clinic.clinician, "read.report", clinic.report, consent_events=["x"])


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def log_of(client: Client) -> str:
    return " ".join(client.get(reverse("access:log")).content.decode().split())


def test_from_question_to_answer(clinic: Clinic, event: AccessEvent) -> None:
    patient, officer = at(clinic.ada_user), at(clinic.privacy_officer)
    assert "I did not expect this" in log_of(patient)
    patient.post(reverse("access:question", args=[event.id]))
    patient.post(reverse("access:question", args=[event.id]))
    asked = Question.objects.get()
    assert "You asked about this. We are looking into it." in log_of(patient)
    page = officer.get(reverse("access:reviews")).content.decode()
    assert "Dr Carla Clinician" in page and clinic.ada.record_number in page
    officer.post(reverse("access:answer", args=[asked.pk]), {f"{asked.pk}-answer": "She prepared your visit."})
    assert "She prepared your visit." in log_of(patient)
    assert "She prepared your visit." not in log_of(at(clinic.ben_user))
    assert "Nothing waits." in officer.get(reverse("access:reviews")).content.decode()


@pytest.mark.parametrize("who", ["ben_user", "clinician", "operator", "privacy_officer"])
def test_nobody_asks_in_a_patients_place(clinic: Clinic, event: AccessEvent, who: str) -> None:
    assert at(getattr(clinic, who)).post(reverse("access:question", args=[event.id])).status_code == 404
    assert not Question.objects.exists()


def test_asking_is_itself_in_the_log(clinic: Clinic, event: AccessEvent) -> None:
    at(clinic.ada_user).post(reverse("access:question", args=[event.id]))
    assert AccessEvent.objects.filter(action="question.access_event", actor=clinic.ada_user).count() == 1
