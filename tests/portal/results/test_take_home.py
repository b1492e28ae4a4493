"""The whole gene file goes home with its person alone: a yes of its own, a fresh proof, a mail each time."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.effect import effect_of
from consent.ledger.models import Decision as Act
from portal.access.models import AccessEvent, NoticeOwed
from portal.access.notices import send_owed
from portal.people.models import Role, User
from tests.people import PASSWORD, Clinic, allow, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db
CONTENT = b"##fileformat=VCFv4.2\n#CHROM\tPOS\n"


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    allow(clinic.ada, "raw.download")
    return clinic


def proven(user: User) -> Client:
    """Somebody who has just shown again that it is they."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def address(clinic: Clinic) -> str:
    return reverse("results:take_home", args=[clinic.file.pk])


def test_the_file_comes_byte_for_byte_and_the_log_says_so(clinic: Clinic) -> None:
    client = proven(clinic.ada_user)
    assert client.get(address(clinic)).status_code == 200
    assert not AccessEvent.objects.filter(action="download.result_file").exists(), "looking at the page takes nothing"
    answer = client.post(address(clinic))
    assert b"".join(answer.streaming_content) == CONTENT
    assert (
        "Ada" not in answer.headers["Content-Disposition"] and "sample" not in answer.headers["Content-Disposition"]
    )
    noted = AccessEvent.objects.get(action="download.result_file")
    assert (noted.actor, noted.patient, len(noted.consent_events)) == (clinic.ada_user, clinic.ada, 1)


def test_a_mail_says_that_something_happened_and_no_more(clinic: Clinic) -> None:
    proven(clinic.ada_user).post(address(clinic))
    assert NoticeOwed.objects.filter(kind="raw_download", sent_at=None).count() == 1
    send_owed()
    (message,) = mail.outbox
    assert message.to == [clinic.ada_user.email]
    for telling in ("gene", "file", "Ada", "download"):
        assert telling not in message.body


def test_without_a_fresh_proof_it_asks_for_one(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.ada_user)
    for ask in (client.get, client.post):
        answer = ask(address(clinic))
        assert answer.status_code == 302 and "reauthenticate" in answer.url
    assert not AccessEvent.objects.filter(action="download.result_file").exists()


@pytest.mark.parametrize("last", [Act.WITHDRAW, Act.DENY])
def test_taking_the_yes_back_stops_it_at_once(clinic: Clinic, last: Act) -> None:
    client = proven(clinic.ada_user)
    assert client.post(address(clinic)).status_code == 200
    allow(clinic.ada, "raw.download", last)
    answer = client.post(address(clinic))
    assert answer.status_code == 403 and CONTENT not in answer.content
    assert reverse("consent:choice", args=["raw.download"]) in answer.content.decode()


def test_a_yes_to_the_report_is_none_to_the_file() -> None:
    clinic = make_clinic()
    assert proven(clinic.ada_user).post(address(clinic)).status_code == 403


def test_nobody_else_gets_it(clinic: Clinic) -> None:
    helper = make_user(Role.PATIENT)
    help_with(clinic.ada, helper, "reports", "files")
    others = {name: user for name, user in clinic.everyone().items() if name != "ada"} | {"helper": helper}
    for name, user in others.items():
        client = proven(user)
        assert client.get(address(clinic)).status_code == 404, name
        assert client.post(address(clinic)).status_code == 404, name
    assert not NoticeOwed.objects.filter(kind="raw_download").exists()


def test_the_statement_of_effect_names_the_copy_and_the_mail(clinic: Clinic) -> None:
    proven(clinic.ada_user).post(address(clinic))
    send_owed()
    event = allow(clinic.ada, "raw.download", Act.WITHDRAW)
    kinds = sorted(copy.kind for copy in effect_of(clinic.ada, event, timezone.now()).outside)
    assert kinds == ["download.result_file", "mail"]
