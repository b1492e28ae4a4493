"""A laboratory's computer signs in with a token: shown once, kept as a hash, worth nothing once taken back."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client

from portal.access import actions as access
from portal.api import actions
from portal.api.models import MachineToken
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db
FILES = "/api/v1/result-files/"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def get(token: str, path: str = FILES, scheme: str = "Bearer"):
    return Client().get(path, headers={"Authorization": f"{scheme} {token}"})


def test_it_sees_what_the_laboratory_sees(clinic: Clinic) -> None:
    _, text = actions.issue_token(clinic.operator, clinic.laboratory_user, "sequencer")
    assert [row["id"] for row in get(text).json()["results"]] == [str(clinic.file.pk)]
    assert get(text, f"/api/v1/reports/{clinic.report.pk}/").status_code == 404
    assert get(text, "/consent/").status_code == 302, "a token opens the API only"


def test_only_its_hash_is_kept(clinic: Clinic) -> None:
    token, text = actions.issue_token(clinic.operator, clinic.laboratory_user, "sequencer")
    assert text not in str(MachineToken.objects.filter(pk=token.pk).values().get())


@pytest.mark.parametrize("text", ["", "x", "x y", "é", "\x00"])
def test_a_wrong_token_is_refused(clinic: Clinic, text: str) -> None:
    assert get(text).status_code == 401


def test_nobody_without_a_token_or_a_session_gets_in(clinic: Clinic) -> None:
    answer = Client().get(FILES)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_it_ends_when_it_is_taken_back_or_the_account_ends(clinic: Clinic) -> None:
    token, text = actions.issue_token(clinic.operator, clinic.laboratory_user, "sequencer")
    _, other = actions.issue_token(clinic.operator, clinic.laboratory_user, "second")
    actions.revoke_token(clinic.operator, token)
    assert (get(text).status_code, get(other).status_code) == (401, 200)
    access.switch(clinic.operator, clinic.laboratory_user, active=False)
    assert get(other).status_code == 401


def test_it_ends_when_the_account_is_no_laboratory_any_more(clinic: Clinic) -> None:
    _, text = actions.issue_token(clinic.operator, clinic.laboratory_user, "sequencer")
    user = clinic.laboratory_user
    access.change_account(clinic.operator, user, name=user.name, role="clinician", laboratory=None)
    assert get(text).status_code == 401


def test_only_laboratories_have_tokens_and_only_operators_give_them(clinic: Clinic) -> None:
    with pytest.raises(actions.NotALaboratory):
        actions.issue_token(clinic.operator, clinic.clinician, "mine")
    for name, person in clinic.everyone().items():
        if name != "operator":
            with pytest.raises(Http404):
                actions.issue_token(person, clinic.laboratory_user, "mine")
    assert not MachineToken.objects.exists()


def test_the_desk_shows_a_new_token_once(clinic: Clinic) -> None:
    desk = Client()
    desk.force_login(clinic.operator)
    facts = {"account": clinic.laboratory_user.pk, "label": "sequencer"}
    page = desk.post("/admin/api/machinetoken/add/", facts, follow=True).content.decode()
    text = page.split("shown only once: ")[1].split("<")[0].strip()
    assert get(text).status_code == 200
    assert text not in desk.get("/admin/api/machinetoken/").content.decode()
