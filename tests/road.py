"""Walking the real road in a test: a made-up person's file goes in, the jobs run here and now, a draft comes out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from django.core.files.uploadedfile import SimpleUploadedFile

from genomics.readers.made_up import write_made_up
from portal.people.models import Patient, User
from portal.reports.models import Report
from portal.results.actions import receive_file
from portal.results.identifiers import Identifiers
from portal.results.models import ResultFile, TestOrder
from tests.jobs import work_off

# Two genes that change what is said about well-known medicines; all others as the reference.
DIPLOTYPES = {"CYP2C19": "*2/*2", "SLCO1B1": "*5/*5"}


@cache
def made_up_file(name: str = "made-up", **diplotypes: str) -> bytes:
    """A made-up person's genome file."""
    path = Path(mkdtemp(prefix="road-")) / "person.vcf"
    write_made_up(path, name, diplotypes or DIPLOTYPES)
    return path.read_bytes()


def identifiers_of(patient: Patient) -> Identifiers:
    """What stands on the laboratory's paper when it is the right person."""
    return Identifiers(birth_date=patient.birth_date, family_name=patient.family_name)


def send(laboratory_user: User, order: TestOrder, content: bytes | None = None) -> ResultFile:
    """The laboratory sends a file for an order."""
    upload = SimpleUploadedFile("result.vcf", content or made_up_file())
    receipt = receive_file(laboratory_user, upload, order=order, identifiers=identifiers_of(order.patient))
    return receipt.file


def run_jobs(*kinds: str) -> None:
    """Do all waiting work now (or only these kinds), and what follows from it."""
    work_off(*kinds)


def draft_from(laboratory_user: User, order: TestOrder) -> Report:
    """A composed draft at the end of the road; the patient must have said yes before."""
    file = send(laboratory_user, order)
    run_jobs("interpret", "compose")
    return Report.objects.get(interpretation__result_file=file)
