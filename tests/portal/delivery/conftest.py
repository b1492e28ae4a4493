"""A clinic whose newest draft waits for its clinician."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.people.models import Laboratory, Patient, Role, User
from portal.reports.models import Report
from portal.results.models import TestOrder
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import draft_from


@dataclass
class Ward:
    patient: Patient
    clinician: User
    counsellor: User
    stranger: User
    laboratory: Laboratory
    laboratory_user: User
    order: TestOrder
    draft: Report

    @property
    def account(self) -> User:
        assert self.patient.account is not None
        return self.patient.account


def make_ward() -> Ward:
    patient = make_patient("Rosa", "Alvarez", made_up=True)
    laboratory = make_laboratory("Northgate")
    clinician = make_user(Role.CLINICIAN, "Dr Amina Okafor")
    counsellor = make_user(Role.COUNSELLOR, "Sofia Marin")
    laboratory_user = make_user(Role.LABORATORY, "Intake", laboratory=laboratory)
    care(clinician, patient)
    care(counsellor, patient)
    allow(patient)
    order = make_order(patient, laboratory, clinician)
    return Ward(
        patient=patient,
        clinician=clinician,
        counsellor=counsellor,
        stranger=make_user(Role.CLINICIAN, "Dr James Reid"),
        laboratory=laboratory,
        laboratory_user=laboratory_user,
        order=order,
        draft=draft_from(laboratory_user, order),
    )


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()
