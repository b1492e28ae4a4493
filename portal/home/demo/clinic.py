"""The people of the demonstration clinic. Names are made up; running it again changes nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from portal.people.models import CareRelationship, Laboratory, Patient, Role, Sex, User


@dataclass(frozen=True)
class Clinic:
    laboratory: Laboratory
    technician: User
    clinician: User
    second_clinician: User
    counsellor: User
    privacy_officer: User
    operator: User
    patients: tuple[Patient, Patient, Patient]
    password: str

    @property
    def accounts(self) -> list[User]:
        staff = [self.clinician, self.second_clinician, self.counsellor, self.technician]
        patients = [patient.account for patient in self.patients if patient.account]
        return [*patients, *staff, self.privacy_officer, self.operator]


def password() -> str:
    """One password for all demonstration accounts, made on this machine and kept beside the database."""
    path = settings.VAR / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(4)))
    return path.read_text().strip()


def make_clinic() -> Clinic:
    secret = password()
    laboratory, _new = Laboratory.objects.get_or_create(name="Northgate Genetics Laboratory")

    def account(email: str, name: str, role: Role, **fields: object) -> User:
        user = User.objects.filter(email=email).first()
        return user or User.objects.create_user(email, secret, name=name, role=role, **fields)

    clinician = account("okafor@clinic.example", "Dr Amina Okafor", Role.CLINICIAN)
    second = account("reid@clinic.example", "Dr James Reid", Role.CLINICIAN)
    counsellor = account("marin@clinic.example", "Sofia Marin", Role.COUNSELLOR)

    def patient(number: str, given: str, family: str, born: date, sex: Sex, made_up: bool) -> Patient:
        email = f"{given.lower()}@patients.example"
        found, _new = Patient.objects.get_or_create(
            record_number=number,
            defaults={
                "account": account(email, f"{given} {family}", Role.PATIENT),
                "given_name": given,
                "family_name": family,
                "birth_date": born,
                "sex": sex,
                "made_up": made_up,
            },
        )
        for member in (clinician, second, counsellor):
            CareRelationship.objects.get_or_create(patient=found, member=member, until=None)
        return found

    return Clinic(
        laboratory=laboratory,
        technician=account("intake@northgate.example", "Northgate intake desk", Role.LABORATORY, laboratory=laboratory),
        clinician=clinician,
        second_clinician=second,
        counsellor=counsellor,
        privacy_officer=account("dahl@clinic.example", "Ingrid Dahl", Role.PRIVACY_OFFICER),
        operator=account("carter@clinic.example", "Sam Carter", Role.OPERATOR, is_staff=True, is_superuser=True),
        patients=(
            patient("R-1001", "Mei", "Lin", date(1968, 3, 14), Sex.FEMALE, made_up=False),
            patient("R-1002", "Rosa", "Alvarez", date(1975, 9, 2), Sex.FEMALE, made_up=True),
            patient("R-1003", "Tom", "Baker", date(1989, 12, 21), Sex.MALE, made_up=True),
        ),
        password=secret,
    )
