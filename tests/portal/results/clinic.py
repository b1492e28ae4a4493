"""A laboratory, a clinician, a patient and an order, and short ways to send a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.people.models import Laboratory, Patient, Role, User
from portal.results.actions import Receipt, receive_file
from portal.results.identifiers import Identifiers
from portal.results.models import Finding, Interpretation, TestOrder
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user


@dataclass
class Clinic:
    laboratory: Laboratory
    sender: User
    clinician: User
    patient: Patient
    order: TestOrder

    def identifiers(self) -> Identifiers:
        return Identifiers(self.patient.birth_date, family_name=self.patient.family_name)

    def send(self, content: bytes, name: str = "anything.bin", **how: object) -> Receipt:
        """The laboratory sends a file for the order, with the right identifiers unless told otherwise."""
        return receive_file(
            self.sender,
            SimpleUploadedFile(name, content),
            **{"accession": self.order.accession, "identifiers": self.identifiers(), **how},  # type: ignore[arg-type]
        )

    def bring(self, content: bytes, name: str = "my-genome.txt") -> Receipt:
        """The patient brings a file of their own."""
        return receive_file(self.account, SimpleUploadedFile(name, content), patient=self.patient)

    @property
    def account(self) -> User:
        assert self.patient.account is not None
        return self.patient.account


def make_clinic(*, consent: bool = True, **patient: object) -> Clinic:
    laboratory = make_laboratory()
    clinician = make_user(Role.CLINICIAN)
    person = make_patient(**patient)
    care(clinician, person)
    if consent:
        allow(person)
    return Clinic(
        laboratory,
        make_user(Role.LABORATORY, laboratory=laboratory),
        clinician,
        person,
        make_order(person, laboratory, clinician),
    )


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def findings(interpretation: Interpretation, kind: str, subject: str, source: str) -> list[Finding]:
    """The findings about this gene or medicine."""
    return [row for row in interpretation.findings.filter(kind=kind, source=source) if row.subject == subject]
