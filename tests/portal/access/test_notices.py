"""Mail goes out as the person allowed: what guards them in any case, all other news only with a yes."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail

from consent.ledger.models import Decision, Reach
from portal.access.models import NoticeOwed
from portal.access.notices import MUST_BE_SENT, send_owed
from portal.people.models import Patient
from tests.people import allow, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Patient:
    return make_patient()


def owe(ada: Patient, kind: str) -> NoticeOwed:
    return NoticeOwed.objects.create(patient=ada, kind=kind, about=uuid.uuid4())


@pytest.mark.parametrize("answer", ["not asked", "no", "taken back", "no contact"])
def test_news_without_a_yes_stays_in(ada: Patient, answer: str) -> None:
    match answer:
        case "no":
            allow(ada, "contact.email", Decision.DENY)
        case "taken back" | "no contact":
            allow(ada, "contact.email")
            allow(ada, "contact.email", Decision.WITHDRAW, reach=Reach.NO_CONTACT if "contact" in answer else "")
    notice = owe(ada, "news")
    assert send_owed() == 0 and mail.outbox == []
    notice.refresh_from_db()
    assert notice.withheld_at is not None and notice.sent_at is None
    allow(ada, "contact.email")
    assert send_owed() == 0, "a later yes sends no old mail"


def test_news_with_a_yes_goes_out(ada: Patient) -> None:
    allow(ada, "contact.email")
    owe(ada, "news")
    assert send_owed() == 1 and len(mail.outbox) == 1


def test_a_ledger_that_cannot_be_trusted_keeps_it_in(ada: Patient) -> None:
    from django.db import connection

    from consent.ledger import triggers

    allow(ada, "contact.email")
    triggers.allow_changes(connection, "consent_ledger_consentevent")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consent_ledger_consentevent SET method = 'forged'")
    owe(ada, "news")
    assert send_owed() == 0 and mail.outbox == []


@pytest.mark.parametrize("kind", sorted(MUST_BE_SENT))
def test_mail_that_guards_the_person_comes_in_any_case(ada: Patient, kind: str) -> None:
    allow(ada, "contact.email", Decision.DENY)
    owe(ada, kind)
    assert send_owed() == 1 and len(mail.outbox) == 1
