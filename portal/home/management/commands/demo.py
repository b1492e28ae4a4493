"""`manage.py demo`: a small clinic on this machine, one genome from upload to the patient, then a web server."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.fonts import prepare_fonts
from portal.home.demo.alone import AlreadyRunning, alone

if TYPE_CHECKING:
    from portal.home.demo.clinic import Clinic
    from portal.home.demo.genomes import Genome
    from portal.people.models import Patient
    from portal.reports.models import Report

USAGE = 2  # exit status: the command was not given right


class Command(BaseCommand):
    help = "Makes a small clinic, runs the main job with progress, and serves it on localhost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="a genome file of your own (VCF) for the main job")
        parser.add_argument("--sample", default="", help="which sample of the file, when it holds more than one")
        parser.add_argument("--once", action="store_true", help="do everything but serve; say where each report is")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        given: Path | None = options["file"]
        if given is not None and not given.is_file():
            raise CommandError(f"There is no file at {given}. Check the path and try again.")
        if given is None and options["sample"]:
            raise CommandError(
                "--sample names a sample of your own file: give the file with --file.", returncode=USAGE
            )
        if not 0 < options["port"] < 65536 - 20:
            raise CommandError("A port is a number between 1 and 65515. Choose another one with --port.")
        try:
            with alone(settings.VAR):
                self._demonstrate(given, options["sample"], options["once"], options["port"])
        except AlreadyRunning:
            raise CommandError(
                "A demonstration is running in this folder already. Use that one or stop it with Ctrl-C first; "
                "to run a second one beside it, name another folder in PORTAL_VAR.",
                returncode=USAGE,
            ) from None

    def _demonstrate(self, given: Path | None, sample: str, once: bool, port: int) -> None:
        # The rooms need loaded models, and those that read need a migrated database: they are opened only now.
        from portal.home.demo.genomes import SampleNotNamed, main_genome

        try:
            genome = main_genome(given, sample)
        except SampleNotNamed as unnamed:
            raise CommandError(str(unnamed), returncode=USAGE) from unnamed
        call_command("migrate", verbosity=0)
        prepare_fonts(settings.MADE_STATIC / "fonts")

        from portal.home.demo.clinic import make_clinic, make_guest
        from portal.home.demo.serve import serve
        from portal.results.embedded import start_embedded_worker

        clinic = make_clinic()
        guest = make_guest(clinic, genome.path, genome.sample) if given is not None else None
        person = guest or clinic.patients[0]
        if (person.made_up, person.borrowed_genome) != (not genome.borrowed, genome.borrowed):
            person.made_up, person.borrowed_genome = not genome.borrowed, genome.borrowed
            person.save(update_fields=["made_up", "borrowed_genome"])
        stop_worker = start_embedded_worker()
        try:
            print(f"{settings.CLINIC_NAME}, a clinic made up for this demonstration.\n", flush=True)
            reports = self._walk(clinic, person, genome, own=given is not None)
            print("\nReports")
            for report in reports:
                where = _taken_away(report) if report.pdf else "no PDF could be made"
                print(f"  {report.patient.full_name} ({report.get_status_display().lower()}): {where}")
            if once:
                return
            print(f"\nWho can sign in (password for all: {clinic.password})")
            for account in [*([guest.account] if guest and guest.account else []), *clinic.accounts]:
                print(f"  {account.get_role_display():<20} {account.email:<28} {account.name}")
            print("\nMail that the clinic sends stays here: see the page /mail/ of the address below.")
            serve(port)
        finally:
            stop_worker()

    def _walk(self, clinic: Clinic, person: Patient, genome: Genome, *, own: bool) -> list[Report]:
        """Everybody's file goes as far as it is meant to go; the reports there are."""
        from portal.home.demo.choosing import choose_together
        from portal.home.demo.following import follow_through
        from portal.home.demo.genomes import made_up
        from portal.home.demo.road import Road, RoadStopped

        _main, waiting_to_sign, waiting_for_consent = clinic.patients
        reports = []
        try:
            print(f"{person.full_name}: from upload to the patient", flush=True)
            road = Road(clinic, person, f"N-{person.record_number}")
            road.ask_for_consent()
            reports.append(road.sign(road.draft(road.upload(genome))))

            print(f"{waiting_to_sign.full_name}: up to the clinician's signature", flush=True)
            road = Road(clinic, waiting_to_sign, f"N-{waiting_to_sign.record_number}")
            road.ask_for_consent()
            reports.append(road.draft(road.upload(made_up("rosa"))))

            print(f"{clinic.chooser.full_name}: a decision to make together", flush=True)
            road = Road(clinic, clinic.chooser, f"N-{clinic.chooser.record_number}")
            road.ask_for_consent()
            reports.append(road.sign(road.draft(road.upload(made_up("elena")))))
            choose_together(clinic, reports[-1])

            for follower in clinic.followers:
                print(f"{follower.full_name}: three months after a choice", flush=True)
                road = Road(clinic, follower, f"N-{follower.record_number}")
                road.ask_for_consent()
                reports.append(road.sign(road.draft(road.upload(made_up(follower.given_name.lower())))))
                follow_through(clinic, reports[-1])

            print(f"{waiting_for_consent.full_name}: waiting for consent", flush=True)
            Road(clinic, waiting_for_consent, f"N-{waiting_for_consent.record_number}").upload(made_up("tom"))
        except RoadStopped as stopped:
            if own:
                raise CommandError(f"The file stopped on the road: {stopped}") from stopped
            print(f"  – {stopped}", flush=True)
        return reports


def _taken_away(report: Report) -> Path:
    """A plain copy to look at, as a patient's own download would be. What the portal itself keeps is sealed."""
    folder = settings.VAR / "demo-reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    copy: Path = folder / f"{report.pk}.pdf"
    with report.pdf.open("rb") as sealed, copy.open("wb") as plain:
        shutil.copyfileobj(sealed, plain)
    return copy
