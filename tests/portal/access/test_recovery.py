"""A lost second factor: one person asks, another makes sure, the owner is told; nobody does it alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core import mail
from django.http import Http404
from django.test import Client
from django.urls import reverse

from portal.access import actions, recovery
from portal.access.models import AccessEvent, FactorRecovery
from portal.access.upkeep import look_after
from portal.people.models import Role
from tests.people import PASSWORD, Clinic, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    TOTP.activate(clinic.clinician, generate_totp_secret())
    RecoveryCodes.activate(clinic.clinician)
    return clinic


def waited(lost: FactorRecovery) -> FactorRecovery:
    """The hours the owner has for stopping it are past."""
    lost.at -= timedelta(hours=settings.FACTOR_RECOVERY_WAITS_HOURS)
    lost.save(update_fields=["at"])
    return lost


def test_the_owner_is_told_at_every_address_and_stops_it_with_one_press(
    clinic: Clinic, django_capture_on_commit_callbacks
) -> None:
    EmailAddress.objects.create(user=clinic.clinician, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=clinic.clinician, email="unknown@example.org", verified=False)
    with django_capture_on_commit_callbacks(execute=True):
        lost = actions.ask_factor_recovery(clinic.operator, clinic.clinician, "http://testserver/")
    assert {address for message in mail.outbox for address in message.to} == {
        clinic.clinician.email,
        "second@example.org",
    }
    (link,) = {link for message in mail.outbox for link in re.findall(r"http://testserver(/\S+)", message.body)}
    assert Client().get(link).status_code == 200
    lost.refresh_from_db()
    assert lost.stopped_at is None, "looking stops nothing"
    assert Client().post(link).status_code == 200
    actions.approve_factor_recovery(clinic.privacy_officer, waited(lost), "met")
    assert Authenticator.objects.filter(user=clinic.clinician).exists()
    assert FactorRecovery.objects.get().approved_at is None
    assert AccessEvent.objects.filter(action="stop.factor_recovery").count() == 1
    assert actions.ask_factor_recovery(clinic.operator, clinic.clinician).pk != lost.pk, "a true loss is asked again"


def test_two_people_take_it_off_and_the_owner_is_told(clinic: Clinic, django_capture_on_commit_callbacks) -> None:
    signed_in = Client()
    signed_in.force_login(clinic.clinician)
    signed_in.get("/")
    desk, officer = Client(), Client()
    desk.force_login(clinic.operator)
    officer.force_login(clinic.privacy_officer)
    chosen = {"action": "ask_factor_recovery", "_selected_action": [clinic.clinician.pk]}
    desk.post(reverse("admin:people_user_changelist"), chosen)
    lost = FactorRecovery.objects.get()
    assert Authenticator.objects.filter(user=clinic.clinician).exists(), "asking alone changes nothing"
    assert "Dr Carla Clinician" in officer.get(reverse("access:reviews")).content.decode()
    address = reverse("access:recover", args=[lost.pk])
    officer.post(address, {f"{lost.pk}-identity_note": ""})
    assert Authenticator.objects.filter(user=clinic.clinician).exists(), "not without saying how"
    seen = {f"{lost.pk}-identity_note": "Met in person, identity card seen."}
    officer.post(address, seen)
    assert Authenticator.objects.filter(user=clinic.clinician).exists(), "not before the owner had time to stop it"
    waited(lost)
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(address, seen)
    assert not Authenticator.objects.filter(user=clinic.clinician).exists()
    (message,) = mail.outbox
    assert message.to == [clinic.clinician.email]
    noted = AccessEvent.objects.filter(action__endswith="factor_recovery").order_by("sequence")
    assert [(event.action, event.actor) for event in noted] == [
        ("ask.factor_recovery", clinic.operator),
        ("approve.factor_recovery", clinic.privacy_officer),
    ]
    again = Client().post(reverse("account_login"), {"login": clinic.clinician.email, "password": PASSWORD})
    assert again.status_code == 302 and "2fa" not in again.headers["Location"]


def test_every_session_of_the_account_ends(clinic: Clinic) -> None:
    client = Client()
    Authenticator.objects.filter(user=clinic.clinician).delete()
    client.post(reverse("account_login"), {"login": clinic.clinician.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    lost = waited(actions.ask_factor_recovery(clinic.operator, clinic.clinician))
    actions.approve_factor_recovery(clinic.privacy_officer, lost, "met")
    assert client.get("/").status_code == 302


def test_nobody_does_it_alone(clinic: Clinic) -> None:
    lost = actions.ask_factor_recovery(clinic.operator, clinic.clinician)
    with pytest.raises(Http404):
        actions.approve_factor_recovery(clinic.operator, lost, "I know them")
    clinic.operator.role = Role.PRIVACY_OFFICER  # even in another role it is the same person
    clinic.operator.save()
    with pytest.raises(Http404):
        actions.approve_factor_recovery(clinic.operator, lost, "I know them")
    own = FactorRecovery.objects.create(user=clinic.privacy_officer, asked_by=clinic.clinician)
    with pytest.raises(Http404):
        actions.approve_factor_recovery(clinic.privacy_officer, own, "it is me")
    assert Authenticator.objects.filter(user=clinic.clinician).exists()
    assert AccessEvent.objects.filter(reason="same_person", outcome="deny").count() == 2


def test_an_ask_nobody_took_up_is_over_and_can_be_made_anew(clinic: Clinic) -> None:
    lost = actions.ask_factor_recovery(clinic.operator, clinic.clinician)
    FactorRecovery.objects.filter(pk=lost.pk).update(at=waited(lost).at - recovery.LASTS)
    lost.refresh_from_db()
    with pytest.raises(Http404):
        actions.approve_factor_recovery(clinic.privacy_officer, lost, "met")
    assert Authenticator.objects.filter(user=clinic.clinician).exists()
    look_after()
    lost.refresh_from_db()
    assert lost.stopped_at is not None and lost.approved_at is None
    assert AccessEvent.objects.filter(action="stop.factor_recovery", reason="expired").count() == 1
    again = actions.ask_factor_recovery(clinic.operator, clinic.clinician)
    assert again.pk != lost.pk, "what was asked long ago does not stand in the way"


def test_one_that_can_still_be_approved_does_not_expire(clinic: Clinic) -> None:
    lost = waited(actions.ask_factor_recovery(clinic.operator, clinic.clinician))
    assert recovery.let_expire() == 0
    assert actions.approve_factor_recovery(clinic.privacy_officer, lost, "met").approved_at is not None
