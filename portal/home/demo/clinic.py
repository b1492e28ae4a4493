"""The people of the demonstration clinic. Names are made up; running it again changes nothing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone

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
    chooser: Patient  # somebody with a decision to make
    followers: tuple[Patient, Patient]  # who made one and live with it, in English and in Spanish
    password: str

    @property
    def accounts(self) -> list[User]:
        staff = [self.clinician, self.second_clinician, self.counsellor, self.technician]
        patients = [patient.account for patient in (*self.patients, self.chooser, *self.followers) if patient.account]
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
        return _account(email, name, role, secret, **fields)

    clinician = account("okafor@clinic.example", "Dr Amina Okafor", Role.CLINICIAN)
    second = account("reid@clinic.example", "Dr James Reid", Role.CLINICIAN)
    counsellor = account("marin@clinic.example", "Sofia Marin", Role.COUNSELLOR)

    def patient(number: str, given: str, family: str, born: date, sex: Sex, made_up: bool) -> Patient:
        found = _patient(number, given, family, born, sex, made_up, secret)
        _cared_for_by(found, clinician, second, counsellor)
        return found

    return Clinic(
        laboratory=laboratory,
        technician=account("intake@northgate.example", "Northgate intake", Role.LABORATORY, laboratory=laboratory),
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
        chooser=_speaks(patient("R-1004", "Elena", "Ortiz", date(1961, 5, 8), Sex.FEMALE, made_up=True), "es"),
        followers=(
            patient("R-1005", "Grace", "Morgan", date(1958, 11, 3), Sex.FEMALE, made_up=True),
            _reads(_speaks(patient("R-1006", "Carmen", "Vidal", date(1963, 7, 19), Sex.FEMALE, made_up=True), "es")),
        ),
        password=secret,
    )


def _speaks(patient: Patient, language: str) -> Patient:
    if patient.language != language:
        patient.language = language
        patient.save(update_fields=["language"])
    return patient


def _reads(patient: Patient) -> Patient:
    """Pages in the language the patient speaks, until another one is chosen there."""
    account = patient.account
    if account is not None and not account.language:
        account.language = patient.language
        account.save(update_fields=["language"])
    return patient


def make_guest(clinic: Clinic, file: Path, sample: str) -> Patient:
    """A patient for a sample of the user's own file; the same sample finds the same patient again."""
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256")
    digest.update(sample.encode())
    number = "G-" + digest.hexdigest()[:8]
    guest = _patient(number, "Guest", number, date(1980, 1, 1), Sex.UNKNOWN, False, clinic.password)
    _cared_for_by(guest, clinic.clinician, clinic.second_clinician, clinic.counsellor)
    return guest


def _cared_for_by(patient: Patient, *members: User) -> None:
    for member in members:
        CareRelationship.objects.get_or_create(patient=patient, member=member, until=None)


def _account(email: str, name: str, role: Role, secret: str, **fields: object) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, secret, name=name, role=role, **fields)


def _patient(number: str, given: str, family: str, born: date, sex: Sex, made_up: bool, secret: str) -> Patient:
    found = Patient.objects.filter(record_number_lookup=number).first()
    if found is not None:
        if found.identity_checked_at is None:  # from a demonstration before such checks were kept
            found.identity_checked_at = timezone.now()
            found.save(update_fields=["identity_checked_at"])
        return found
    name = given if family != number else number
    return Patient.objects.create(
        record_number=number,
        account=_account(f"{name.lower()}@patients.example", f"{given} {family}", Role.PATIENT, secret),
        given_name=given,
        family_name=family,
        birth_date=born,
        sex=sex,
        made_up=made_up,
        identity_checked_at=timezone.now(),  # made up: whoever runs the demonstration knows who it is
    )
