"""A patient arrives: somebody makes sure who it is, the link and the code go two ways, and only then results open."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core import mail
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.access import actions, arriving
from portal.access.decide import decide
from portal.access.invitations import InvitationRefused
from portal.access.models import AccessEvent, IdentityCheck, PatientInvitation
from portal.delivery.queries import reports_for_patient
from portal.people.models import CareRelationship, Patient, Role, User
from tests.people import PASSWORD, Clinic, make_clinic

pytestmark = pytest.mark.django_db
SEEN = {"identifiers": ["name", "birth_date"], "document": "passport"}
ADDRESS = "nia@example.org"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def nia(clinic: Clinic) -> Patient:
    return actions.register_patient(
        clinic.counsellor,
        record_number="R-77",
        given_name="Nia",
        family_name="New",
        birth_date=datetime.date(1999, 1, 1),
    )


def invited(clinic: Clinic, nia: Patient) -> tuple[PatientInvitation, str]:
    arriving.record_identity(clinic.counsellor, nia, **SEEN)
    return arriving.invite_patient(clinic.counsellor, nia, email=ADDRESS, site="https://portal.example.org")


def test_from_the_desk_to_the_first_page(clinic: Clinic, django_capture_on_commit_callbacks) -> None:
    desk = Client()
    desk.force_login(clinic.counsellor)
    person = {"record_number": "R-9", "given_name": "Nia", "family_name": "New", "birth_date": "1999-01-01"}
    person |= {"sex": "unknown", "language": "es"}
    assert desk.post(reverse("access:patients"), person).status_code == 422, "somebody has to sign one day"
    born_tomorrow = str(timezone.localdate() + datetime.timedelta(days=1))
    person["clinician"] = str(clinic.clinician.pk)
    assert desk.post(reverse("access:patients"), {**person, "birth_date": born_tomorrow}).status_code == 422
    desk.post(reverse("access:patients"), person)
    nia = Patient.objects.get(record_number_lookup="R-9")
    too_early = desk.post(
        reverse("access:invitation", args=[nia.pk]), {f"m{nia.pk}-email": ADDRESS}, follow=True
    ).content.decode()
    assert "First make sure who it is" in too_early and mail.outbox == []
    seen = {f"i{nia.pk}-identifiers": ["name", "birth_date"], f"i{nia.pk}-document": "identity_card"}
    desk.post(reverse("access:identity", args=[nia.pk]), seen)
    with django_capture_on_commit_callbacks(execute=True):
        page = desk.post(
            reverse("access:invitation", args=[nia.pk]), {f"m{nia.pk}-email": ADDRESS}, follow=True
        ).content.decode()
    (code,) = re.findall(r"\b[A-HJ-NP-Z2-9]{8}\b", page)
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert code not in message.body and code not in message.subject, "never link and code in one mail"
    assert "Nia" not in message.body
    assert "Abra este enlace" in message.body, "in the language that was written down"
    (link,) = re.findall(r"http://testserver(/\S+)", message.body)
    new = Client()
    assert new.get(link).status_code == 200
    chosen = {"code": code.lower(), "password": "four words in a row", "again": "four words in a row"}
    assert new.post(link, chosen).headers["Location"] == reverse("account_login")
    assert (
        new.post(reverse("account_login"), {"login": ADDRESS, "password": "four words in a row"}).status_code == 302
    )
    assert new.get("/").status_code == 200
    nia.refresh_from_db()
    assert nia.account is not None and nia.account.role == Role.PATIENT
    assert new.post(link, chosen).status_code == 422, "the link works once"
    assert [event.action for event in AccessEvent.objects.filter(patient=nia, outcome="permit").order_by("sequence")
            if not event.action.startswith("read.")] == [
        "register.patient", "record.identity_check", "invite.patient_invitation", "accept.patient_invitation",
    ]  # fmt: skip


def test_nobody_reads_results_about_themselves_before_the_check(clinic: Clinic) -> None:
    assert decide(clinic.ada_user, "read.report", clinic.report)
    Patient.objects.filter(pk=clinic.ada.pk).update(identity_checked_at=None)
    report = type(clinic.report).objects.get(pk=clinic.report.pk)
    for action, thing in (
        ("read.report", report),
        ("download.report", report),
        ("read.interpretation", report.interpretation),
        ("make.export", report.patient),
    ):
        assert decide(clinic.ada_user, action, thing).reason == "not_identified", action
    assert not reports_for_patient(clinic.ada_user).exists()
    client = Client()
    client.force_login(clinic.ada_user)
    assert client.get(f"/reports/{clinic.report.pk}/").status_code == 404
    assert decide(clinic.ada_user, "read.access_event", report.patient), "who looked stays open to them"
    assert decide(clinic.clinician, "read.report", report), "and the team reads on"
    arriving.record_identity(clinic.clinician, report.patient, **SEEN)
    assert client.get(f"/reports/{clinic.report.pk}/").status_code == 200


def test_what_was_seen_is_kept_and_never_a_number(clinic: Clinic, nia: Patient) -> None:
    check = arriving.record_identity(clinic.counsellor, nia, **SEEN)
    assert (check.identifiers, check.document, check.checked_by) == (
        ["birth_date", "name"],
        "passport",
        clinic.counsellor,
    )
    columns = {field.name for field in IdentityCheck._meta.concrete_fields}
    assert columns == {"id", "patient", "checked_by", "identifiers", "document", "at"}
    for wrong in (
        {"identifiers": ["name", "name"], "document": "passport"},
        {"identifiers": ["name", "C01X00T47"], "document": "passport"},
        {"identifiers": ["name", "birth_date"], "document": "C01X00T47"},
    ):
        with pytest.raises(InvitationRefused):
            arriving.record_identity(clinic.counsellor, nia, **wrong)


def test_only_who_looks_after_them_checks_and_invites(clinic: Clinic, nia: Patient) -> None:
    for person in clinic.everyone().values():
        if person != clinic.counsellor:
            with pytest.raises(Http404):
                arriving.record_identity(person, nia, **SEEN)
            with pytest.raises(Http404):
                arriving.invite_patient(person, nia, email=ADDRESS)


def test_five_wrong_codes_end_it(clinic: Clinic, nia: Patient) -> None:
    invitation, code = invited(clinic, nia)
    for _try in range(5):
        with pytest.raises(InvitationRefused):
            arriving.accept_invitation(invitation.pk, "WRONGONE", PASSWORD)
    with pytest.raises(InvitationRefused):
        arriving.accept_invitation(invitation.pk, code, PASSWORD)
    assert not User.objects.filter(email=ADDRESS).exists()
    tries = AccessEvent.objects.filter(patient=nia, reason="refused_code", actor=None, actor_role="anonymous")
    assert tries.count() == 5, "nia can see that somebody tried"


def test_a_newer_invitation_ends_the_older_and_time_ends_both(clinic: Clinic, nia: Patient) -> None:
    first, code = invited(clinic, nia)
    second, newer = arriving.invite_patient(clinic.counsellor, nia, email=ADDRESS)
    with pytest.raises(InvitationRefused):
        arriving.accept_invitation(first.pk, code, PASSWORD)
    PatientInvitation.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    with pytest.raises(InvitationRefused):
        arriving.accept_invitation(second.pk, newer, PASSWORD)


def test_an_address_belongs_to_one_person(clinic: Clinic, nia: Patient) -> None:
    arriving.record_identity(clinic.counsellor, nia, **SEEN)
    with pytest.raises(InvitationRefused, match="taken_address"):
        arriving.invite_patient(clinic.counsellor, nia, email=clinic.ben_user.email.upper())
    with pytest.raises(InvitationRefused, match="has_account"):
        arriving.invite_patient(clinic.counsellor, clinic.ada, email=ADDRESS)


def test_the_welcome_page_tells_nobody_which_invitations_there_are(clinic: Clinic, nia: Patient) -> None:
    invitation, _code = invited(clinic, nia)
    real = reverse("access:welcome", args=[invitation.pk])
    unknown = reverse("access:welcome", args=["00000000-0000-4000-8000-000000000000"])
    guess = {"code": "WRONGONE", "password": "four words in a row", "again": "four words in a row"}

    def seen(address: str, **sent: str) -> tuple[int, str]:
        answer = Client().post(address, sent) if sent else Client().get(address)
        return answer.status_code, re.sub(r'value="[A-Za-z0-9]{64}"|CSRFToken": "\w+"', "", answer.content.decode())

    assert seen(real) == seen(unknown)
    assert seen(real, **guess) == seen(unknown, **guess)


def test_a_weak_password_opens_nothing(clinic: Clinic, nia: Patient) -> None:
    invitation, code = invited(clinic, nia)
    address = reverse("access:welcome", args=[invitation.pk])
    for first, again in (("short", "short"), ("password1234", "password1234"), ("four words in a row", "other")):
        assert Client().post(address, {"code": code, "password": first, "again": again}).status_code == 422
    assert not User.objects.filter(email=ADDRESS).exists()
    assert PatientInvitation.objects.get().attempts == 0, "and costs no try"


def test_a_counsellor_names_who_signs_and_is_told_when_nobody_can(clinic: Clinic, nia: Patient) -> None:
    desk = Client()
    desk.force_login(clinic.counsellor)
    warning = "No clinician looks after them"
    assert warning in desk.get(reverse("access:patients")).content.decode()
    CareRelationship.objects.create(patient=nia, member=clinic.clinician)
    assert warning not in desk.get(reverse("access:patients")).content.decode()
    with pytest.raises(ValueError, match="clinician"):
        actions.register_patient(
            clinic.counsellor, record_number="R-78", given_name="Noa", family_name="New",
            birth_date=datetime.date(1999, 1, 1), clinician=clinic.counsellor,
        )  # fmt: skip
