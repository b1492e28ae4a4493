"""Everybody finds their pages, and nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from consent.ledger.models import Decision as Act
from portal.decisions import actions
from portal.decisions.models import JointDecision
from portal.people.models import User
from tests.people import Clinic, allow, make_clinic
from tests.portal.decisions.examples import opened

pytestmark = pytest.mark.django_db
OF_A_PATIENT = ("show", "facts", "matters", "order", "ready", "end", "visit", "paper")
OF_THE_TEAM = ("show", "facts", "visit", "paper", "edit")


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", OF_A_PATIENT)
def test_a_patient_opens_every_step_once_it_is_released(clinic: Clinic, page: str) -> None:
    draft, released = opened(clinic, released=False), opened(clinic)
    ada = at(clinic.ada_user)
    assert ada.get(reverse(f"decisions:{page}", args=[draft.pk])).status_code == 404
    assert ada.get(reverse(f"decisions:{page}", args=[released.pk])).status_code == 200
    assert at(clinic.ben_user).get(reverse(f"decisions:{page}", args=[released.pk])).status_code == 404


@pytest.mark.parametrize("page", OF_THE_TEAM)
def test_the_care_team_opens_its_pages_of_a_draft(clinic: Clinic, page: str) -> None:
    draft = opened(clinic, released=False)
    assert at(clinic.clinician).get(reverse(f"decisions:{page}", args=[draft.pk])).status_code == 200
    assert at(clinic.other_clinician).get(reverse(f"decisions:{page}", args=[draft.pk])).status_code == 404


def test_without_the_patients_yes_nobody_opens_it(clinic: Clinic) -> None:
    decision = opened(clinic)
    allow(clinic.ada, "pgx", Act.WITHDRAW)
    for user in (clinic.ada_user, clinic.clinician, clinic.counsellor):
        assert at(user).get(reverse("decisions:show", args=[decision.pk])).status_code == 404
        assert b"Which pill" not in at(user).get(reverse("decisions:list")).content


def test_one_that_was_put_aside_says_so_and_shows_nothing(clinic: Clinic) -> None:
    decision = opened(clinic)
    actions.put_aside(clinic.clinician, decision)
    for page in OF_A_PATIENT:
        body = at(clinic.ada_user).get(reverse(f"decisions:{page}", args=[decision.pk])).content.decode()
        assert "This decision is closed" in body and "Which pill" not in body


def test_one_whose_report_was_taken_back_shows_nothing(clinic: Clinic) -> None:
    decision = opened(clinic)
    decision.report = clinic.report
    decision.save()
    page = reverse("decisions:facts", args=[decision.pk])
    assert "An itch" in at(clinic.ada_user).get(page).content.decode()
    clinic.report.status = "withdrawn"
    clinic.report.save()
    body = at(clinic.ada_user).get(page).content.decode()
    assert "This decision is closed" in body and "An itch" not in body


def test_the_list_tells_the_team_who_to_open_one_for_and_the_patient_what_is_open(clinic: Clinic) -> None:
    opened(clinic)
    assert "Which pill should I take?" in at(clinic.ada_user).get(reverse("decisions:list")).content.decode()
    body = at(clinic.clinician).get(reverse("decisions:list")).content.decode()
    assert reverse("decisions:new", args=[clinic.ada.pk]) in body
    assert at(clinic.operator).get(reverse("decisions:list")).status_code == 404


def test_the_visit_is_recorded_and_the_patient_says_how_the_talk_was(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:visit", args=[decision.pk])
    said = {"after": "0", "prepared": "0", "option": "stay", "why": "It is calm.", "own_words": "I like calm."}
    assert at(clinic.clinician).post(page, said | {"why": ""}).status_code == 422
    assert not JointDecision.objects.exists()
    assert at(clinic.clinician).post(page, said).status_code == 302
    made = JointDecision.objects.get()
    assert (made.option, made.option_name, made.why, made.own_words) == (
        "stay",
        "Change nothing",
        "It is calm.",
        "I like calm.",
    )
    assert made.recorded_by == clinic.clinician and made.edition.number == 2
    body = at(clinic.ada_user).get(page).content.decode()
    assert "It is calm." in body and "I like calm." in body
    assert at(clinic.ada_user).post(page, said).status_code == 404, "a patient does not write it down alone"
    talk = reverse("decisions:talk", args=[decision.pk])
    assert "How much effort was made to listen" in at(clinic.ada_user).get(talk).content.decode()
    answers = {"understand": "4", "listen": "3", "include": "0"}
    assert at(clinic.ada_user).post(talk, {"understand": "4"}).status_code == 422
    assert at(clinic.ada_user).post(talk, answers).status_code == 302
    made.refresh_from_db()
    assert made.rating.answers == {"understand": 4, "listen": 3, "include": 0}
    assert at(clinic.clinician).get(talk).status_code == 404, "nobody of the team reads or answers it"


def test_two_who_write_down_a_decision_at_once_do_not_overwrite_each_other(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:visit", args=[decision.pk])
    said = {"after": "0", "prepared": "0", "option": "stay", "why": "First."}
    assert at(clinic.clinician).post(page, said).status_code == 302
    again = at(clinic.counsellor).post(page, said | {"option": "new", "why": "Second."})
    assert again.status_code == 422 and "Second." in again.content.decode() and "First." in again.content.decode()
    assert JointDecision.objects.count() == 1
    assert (
        at(clinic.counsellor).post(page, said | {"after": "1", "option": "new", "why": "Second."}).status_code == 302
    )
    assert [made.why for made in JointDecision.objects.order_by("number")] == ["First.", "Second."]


def test_words_the_patient_changed_meanwhile_are_shown_before_anything_is_written_down(clinic: Clinic) -> None:
    decision = opened(clinic)
    end, page = (reverse(f"decisions:{name}", args=[decision.pk]) for name in ("end", "visit"))
    at(clinic.ada_user).post(end, {"seen": "", "words": "I am afraid of itching."})
    said = {"after": "0", "prepared": "0", "option": "new", "why": "x", "own_words": "She agrees."}
    answer = at(clinic.clinician).post(page, said)
    assert answer.status_code == 422
    assert "I am afraid of itching." in answer.content.decode() and "She agrees." in answer.content.decode()
    assert not JointDecision.objects.exists()
