"""Letting somebody help: three steps of two people, a link and a code by different ways, and one press to end it."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import Http404
from django.test import Client
from django.urls import reverse

from portal.access import proxies
from portal.access.decide import decide
from portal.access.invitations import InvitationRefused
from portal.people.models import ProxyGrant, ProxyInvitation, Role, User
from tests.people import PASSWORD, Clinic, make_clinic, make_user

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

    patient.post(reverse("access:confirm", args=[invitation.pk]))
    assert not ProxyGrant.objects.exists(), "not before they accepted"
    assert invited.post(link[1], {"code": "AAAAAAAA"}).status_code == 422
    assert invited.post(link[1], {"code": code.lower()}).status_code == 302
    assert not ProxyGrant.objects.exists(), "not before the patient confirmed"
    assert "Hana Helper" in patient.get(reverse("access:helpers")).content.decode()
    patient.post(reverse("access:confirm", args=[invitation.pk]))
    grant = ProxyGrant.objects.get()
    assert decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)
    assert not decide(helper, "read.result_file", clinic.file, on_behalf_of=clinic.ada)

    patient.post(reverse("access:end", args=[grant.pk]))
    assert not decide(helper, "read.report", clinic.report, on_behalf_of=clinic.ada)


def test_the_helper_can_end_it_too_and_a_stranger_cannot(clinic: Clinic, helper: User) -> None:
    grant = ProxyGrant.objects.create(patient=clinic.ada, proxy=helper, covers=["files"])
    for stranger in (clinic.ben_user, clinic.clinician):
        assert at(stranger).post(reverse("access:end", args=[grant.pk])).status_code == 404
        with pytest.raises(Http404):
            proxies.end(stranger, grant)
    assert proxies.end(helper, grant).until is not None


def test_five_wrong_codes_end_the_invitation(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["files"])
    for _ in range(5):
        with pytest.raises(InvitationRefused, match="wrong_code"):
            proxies.accept(helper, invitation, "WRONG")
    with pytest.raises(InvitationRefused, match="over"):
        proxies.accept(helper, invitation, code)


def test_the_code_is_of_no_use_to_another_address(clinic: Clinic, helper: User) -> None:
    invitation, code = proxies.invite_proxy(clinic.ada_user, clinic.ada, email=helper.email, covers=["files"])
    with pytest.raises(InvitationRefused, match="over"):
        proxies.accept(clinic.ben_user, invitation, code)
    assert at(clinic.ben_user).get(reverse("access:accept", args=[invitation.pk])).status_code == 404


def test_nobody_shares_an_address(clinic: Clinic) -> None:
    with pytest.raises(InvitationRefused, match="own_address"):
        proxies.invite_proxy(clinic.ada_user, clinic.ada, email=clinic.ada_user.email.upper(), covers=["files"])


@pytest.mark.parametrize("who", ["ben_user", "clinician", "operator"])
def test_nobody_invites_in_a_patients_name(clinic: Clinic, who: str) -> None:
    with pytest.raises(Http404):
        proxies.invite_proxy(getattr(clinic, who), clinic.ada, email="x@example.org", covers=["files"])
