"""A clinic inside a running installation: its people, orders and files, made by the same actions that people use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack import SECOND_FACTOR, Answer, Client, Stack

_PREPARE = """
import json, sys
from pathlib import Path
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from consent.desk import actions as consent
from consent.desk import understanding
from consent.desk.texts import text
from genomics.readers.made_up import write_made_up
from portal.api.actions import issue_token
from portal.home.demo.clinic import make_clinic
from portal.results import actions as results

count, folder = int(COUNT), Path(FOLDER)
clinic = make_clinic()
for member in clinic.accounts:
    if member.role != "patient" and not Authenticator.objects.filter(user=member).exists():
        TOTP.activate(member, SECRET)
patient = clinic.patients[1]
shown = text("pgx", "en")
understanding.answer(patient.account, patient, "pgx", understanding.right_answers(shown))
consent.give(patient.account, patient, "pgx", shown_hash=shown.content_hash)
_token, secret = issue_token(clinic.operator, clinic.technician, "intake")
orders = []
for number in range(count):
    file = folder / f"genome{number}.vcf"
    write_made_up(file, f"sample-{number}", {"CYP2C19": "*2/*2"})
    accession = f"P-{number}"
    results.place_order(clinic.clinician, patient, clinic.laboratory, accession)
    fields = {
        "accession": accession, "birth_date": patient.birth_date.isoformat(), "record_number": patient.record_number,
    }
    orders.append({"fields": fields, "file": str(file)})
print(json.dumps({
    "token": secret, "password": clinic.password, "orders": orders,
    "patient": patient.account.email, "clinician": clinic.clinician.email,
}))
"""

_SIGN = """
from portal.delivery import actions as delivery
from portal.delivery.models import Annotation
from portal.people.models import User
from portal.reports.models import Report

report = Report.objects.get(pk=REPORT)
clinician = User.objects.get(email=CLINICIAN)
delivery.annotate(clinician, report, "", "Let us talk about this at your visit.")
shown = delivery.shown_hash(report, Annotation.objects.filter(report=report))
second = [User.objects.get(email="reid@clinic.example")] if delivery.needs_two(report) else []
for signer in [clinician, *second]:
    delivery.sign(signer, report, shown)
"""


@dataclass(frozen=True)
class Prepared:
    """Who can sign in, the laboratory's token, and orders that wait for their files."""

    token: str
    password: str
    patient: str
    clinician: str
    orders: list[dict[str, Any]]


def prepare(stack: Stack, orders: int) -> Prepared:
    """People, consent and `orders` orders, each with a made-up genome file ready to be sent."""
    head = f"COUNT = {orders}\nFOLDER = {str(stack.folder)!r}\nSECRET = {SECOND_FACTOR!r}\n"
    return Prepared(**json.loads(stack.python(head + _PREPARE)))


def sign(stack: Stack, report_id: str, clinician: str) -> None:
    """The clinician signs, and with that the report is released."""
    stack.python(f"REPORT = {report_id!r}\nCLINICIAN = {clinician!r}\n{_SIGN}")


def send(laboratory: Client, prepared: Prepared, order: dict[str, Any]) -> Answer:
    """The laboratory's computer sends the genome of an order."""
    content = Path(order["file"]).read_bytes()
    key = f"Bearer {prepared.token}"
    return laboratory.upload("/api/v1/result-files/", order["fields"], "genome.vcf", content, Authorization=key)
