"""Walks a genome down the main road, each step done by the person whose step it is, and tells what happens."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from django.core.files import File

from consent.desk import actions as consent
from consent.desk import understanding
from consent.desk.queries import current_text, permission
from portal.delivery import actions as delivery
from portal.delivery.models import FirstSignature, Release
from portal.delivery.queries import notes_on
from portal.home.demo.clinic import Clinic
from portal.home.demo.genomes import Genome
from portal.people.models import Patient
from portal.reports.models import Report, ReportStatus
from portal.results import actions as results
from portal.results.identifiers import Identifiers
from portal.results.models import FileStatus, Job, JobStatus, ResultFile, TestOrder
from portal.results.road import SCOPE

LONGEST_WAIT_SECONDS = 300
STEPS = {
    "interpret": "reading and interpreting",
    "compose": "putting it into plain words",
    "render": "making the PDF",
}
NOTE = "We will go through this together at your next visit. Bring a list of all that you take."
NOTE_ON_A_REAL_GENOME = "This is a demonstration. No doctor has checked this report. Do not act on it."
WAITS_FOR_A_PERSON = {FileStatus.REFUSED, FileStatus.HELD, FileStatus.WAITING_FOR_CONSENT, FileStatus.FAILED}


class RoadStopped(Exception):
    """The road ends here; the message is the sentence to show."""


@dataclass
class Road:
    """One patient's genome on its way. Every step may be run again; what is done stays done."""

    clinic: Clinic
    patient: Patient
    accession: str

    def tell(self, line: str) -> None:
        print(f"  {line}", flush=True)

    def ask_for_consent(self) -> None:
        account = self.patient.account
        assert account is not None
        if not permission(self.patient, SCOPE).permitted:
            shown = current_text(SCOPE, self.patient.language)
            understanding.answer(account, self.patient, SCOPE, understanding.right_answers(shown))
            consent.give(account, self.patient, SCOPE, shown_hash=shown.content_hash)
        self.tell(f"✓ {self.patient.full_name} has said yes to having the medicine genes read")

    def upload(self, genome: Genome) -> ResultFile:
        order = TestOrder.objects.filter(laboratory=self.clinic.laboratory, accession_lookup=self.accession).first()
        if order is None:
            order = results.place_order(self.clinic.clinician, self.patient, self.clinic.laboratory, self.accession)
        self.tell(f"✓ {self.clinic.clinician.name} ordered the test ({self.accession})")
        identifiers = Identifiers(birth_date=self.patient.birth_date, record_number=self.patient.record_number)
        with genome.path.open("rb") as handle:
            receipt = results.receive_file(
                self.clinic.technician,
                File(handle, name=genome.path.name),
                accession=self.accession,
                identifiers=identifiers,
                sample=genome.sample,
            )
        again = " before; it is kept once" if receipt.duplicate else ""
        self.tell(f"✓ the laboratory sent the file{again}: {genome.told}")
        return receipt.file

    def draft(self, file: ResultFile) -> Report:
        """Waits, telling each step, until the report is composed and its PDF made."""
        seen: set[str] = set()
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < end:
            file.refresh_from_db()
            if file.status in WAITS_FOR_A_PERSON:
                raise RoadStopped(file.explanation)
            report = Report.objects.filter(interpretation__result_file=file).order_by("-edition").first()
            self._tell_jobs(file, report, seen)
            if report is not None and report.content_hash and self._pdf_settled(report):
                return report
            time.sleep(0.1)
        raise RoadStopped("This takes unusually long. Look at the operator's page for jobs that stopped.")

    def sign(self, report: Report) -> Report:
        if report.status == ReportStatus.DRAFT:
            clinician = self.clinic.clinician
            delivery.annotate(clinician, report, "", NOTE if self.patient.made_up else NOTE_ON_A_REAL_GENOME)
            signed = delivery.sign(clinician, report, delivery.shown_hash(report, notes_on(report)))
            if isinstance(signed, FirstSignature):
                second = self.clinic.second_clinician
                delivery.sign(second, report, signed.shown_hash)
                self.tell(f"✓ {second.name} signed second, because of grave findings")
            report.refresh_from_db()
        released = Release.objects.filter(report=report).exists()
        self.tell(f"✓ {self.clinic.clinician.name} added a note and signed" + (", and it is released" * released))
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while not self._pdf_settled(report) and time.monotonic() < end:
            time.sleep(0.1)
        return report

    def _pdf_settled(self, report: Report) -> bool:
        """The PDF of the present content is there, or its making has stopped for good."""
        report.refresh_from_db()
        if report.pdf and report.pdf_hash == report.content_hash:
            return True
        return Job.objects.filter(kind="render", target=report.pk, status=JobStatus.FAILED).exists()

    def _tell_jobs(self, file: ResultFile, report: Report | None, seen: set[str]) -> None:
        targets = [file.pk, *file.interpretations.values_list("pk", flat=True)] + ([report.pk] if report else [])
        for job in Job.objects.filter(target__in=targets, status=JobStatus.DONE).order_by("finished_at"):
            if job.kind not in seen:
                seen.add(job.kind)
                self.tell(f"✓ {STEPS.get(job.kind, job.kind)}")
        sys.stdout.flush()
