"""Letting somebody help: three steps of two people, a link and a code by different ways, and one press to end it."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import Http404
from django.test import Client
from django.urls import reverse

from consent.desk import understanding
from consent.desk.queries import current_text, permission
from portal.access import proxies
from portal.access.decide import decide
from portal.access.invitations import InvitationRefused
from portal.access.models import AccessEvent
from portal.people.models import ProxyGrant, ProxyInvitation, Role, User
from tests.people import PASSWORD, Clinic, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    cache.clear()
    return make_clinic()


@pytest.fixture
def helper() -> User:
    return make_user(Role.PATIENT, "Hana Helper", email="hana@example.org")


def at(user: User) -> Client:
    """Somebody who has just shown again that it is they."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def right(clinic: Clinic, helper: User) -> dict[str, int]:
    """The right answers to the questions of the last step."""
    return understanding.right_answers(current_text(f"proxy.{helper.pk}.reports", clinic.ada.language))


def test_three_steps_and_an_end(clinic: Clinic, helper: User, django_capture_on_commit_callbacks) -> None:
    patient, invited = at(clinic.ada_user), at(helper)
    with django_capture_on_commit_callbacks(execute=True):
        page = patient.post(reverse("access:helpers"), {"email": helper.email, "covers": ["reports"]}, follow=True)
    found = re.search(r"in person: ([A-Z2-9]{8})\.", page.content.decode())
    assert found
    code = found[1]
    (message,) = mail.outbox
    assert message.to == [helper.email]
    assert code not in message.body and "Ada" not in message.body
    link = re.search(r"http://testserver(/\S+)", message.body)
    assert link
    invitation = ProxyInvitation.objects.get()
    last_step = reverse("consent:let_help", args=[invitation.pk])

    patient.post(last_step, right(clinic, helper))
    assert not ProxyGrant.objects.exists(), "not before they accepted"
    assert invited.post(link[1], {"code": "AAAAAAAA"}).status_code == 422
    assert invited.post(link[1], {"code": code.lower()}).status_code == 302
    assert not ProxyGrant.objects.exists(), "not before the patient confirmed"
    assert "Hana Helper" in patient.get(reverse("access:helpers")).content.decode()
    page = patient.get(last_step)
    assert "For Hana Helper" in page.content.decode() and "Read your report" in page.content.decode()
    assert not ProxyGrant.objects.exists(), "looking changes nothing"
    assert patient.post(last_step, dict.fromkeys(right(clinic, helper), 9)).status_code == 200
    assert not ProxyGrant.objects.exists(), "not before it was clear"
    patient.post(last_step, right(clinic, helper))
    grant = ProxyGrant.objects.get()
    assert permission(clinic.ada, f"proxy.{helper.pk}.reports").permitted
    assert decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)
    assert not decide(helper, "read.result_file", clinic.file, on_behalf_of=clinic.ada)

    patient.post(reverse("access:end", args=[grant.pk]))
    assert not decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)
    assert not permission(clinic.ada, f"proxy.{helper.pk}.reports").permitted, "the ledger says the same"


def test_a_wrong_answer_twice_leads_to_a_person_and_lets_nobody_in(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["reports"])
    proxies.accept(helper, invitation, code)
    patient, last_step = at(clinic.ada_user), reverse("consent:let_help", args=[invitation.pk])
    for _ in range(2):
        page = patient.post(last_step, dict.fromkeys(right(clinic, helper), 9))
    assert "Cora Counsellor will call you" in page.content.decode()
    patient.post(last_step, right(clinic, helper))
    assert not ProxyGrant.objects.exists()


def test_an_invitation_can_be_taken_back(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["reports"])
    assert at(clinic.ben_user).post(reverse("access:take_back", args=[invitation.pk])).status_code == 404
    at(clinic.ada_user).post(reverse("access:take_back", args=[invitation.pk]))
    with pytest.raises(InvitationRefused, match="over"):
        proxies.accept(helper, invitation, code)


def test_a_grant_alone_opens_nothing(clinic: Clinic, helper: User) -> None:
    ProxyGrant.objects.create(patient=clinic.ada, proxy=helper, covers=["reports", "files"])
    for action, thing in (("read.report", clinic.report), ("read.result_file", clinic.file)):
        assert decide(helper, action, thing, on_behalf_of=clinic.ada).reason == "no_consent"
    assert not decide(helper, "read.patient", clinic.ada, on_behalf_of=clinic.ada)


def test_a_yes_alone_opens_nothing(clinic: Clinic, helper: User) -> None:
    grant = help_with(clinic.ada, helper, "reports")
    ProxyGrant.objects.filter(pk=grant.pk).delete()
    assert decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada).reason == "no_relation"


def test_the_helper_can_end_it_too_and_a_stranger_cannot(clinic: Clinic, helper: User) -> None:
    grant = help_with(clinic.ada, helper, "files")
    for stranger in (clinic.ben_user, clinic.clinician):
        assert at(stranger).post(reverse("access:end", args=[grant.pk])).status_code == 404
        with pytest.raises(Http404):
            proxies.end(stranger, grant)
    assert proxies.end(helper, grant).until is not None


def test_help_ends_even_when_the_ledger_cannot_be_written(
    clinic: Clinic, helper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = help_with(clinic.ada, helper, "reports")

    def fails(actor: User, ended: ProxyGrant) -> None:
        raise RuntimeError

    monkeypatch.setattr(proxies, "_LISTENERS", [fails])
    proxies.end(clinic.ada_user, grant)
    assert not decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)


def test_five_wrong_codes_end_the_invitation(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["files"])
    for _ in range(5):
        with pytest.raises(InvitationRefused, match="wrong_code"):
            proxies.accept(helper, invitation, "WRONG")
    with pytest.raises(InvitationRefused, match="over"):
        proxies.accept(helper, invitation, code)
    assert AccessEvent.objects.filter(patient=clinic.ada, actor=helper, reason="refused_code").count() == 5


def test_the_code_is_of_no_use_to_another_address(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["files"])
    with pytest.raises(InvitationRefused, match="over"):
        proxies.accept(clinic.ben_user, invitation, code)
    assert at(clinic.ben_user).get(reverse("access:accept", args=[invitation.pk])).status_code == 404


def test_nobody_shares_an_address(clinic: Clinic) -> None:
    own = clinic.ada_user.email
    for address in (own.upper(), f" {own}", own.replace("@", "+daughter@")):
        with pytest.raises(InvitationRefused, match="own_address"):
            proxies.invite_proxy(clinic.ada_user, clinic.ada, email=address, covers=["files"])


@pytest.mark.parametrize("who", ["ben_user", "clinician", "operator"])
def test_nobody_invites_in_a_patients_name(clinic: Clinic, who: str) -> None:
    with pytest.raises(Http404):
        proxies.invite_proxy(getattr(clinic, who), clinic.ada, email="x@example.org", covers=["files"])


def test_leaving_signs_out_at_once_and_opens_another_site(clinic: Clinic) -> None:
    client = at(clinic.ada_user)
    assert client.get(reverse("access:leave")).status_code == 405, "no link or picture can sign somebody out"
    page = client.post(reverse("access:leave"))
    assert 'http-equiv="refresh" content="0; url=https://' in page.content.decode()
    assert "portal" not in page.content.decode().lower() and "report" not in page.content.decode().lower()
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("access:helpers")).status_code == 302
    assert not AccessEvent.objects.filter(action="leave").exists()
