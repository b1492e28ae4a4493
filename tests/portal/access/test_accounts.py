"""Accounts: invited by an operator, opened by their owner alone, switched off at once."""

from __future__ import annotations

import datetime
import re

import pytest
from django.core import mail
from django.http import Http404
from django.test import Client
from django.urls import reverse

from portal.access import actions
from portal.access.decide import decide
from portal.people.models import Patient, Role, User
from portal.people.queries import patients_for
from tests.people import PASSWORD, Clinic, make_clinic, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def test_an_invited_person_chooses_a_password_and_signs_in(
    clinic: Clinic, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        user = actions.invite(
            clinic.operator,
            email="New@Example.org",
            name="New Person",
            role=Role.CLINICIAN,
            site="https://x.example/",
        )
    assert not user.has_usable_password()
    (message,) = mail.outbox
    assert message.to == ["new@example.org"]
    link = re.search(r"https://x\.example(/\S+)", message.body)
    assert link
    client = Client()
    form = client.get(link[1], follow=True)
    assert form.status_code == 200
    new = "quite another long password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert Client().login(email="new@example.org", password=new) or User.objects.get(pk=user.pk).check_password(new)


def test_the_invitation_says_nothing_about_health(clinic: Clinic, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.invite(clinic.operator, email="n@example.org", name="Nora Quince", role=Role.PATIENT)
    (message,) = mail.outbox
    text = (message.subject + message.body).lower()
    for word in ("nora", "quince", "gene", "test", "result", "report", "medicine", "patient"):
        assert word not in text


def test_switching_off_ends_every_session_at_once(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.clinician)
    actions.switch(clinic.operator, clinic.clinician, active=False)
    answer = client.get(reverse("access:log"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert not Client().login(email=clinic.clinician.email, password=PASSWORD)


def test_a_new_role_counts_with_the_next_request(clinic: Clinic) -> None:
    actions.change_account(clinic.operator, clinic.clinician, name="X", role=Role.RESEARCHER, laboratory=None)
    assert not decide(User.objects.get(pk=clinic.clinician.pk), "read.report", clinic.report)


def test_an_operator_who_changes_role_leaves_the_desk(clinic: Clinic) -> None:
    clinic.operator.is_superuser = True
    clinic.operator.save()
    other = make_user(Role.OPERATOR)
    changed = actions.change_account(other, clinic.operator, name="X", role=Role.COUNSELLOR, laboratory=None)
    assert (changed.is_staff, changed.is_superuser) == (False, False)


def test_only_operators_act_on_accounts(clinic: Clinic) -> None:
    for name, person in clinic.everyone().items():
        if name != "operator":
            with pytest.raises(Http404):
                actions.invite(person, email="x@example.org", name="X", role=Role.OPERATOR)
            with pytest.raises(Http404):
                actions.switch(person, clinic.ben_user, active=False)
            with pytest.raises(Http404):
                actions.begin_care(person, clinic.ada, clinic.other_clinician)
    assert not User.objects.filter(email="x@example.org").exists()


def test_care_opens_and_closes_a_record(clinic: Clinic) -> None:
    relationship = actions.begin_care(clinic.operator, clinic.ada, clinic.other_clinician)
    assert actions.begin_care(clinic.operator, clinic.ada, clinic.other_clinician) == relationship
    assert clinic.ada in patients_for(clinic.other_clinician)
    actions.end_care(clinic.operator, relationship)
    assert clinic.ada not in patients_for(clinic.other_clinician)
    assert not decide(clinic.other_clinician, "read.patient", clinic.ada)


def test_a_clinician_takes_on_a_new_patient(clinic: Clinic) -> None:
    patient = actions.register_patient(
        clinic.clinician,
        record_number="R-77",
        given_name="Nia",
        family_name="New",
        birth_date=datetime.date(1999, 1, 1),
    )
    assert patient in patients_for(clinic.clinician)
    with pytest.raises(Http404):
        actions.register_patient(
            clinic.ben_user,
            record_number="R-78",
            given_name="No",
            family_name="One",
            birth_date=datetime.date(1999, 1, 1),
        )
    assert not Patient.objects.filter(record_number_lookup="R-78").exists()
