"""Who looked at my record: the patient in plain words, the privacy officer all of it, nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.access import log
from portal.access.decide import Denied, require
from portal.access.models import AccessEvent
from portal.people.models import Role
from tests.people import Clinic, allow, help_with, make_clinic, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    log.record(clinic.clinician, "read.report", clinic.report, consent_events=["x"])
    log.record(None, "interpret.result_file", clinic.file)
    log.record(clinic.laboratory_user, "upload.result_file", clinic.file)
    log.record(clinic.ada_user, "download.report", clinic.report)
    with pytest.raises(Denied):
        require(clinic.other_clinician, "read.report", clinic.report)
    return clinic


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user, query: str = "") -> str:
    answer = at(user).get(reverse("access:log") + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_patient_reads_who_did_what(clinic: Clinic) -> None:
    text = page(clinic.ada_user)
    assert "Dr Carla Clinician read a report." in text
    assert "You had said yes to this." in text
    assert "Our computer read a file." in text
    assert f"Laboratory, {clinic.laboratory.name}." in text
    assert "Dr Otto Other tried to use a report. We did not allow it." in text
    assert "You took a copy" not in text
    assert "You took a copy of a report." in page(clinic.ada_user, "?mine=1")


def test_each_line_leads_to_the_yes_that_allowed_it(clinic: Clinic) -> None:
    given = allow(clinic.ada)
    at(clinic.clinician).get(reverse("delivery:report", args=[clinic.report.pk]))
    text = page(clinic.ada_user)
    assert f"You had said yes to this on {given.at:%-d %B %Y}." in text
    assert f'href="{reverse("consent:choice", args=["pgx"])}"' in text
    read = AccessEvent.objects.filter(actor=clinic.clinician, action="read.report", outcome="permit")
    assert read.latest("sequence").consent_events == [str(given.id)]


def test_a_helpers_line_names_both_yeses(clinic: Clinic) -> None:
    helper = make_user(Role.PATIENT, "Hana Helper")
    help_with(clinic.ada, helper, "reports")
    at(helper).get(reverse("delivery:for:report", args=[clinic.ada.pk, clinic.report.pk]))
    text = page(clinic.ada_user)
    assert "Hana Helper, helping you, read a report." in text
    assert "You let them help on" in text
    assert f'href="{reverse("consent:choice", args=[f"proxy.{helper.pk}.reports"])}"' in text
    noted = AccessEvent.objects.filter(actor=helper, action="read.report").get()
    at(clinic.ada_user).post(reverse("access:question", args=[noted.id]))
    asked = " ".join(at(clinic.privacy_officer).get(reverse("access:reviews")).content.decode().split())
    assert "Hana Helper, reading for Ada Example, read a report." in asked


def test_a_yes_that_a_guardian_gave_is_told_as_theirs(clinic: Clinic) -> None:
    basis = {"capacity": "attorney", "capacity_basis": "seen"}
    given = allow(clinic.ada, signer=clinic.ben_user.pk, **basis)
    log.record(clinic.clinician, "read.report", clinic.report, consent_events=[str(given.id)])
    assert f"{clinic.ben_user.name} had said yes to this for you on" in page(clinic.ada_user)


def test_the_yes_of_somebody_else_proves_nothing(clinic: Clinic) -> None:
    given = allow(clinic.ben)
    log.record(clinic.clinician, "read.patient", clinic.ada, consent_events=[str(given.id)])
    assert "You had said yes to this on" not in page(clinic.ada_user)


def test_a_page_of_the_log_takes_the_same_few_questions_however_long(
    clinic: Clinic, django_assert_max_num_queries
) -> None:
    given = allow(clinic.ada)
    for _ in range(40):
        log.record(clinic.clinician, "read.report", clinic.report, consent_events=[str(given.id)])
    client = at(clinic.ada_user)
    with django_assert_max_num_queries(16):
        client.get(reverse("access:log"))


def test_another_patient_reads_nothing_of_it(clinic: Clinic) -> None:
    text = page(clinic.ben_user, "?mine=1")
    assert "Carla" not in text
    assert "No one has looked yet" in page(clinic.ben_user)


def test_the_privacy_officer_reads_all_of_it_and_is_noted(clinic: Clinic) -> None:
    text = page(clinic.privacy_officer)
    assert clinic.ada.record_number in text
    assert "no_relation" in text
    noted = AccessEvent.objects.latest("sequence")
    assert (noted.action, noted.actor) == ("read.access_event", clinic.privacy_officer)


@pytest.mark.parametrize("who", ["clinician", "counsellor", "laboratory_user", "researcher", "operator"])
def test_nobody_else_reads_it(clinic: Clinic, who: str) -> None:
    client = Client()
    client.force_login(getattr(clinic, who))
    assert client.get(reverse("access:log")).status_code == 404


def test_it_asks_to_sign_in() -> None:
    assert Client().get(reverse("access:log")).status_code == 302


def test_a_long_log_costs_no_more_questions_to_the_database(clinic: Clinic, django_assert_max_num_queries) -> None:
    for _ in range(60):
        log.record(clinic.clinician, "read.report", clinic.report)
    client = Client()
    client.force_login(clinic.ada_user)
    with django_assert_max_num_queries(16):
        client.get(reverse("access:log"))
