"""What is made up says so on every page: a person, somebody with another's genome, a clinic that is only for show."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.people.models import BorrowedGenome, Role, User
from portal.reports.actions import compose_report
from portal.reports.render import render_html
from tests.people import PASSWORD, make_patient, make_user
from tests.portal.delivery.conftest import Ward, make_ward

pytestmark = pytest.mark.django_db

PAGES = (
    "home",
    "delivery:report_list",
    "results:files",
    "results:send",
    "consent:choices",
    "access:log",
    "access:helpers",
    "account_change_password",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "usersessions_list",
    "api:docs",
)
PUBLIC = "Demonstration: invented person, public reference genome."


def signed_in(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture(scope="module")
def words() -> dict[str, tuple[dict[str, object], str]]:
    return {
        "a made-up person": ({"made_up": True}, "Made-up person."),
        "a public genome": ({"borrowed_genome": BorrowedGenome.PUBLIC}, PUBLIC),
        "a genome of one's own": (
            {"borrowed_genome": BorrowedGenome.OWN},
            "Demonstration: invented person, your own genome file.",
        ),
    }


@pytest.mark.parametrize("kind", ["a made-up person", "a public genome", "a genome of one's own"])
def test_every_page_of_an_invented_patient_says_what_they_are(kind: str, words: Any) -> None:
    fields, sentence = words[kind]
    client = signed_in(make_patient(**fields).account)
    for page in PAGES:
        answer = client.get(reverse(page), follow=True)
        assert answer.status_code == 200, page
        assert answer.content.decode().count(sentence) == 1, page


def test_a_real_patients_pages_say_nothing_of_the_kind() -> None:
    client = signed_in(make_patient().account)
    for page in PAGES:
        assert b"made-up-banner" not in client.get(reverse(page), follow=True).content, page


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_demonstration_says_that_it_is_one(settings: Any, role: Role) -> None:
    settings.DEMONSTRATION = True
    client = signed_in(make_user(role))
    for page in ("home", "account_change_password", "mfa_index"):
        assert "The clinic and the people here are made up." in client.get(reverse(page)).content.decode(), page
    assert "The clinic and the people here are made up." in Client().get(reverse("account_login")).content.decode()


@pytest.fixture
def ward() -> Ward:
    return make_ward()


def test_a_real_genome_under_an_invented_name_is_marked_on_every_sheet_of_paper(ward: Ward) -> None:
    ward.patient.made_up, ward.patient.borrowed_genome = False, BorrowedGenome.PUBLIC
    ward.patient.save()
    report = compose_report(ward.draft.interpretation_id)
    paper = render_html(report.document)
    mark = "DEMONSTRATION: invented person, public reference genome"
    assert f'data-notice="{mark}' in paper  # the running foot of every page
    assert paper.count(mark) == 2  # and the opening
    page = signed_in(ward.clinician).get(reverse("delivery:review", args=[report.pk])).content.decode()
    assert PUBLIC in page and mark in page
