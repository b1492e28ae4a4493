"""Breaking the glass: one record, one hour, for reading; the patient is told at once, and it is looked into."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.ledger.models import Decision as Act
from portal.access import actions
from portal.access.decide import decide
from portal.access.emergencies import NoSuchRecord
from portal.access.models import AccessEvent, BreakGlass, NoticeOwed
from portal.access.notices import send_owed
from portal.people.models import Patient, User
from portal.people.queries import patients_for
from tests.people import PASSWORD, Clinic, allow, make_clinic

pytestmark = pytest.mark.django_db
WHY = "Unconscious in the emergency room, on an unknown blood thinner."


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def open_record(clinic: Clinic, member: User | None = None, patient: Patient | None = None) -> BreakGlass:
    patient = patient or clinic.ada
    return actions.break_glass(
        member or clinic.other_clinician,
        record_number=patient.record_number,
        birth_date=patient.birth_date,
        reason=WHY,
    )


def test_it_opens_one_record_for_reading_for_an_hour(clinic: Clinic) -> None:
    doctor = clinic.other_clinician
    assert not decide(doctor, "read.report", clinic.report)
    open_record(clinic)
    decision = decide(doctor, "read.report", clinic.report)
    assert decision and decision.purpose == "emergency"
    assert clinic.ada in patients_for(doctor)
    for action in ("sign.report", "annotate.report", "compose.report", "release.report", "download.report"):
        assert not decide(doctor, action, clinic.report), action
    assert not decide(doctor, "order.test_order", clinic.ada)
    in_an_hour = timezone.now() + datetime.timedelta(minutes=60, seconds=1)
    assert not decide(doctor, "read.report", clinic.report, at=in_an_hour)
    assert not decide(clinic.researcher, "read.patient", clinic.ada)


def test_it_opens_no_second_record(clinic: Clinic) -> None:
    open_record(clinic, clinic.clinician, clinic.ben)
    assert not decide(clinic.other_clinician, "read.patient", clinic.ada)


def test_a_no_of_the_patient_stays_a_no(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Act.WITHDRAW)
    open_record(clinic)
    assert decide(clinic.other_clinician, "read.patient", clinic.ada)
    assert decide(clinic.other_clinician, "read.report", clinic.report).reason == "no_consent"


def test_twice_within_the_hour_is_once(clinic: Clinic) -> None:
    assert open_record(clinic) == open_record(clinic)
    assert (BreakGlass.objects.count(), NoticeOwed.objects.count()) == (1, 1)


def test_the_patient_is_told_and_the_message_says_nothing_about_health(clinic: Clinic) -> None:
    open_record(clinic)
    assert send_owed() == 1
    assert send_owed() == 0
    (message,) = mail.outbox
    assert message.to == [clinic.ada_user.email]
    for word in ("ada", "otto", "emergency", "gene", "report", "record", "thinner", "medicine"):
        assert word not in (message.subject + message.body).lower()
    client = Client()
    client.force_login(clinic.ada_user)
    page = " ".join(client.get(reverse("access:log")).content.decode().split())
    assert "Dr Otto Other opened the record in an emergency." in page


def test_a_wrong_birth_date_opens_nothing_and_is_noted(clinic: Clinic) -> None:
    with pytest.raises(NoSuchRecord):
        actions.break_glass(
            clinic.other_clinician,
            record_number=clinic.ada.record_number,
            birth_date=datetime.date(1900, 1, 1),
            reason=WHY,
        )
    assert not BreakGlass.objects.exists()
    assert AccessEvent.objects.filter(action="break.patient", outcome="deny", reason="no_such_record").exists()


@pytest.mark.parametrize("who", ["ada_user", "counsellor", "laboratory_user", "privacy_officer", "operator"])
def test_only_clinicians_break_the_glass(clinic: Clinic, who: str) -> None:
    with pytest.raises(Http404):
        open_record(clinic, getattr(clinic, who))


def test_the_page_asks_for_the_password_again(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.other_clinician)
    answer = client.get(reverse("access:emergency"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_a_clinician_opens_a_record_on_the_page(clinic: Clinic) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": clinic.other_clinician.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    facts = {"record_number": clinic.ada.record_number, "birth_date": "1980-02-28", "reason": WHY}
    wrong = client.post(reverse("access:emergency"), facts)
    assert wrong.status_code == 422
    assert "No record has this number and this birth date." in wrong.content.decode()
    assert client.post(reverse("access:emergency"), facts | {"birth_date": "1980-02-29"}).status_code == 302
    assert BreakGlass.objects.get().member == clinic.other_clinician


def test_the_privacy_officer_looks_into_it_once(clinic: Clinic) -> None:
    broken = open_record(clinic)
    assert broken.review_due_at - broken.at == datetime.timedelta(hours=72)
    client = Client()
    client.force_login(clinic.privacy_officer)
    page = client.get(reverse("access:reviews")).content.decode()
    assert WHY in page and clinic.ada.record_number in page and clinic.ada.family_name not in page
    address = reverse("access:review", args=[broken.pk])
    client.post(address, {f"{broken.pk}-verdict": "justified", f"{broken.pk}-note": ""})
    broken.refresh_from_db()
    assert broken.reviewed_at is None, "not without a note"
    client.post(address, {f"{broken.pk}-verdict": "justified", f"{broken.pk}-note": "Seen the notes of that night."})
    broken.refresh_from_db()
    assert (broken.verdict, broken.reviewed_by) == ("justified", clinic.privacy_officer)
    actions.review_break_glass(
        clinic.privacy_officer, broken, verdict=BreakGlass.Verdict.NOT_JUSTIFIED, note="second thoughts"
    )
    assert broken.verdict == "justified", "the first verdict stands"


@pytest.mark.parametrize("who", ["ada_user", "clinician", "operator", "counsellor"])
def test_nobody_else_reads_the_reasons(clinic: Clinic, who: str) -> None:
    open_record(clinic)
    client = Client()
    client.force_login(getattr(clinic, who))
    assert client.get(reverse("access:reviews")).status_code == 404
