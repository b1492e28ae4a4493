"""Who may see whom as a person: a patient themselves, staff those they care for now, nobody else."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from portal.people.models import CareRelationship
from portal.people.queries import care_team, patient_of_account, patients_for
from tests.people import Clinic, make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def test_patients_are_scoped_to_whoever_asks(clinic: Clinic) -> None:
    seen = {name: set(patients_for(user)) for name, user in clinic.everyone().items()}
    assert {name for name, patients in seen.items() if clinic.ada in patients} == {"ada", "clinician", "counsellor"}
    assert seen["ada"] == {clinic.ada}
    for name in ("laboratory_user", "researcher", "privacy_officer", "operator"):
        assert seen[name] == set()
    assert set(patients_for(AnonymousUser())) == set()


def test_care_counts_only_while_it_holds(clinic: Clinic) -> None:
    care = CareRelationship.objects.get(member=clinic.clinician)
    for since, until in ((None, timezone.now()), (timezone.now() + datetime.timedelta(hours=1), None)):
        care.since, care.until = since or care.since, until
        care.save()
        assert set(patients_for(clinic.clinician)) == set()
        assert clinic.clinician not in care_team(clinic.ada)


def test_a_switched_off_account_sees_nobody_and_is_in_no_team(clinic: Clinic) -> None:
    clinic.clinician.is_active = False
    clinic.clinician.save()
    assert set(patients_for(clinic.clinician)) == set()
    assert set(care_team(clinic.ada)) == {clinic.counsellor}


def test_the_patient_behind_an_account(clinic: Clinic) -> None:
    assert patient_of_account(clinic.ada_user) == clinic.ada
    assert patient_of_account(clinic.clinician) is None
    assert patient_of_account(AnonymousUser()) is None
