"""A changed e-mail address counts when confirmed; both are told; elsewhere is signed out; the old one undoes it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access import addresses, undo_links
from portal.access.models import AccessEvent, EmailChange
from portal.people.models import User
from tests.people import PASSWORD, Clinic, make_clinic, make_user

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "ada.new@example.org"


@pytest.fixture
def clinic() -> Clinic:
    cache.clear()
    clinic = make_clinic()
    EmailAddress.objects.create(user=clinic.ada_user, email=clinic.ada_user.email, verified=True, primary=True)
    return clinic


def signed_in(email: str) -> Client:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    client.get("/")
    return client


def change(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": NEW})
    (message,) = [sent for sent in mail.outbox if sent.to == [NEW]]
    (link,) = re.findall(r"http://testserver(/\S+confirm-email\S+)", message.body)
    client.post(link)


def address_of(clinic: Clinic) -> str:
    return User.objects.get(pk=clinic.ada_user.pk).email


def undo_link() -> str:
    (link,) = {link for sent in mail.outbox for link in re.findall(r"http://testserver(/access/undo/\S+)", sent.body)}
    return link


def test_it_counts_only_when_its_owner_has_confirmed_it(clinic: Clinic) -> None:
    old = clinic.ada_user.email
    client = signed_in(old)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": NEW})
    client.post(reverse("account_email"), {"action_primary": "", "email": NEW})
    assert address_of(clinic) == old and not EmailChange.objects.exists()
    assert "Not confirmed yet" in client.get(reverse("account_email")).content.decode()


def test_both_are_told_without_data_and_elsewhere_is_signed_out(clinic: Clinic) -> None:
    old = clinic.ada_user.email
    here, elsewhere = signed_in(old), signed_in(old)
    change(here)
    assert address_of(clinic) == NEW
    told = {sent.to[0]: sent.body for sent in mail.outbox if "email address" in sent.body and "now uses" in sent.body}
    assert set(told) == {old, NEW}
    assert NEW not in told[old] and old not in told[NEW] and "Ada" not in told[old] + told[NEW]
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert AccessEvent.objects.filter(action="change.email_change", actor=clinic.ada_user).count() == 1


def test_the_old_address_takes_it_back_once_and_everybody_is_out(clinic: Clinic) -> None:
    old = clinic.ada_user.email
    here = signed_in(old)
    change(here)
    link = undo_link()
    stranger = Client()
    assert stranger.get(link).status_code == 200
    assert address_of(clinic) == NEW, "looking changes nothing: mail programs open links by themselves"
    assert "address again" in stranger.post(link).content.decode()
    assert address_of(clinic) == old
    assert here.get("/").status_code == 302
    again = Client().post(reverse("account_login"), {"login": old, "password": PASSWORD})
    assert again.status_code == 200, "the password somebody knew opens nothing any more"
    assert EmailAddress.objects.get(user=clinic.ada_user).email == old
    assert stranger.post(link).status_code == 404
    assert AccessEvent.objects.filter(action="undo.email_change").count() == 1


def test_a_key_added_by_whoever_changed_it_opens_nothing_afterwards(clinic: Clinic) -> None:
    user, kinds = clinic.ada_user, Authenticator.Type
    own = Authenticator.objects.create(
        user=user, type=kinds.TOTP, data={}, created_at=timezone.now() - timedelta(days=30)
    )
    change = EmailChange.objects.create(
        user=user, old_email=user.email, new_email=NEW, undo_until=timezone.now() + timedelta(days=7)
    )
    before = change.at - timedelta(minutes=10)
    Authenticator.objects.create(user=user, type=kinds.RECOVERY_CODES, data={}, created_at=before)
    Authenticator.objects.create(user=user, type=kinds.WEBAUTHN, data={"name": "not hers"})
    assert addresses.undo(change)
    assert list(Authenticator.objects.filter(user=user)) == [own], "what was there before stays"


def test_a_first_address_nobody_confirmed_is_never_lost_on_the_way(clinic: Clinic) -> None:
    """The library would empty it as soon as another address is only wished for."""
    EmailAddress.objects.all().delete()
    old = clinic.ada_user.email
    client = Client()
    client.force_login(clinic.ada_user)
    EmailAddress.objects.all().delete()  # a session from before addresses were kept
    client.get(reverse("account_email"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": NEW})
    assert address_of(clinic) == old
    (message,) = [sent for sent in mail.outbox if sent.to == [NEW]]
    (link,) = re.findall(r"http://testserver(/\S+confirm-email\S+)", message.body)
    client.post(link)
    assert (address_of(clinic), EmailChange.objects.get().old_email) == (NEW, old)
    assert old in [address for sent in mail.outbox for address in sent.to]
    assert Client().post(undo_link()).status_code == 200
    assert address_of(clinic) == old


def test_after_seven_days_or_when_taken_it_is_over(clinic: Clinic) -> None:
    old = clinic.ada_user.email
    change(signed_in(old))
    link = undo_link()
    EmailChange.objects.update(undo_until=timezone.now() - timedelta(seconds=1))
    assert Client().post(link).status_code == 404
    EmailChange.objects.update(undo_until=timezone.now() + timedelta(days=1))
    make_user(clinic.ada_user.role, email=old)
    assert Client().post(link).status_code == 404
    assert address_of(clinic) == NEW


def test_a_link_that_is_not_ours_opens_nothing(clinic: Clinic) -> None:
    change(signed_in(clinic.ada_user.email))
    row = EmailChange.objects.get()
    forged = undo_links.address(undo_links.EMAIL, row.pk, "")[:-3] + "xxx/"
    assert Client().get(forged).status_code == 404 and Client().post(forged).status_code == 404
    other_kind = undo_links.address(undo_links.RECOVERY, row.pk, "")
    assert Client().post(other_kind).status_code == 404
    assert address_of(clinic) == NEW
