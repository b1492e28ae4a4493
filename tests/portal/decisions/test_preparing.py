"""A patient prepares: what matters is never summed up into a winner, and who is not ready is called."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.decisions import actions, preparing, queries
from portal.decisions.errors import DecisionRefused
from portal.decisions.models import DecisionTask, Preparation, ReadinessCheck
from portal.people.models import User
from tests.people import Clinic, make_clinic
from tests.portal.decisions.examples import aid, opened, shipped

pytestmark = pytest.mark.django_db
SURE = {"s": "yes", "u": "yes", "r": "yes", "e": "yes"}


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_four_questions_are_the_owners_words_with_their_notice(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:ready", args=[decision.pk])
    body = at(clinic.ada_user).get(page).content.decode()
    assert "Do you feel SURE about the best choice for you?" in body and "© O&#x27;Connor and Légaré" in body
    clinic.ada_user.language = "es"
    clinic.ada_user.save()
    spanish = at(clinic.ada_user).get(page).content.decode()
    assert "SURE" not in spanish and "Preguntas propias de este portal" in spanish


@pytest.mark.parametrize("no", ["s", "u", "r", "e"])
def test_any_no_opens_a_call_at_once_and_only_one(clinic: Clinic, no: str) -> None:
    decision = opened(clinic)
    page = reverse("decisions:ready", args=[decision.pk])
    ada = at(clinic.ada_user)
    assert ada.post(page, SURE | {no: ""} | {"four": "1"}).status_code == 422 and not DecisionTask.objects.exists()
    before = timezone.now()
    for _twice in range(2):
        assert ada.post(page, SURE | {no: "no"} | {"four": "1"}).status_code == 302
    task = DecisionTask.objects.get()
    assert task.opened_at - before < timedelta(minutes=1) and task.kind == "not_ready"
    assert task.counsellor in (clinic.counsellor, clinic.clinician)
    assert timedelta(days=1) < task.due_at - before <= timedelta(days=4, minutes=1)
    assert "Call: not ready" in at(clinic.counsellor).get(reverse("decisions:list")).content.decode()
    assert "Call: not ready" not in at(clinic.other_clinician).get(reverse("decisions:list")).content.decode()


def test_four_times_yes_calls_nobody(clinic: Clinic) -> None:
    decision = opened(clinic)
    at(clinic.ada_user).post(reverse("decisions:ready", args=[decision.pk]), SURE | {"four": "1"})
    assert ReadinessCheck.objects.get().ready and not DecisionTask.objects.exists()


def test_after_the_call_the_questions_are_asked_again(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:ready", args=[decision.pk])
    ada = at(clinic.ada_user)
    ada.post(page, SURE | {"s": "no", "four": "1"})
    assert "Do you feel SURE" not in ada.get(page).content.decode()
    task = DecisionTask.objects.get()
    assert at(clinic.counsellor).post(reverse("decisions:settle", args=[task.pk])).status_code == 302
    assert at(clinic.counsellor).post(reverse("decisions:settle", args=[task.pk])).status_code == 404
    assert "Do you feel SURE" in ada.get(page).content.decode()
    ada.post(page, SURE | {"s": "no", "four": "1"})
    assert DecisionTask.objects.filter(settled_at=None).count() == 1, "a new cause, a new call"


def test_wrong_answers_are_explained_in_other_words_then_somebody_calls(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:ready", args=[decision.pk])
    ada = at(clinic.ada_user)
    wrong, right = {"q1": "No pill", "facts": "1"}, {"q1": "The new pill", "facts": "1"}
    ada.post(page, wrong)
    assert "The new one can itch." in ada.get(page).content.decode() and not DecisionTask.objects.exists()
    ada.post(page, wrong)
    assert DecisionTask.objects.get().kind == "not_understood"
    ada.post(page, wrong)
    assert DecisionTask.objects.count() == 1
    ada.post(page, right)
    assert Preparation.objects.get().understood["passed"] is True


def test_what_matters_is_laid_beside_the_options_and_never_summed(clinic: Clinic) -> None:
    decision = opened(clinic, shipped())
    page = reverse("decisions:matters", args=[decision.pk])
    ada = at(clinic.ada_user)
    assert (
        ada.post(page, {"weight-clots": "10", "weight-once": "3", "own": "To sleep well", "add": "1"}).status_code
        == 302
    )
    body = ada.get(page).content.decode()
    assert "To sleep well" in body and "Goes against it" in body
    for word in ("best option", "winner", "score", "points"):
        assert word not in body.lower()
    assert body.index("Stay on clopidogrel") < body.index("Change to ticagrelor") < body.index("Change to prasugrel")
    staff = at(clinic.clinician).get(reverse("decisions:visit", args=[decision.pk])).content.decode()
    assert "To sleep well" in staff and "10 of 10" in staff


def test_there_are_at_most_seven_things_and_none_is_lost_between_two_pages(clinic: Clinic) -> None:
    decision = opened(clinic, shipped())
    whole = shipped()
    preparing.say_what_matters(clinic.ada_user, decision, whole, {}, "One")
    preparing.say_what_matters(clinic.ada_user, decision, whole, {"clots": 9}, "Two")
    with pytest.raises(DecisionRefused):
        preparing.say_what_matters(clinic.ada_user, decision, whole, {}, "Three")
    told = Preparation.objects.get().matters
    assert list(told["own"].values()) == ["One", "Two"] and told["weights"] == {"clots": 9}
    preparing.drop_own(clinic.ada_user, decision, "own1")
    preparing.say_what_matters(clinic.ada_user, decision, whole, {}, "Three")
    assert list(Preparation.objects.get().matters["own"].values()) == ["Two", "Three"]


def test_what_most_and_what_least_come_to_an_order(clinic: Clinic) -> None:
    decision, whole = opened(clinic, shipped()), shipped()
    preparing.say_most_and_least(clinic.ada_user, decision, whole, "bleeding", "known")
    preparing.say_most_and_least(clinic.ada_user, decision, whole, "clots", "once")
    told = Preparation.objects.get().matters
    order = [matter.key for matter in queries.matters_of(whole, told)]
    assert order == ["bleeding", "clots", "breath", "once", "known"]
    with pytest.raises(DecisionRefused):
        preparing.say_most_and_least(clinic.ada_user, decision, whole, "breath", "breath")


def test_own_words_of_two_pages_are_both_shown_before_one_is_kept(clinic: Clinic) -> None:
    decision = opened(clinic)
    page = reverse("decisions:end", args=[decision.pk])
    ada = at(clinic.ada_user)
    assert ada.post(page, {"seen": "", "words": "First."}).status_code == 302
    answer = ada.post(page, {"seen": "", "words": "Second."})
    assert answer.status_code == 422
    assert "First." in answer.content.decode() and "Second." in answer.content.decode()
    assert Preparation.objects.get().own_words == "First."
    assert ada.post(page, {"seen": "First.", "words": "First. Second."}).status_code == 302


def test_nobody_prepares_for_somebody_else_or_in_a_closed_decision(clinic: Clinic) -> None:
    decision = opened(clinic)
    for user in (clinic.clinician, clinic.ben_user):
        assert at(user).post(reverse("decisions:matters", args=[decision.pk]), {"own": "x"}).status_code == 404
    actions.put_aside(clinic.clinician, decision)
    with pytest.raises(DecisionRefused):
        preparing.say_what_matters(clinic.ada_user, decision, aid(), {"calm": 3})
