"""The facts around an interpretation, as a report prints them: who, when, whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.dateparse import parse_datetime

from portal.people.models import Patient
from portal.reports import words
from portal.reports.changes import Earlier
from portal.reports.compose import Dates, Order, Person, compose
from portal.reports.document import Document, Fact, Note
from portal.reports.models import Report
from portal.results.models import Interpretation


def language_for(patient: Patient) -> str:
    """The language a patient's report is written in: theirs, or English when there are no words in it yet."""
    return patient.language if patient.language in words.LANGUAGES else words.LANGUAGES[0]


def compose_from(interpretation: Interpretation, language: str | None = None) -> Document:
    """Compose an interpretation, in its patient's language when no other is asked for."""
    file, patient = interpretation.result_file, interpretation.patient
    order = file.order
    language = language or language_for(patient)
    return compose(
        interpretation.result,
        language=language,
        person=Person(
            name=patient.full_name,
            birth_date=printed_date(patient.birth_date, language),
            record_number=patient.record_number,
        ),
        laboratory=order.laboratory.name if order else "",
        ordered=Order(
            ordered_by=order.ordered_by.name if order else "",
            accession=order.accession if order else "",
            call_name=settings.CLINIC_NAME,
            call_phone=settings.CLINIC_PHONE,
        ),
        dates=Dates(
            received=printed_date(file.created_at, language),
            composed=printed_date(interpretation.created_at, language),
        ),
        origin=file.origin,
        made_up=patient.made_up,
        borrowed_genome=patient.borrowed_genome,
        earlier=_earlier(interpretation, language),
    )


def _earlier(interpretation: Interpretation, language: str) -> Earlier | None:
    """The last report this person opened, to say what changed since. One they keep to themselves is never told of in
    another, and one they have not opened is not told by way of what changed."""
    read = Report.objects.filter(
        patient=interpretation.patient_id, signed_at__isnull=False, release__first_read_at__isnull=False
    ).exclude(Q(interpretation=interpretation) & ~Q(language=language))
    private = Q(interpretation__result_file__interpretations__reports__kept_private=True)
    found = read.exclude(private).select_related("patient", "interpretation__patient").order_by("-signed_at").first()
    if found is None or found.signed_at is None:
        return None
    return Earlier(found.document, printed_date(found.signed_at, language), found.interpretation.result)


def printed_date(when: date | datetime | str, language: str) -> str:
    """A date as the report's language writes it, in the clinic's time zone; ISO 8601 text is read first."""
    if isinstance(when, str):
        read = parse_datetime(when)
        if read is None:
            raise ValueError(f"not a time: {when!r}")
        when = read
    if isinstance(when, datetime) and timezone.is_aware(when):
        when = timezone.localtime(when)
    with translation.override(language):
        return formats.date_format(when, "DATE_FORMAT")


def written_notes(written: Sequence[Mapping[str, str]], language: str) -> list[Note]:
    """What clinicians wrote, `{"about", "text", "by", "at", "lead", "kind"}`, as the report prints it."""
    return [
        Note(
            text=note["text"],
            name=note["by"],
            date=printed_date(note["at"], language),
            about=note["about"],
            lead=note.get("lead", ""),
            kind=note.get("kind", ""),
        )
        for note in written
    ]


def role_name(role: str, language: str) -> str:
    """A role that may sign, as a person would say it."""
    return words.load(language).say("report", f"role_{role}")


def replaced_fact(earlier: Report, language: str) -> Fact:
    """The line that says which report no longer counts."""
    assert earlier.signed_at is not None
    label = words.load(language).say("report", "replaces")
    return Fact(code="replaces", label=label, value=printed_date(earlier.signed_at, language))
