"""What is done to reports: composed as a draft, made final with notes and a signature, printed as PDF.

A draft may be composed anew until it is signed. A signed report never changes: signing takes the draft that was read,
word for word, and adds what the clinician added.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from consent.desk.queries import Permission, permission
from portal.access import log
from portal.people.models import Patient
from portal.reports.compose import signed
from portal.reports.document import Document, Signature, content_hash
from portal.reports.facts import compose_from, printed_date, replaced_fact, role_name, written_notes
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import same_matter, would_replace
from portal.reports.render import render_pdf
from portal.results import jobs
from portal.results.models import Interpretation, Job, JobStatus
from portal.results.road import SCOPE

NO_CONSENT = "no_consent"


class AlreadySigned(ValueError):
    """The report is signed; it can be replaced by a new edition but never changed."""


class DocumentChanged(RuntimeError):
    """The report's document changed while its PDF was made; making it again mends that."""


# -- consent


def consent_changed(patient: Patient, scope: str) -> None:
    """The person said yes again: words and papers that were refused for want of it are made after all.

    One that runs at this moment may have met the earlier no, so it is asked to run once more.
    """
    if scope != SCOPE:
        return
    with transaction.atomic():
        if not permission(patient, SCOPE).permitted:
            return
        stopped = Q(status=JobStatus.FAILED, reason=NO_CONSENT) | Q(status=JobStatus.RUNNING)
        words = Q(kind="compose", target__in=Interpretation.objects.filter(patient=patient).values("pk"))
        papers = Q(kind="render", target__in=Report.objects.filter(patient=patient).values("pk"))
        for job in Job.objects.filter(stopped, words | papers):
            jobs.enqueue(job.kind, job.target, again=True)


def require_consent(patient: Patient) -> Permission:
    """The person's yes as it stands now; without it nothing is put into words, and nothing on paper."""
    found = permission(patient, SCOPE)
    if not found.permitted:
        raise jobs.JobRefused(
            NO_CONSENT,
            _("The patient has not said yes to having these results interpreted. Ask them first, then start again."),
        )
    return found


def _consent_to_keep(patient_id: uuid.UUID) -> Permission:
    """Asked again in the transaction that writes. The patient's row is locked first, as giving and taking back a yes
    do: so an answer comes either before this transaction, which then sees it, or after it. The lock lets rows about
    the patient be added meanwhile: signing does that while it holds the report."""
    return require_consent(Patient.objects.select_for_update(no_key=True).get(pk=patient_id))


# -- compose


def compose_report(interpretation_id: uuid.UUID, language: str | None = None) -> Report:
    """Compose the draft of an interpretation here and now; the `compose` job does the same in steps.

    In the patient's language when no other is asked for: each language is a report of its own. Running it again
    changes nothing, unless the words have changed and the report is still a draft. Raises `jobs.JobRefused` without
    the person's consent.
    """
    require_consent(Patient.objects.get(interpretations=interpretation_id))
    document = composed(interpretation_id, language)
    with transaction.atomic():
        keep_draft(interpretation_id, document)
    return _current(interpretation_id, document.language)


def composed(interpretation_id: uuid.UUID, language: str | None = None) -> Document:
    """The document of an interpretation, in its patient's language when no other is asked for. Writes nothing."""
    interpretation = Interpretation.objects.select_related(
        "patient", "result_file__order__laboratory", "result_file__order__ordered_by"
    ).get(pk=interpretation_id)
    return compose_from(interpretation, language)


def keep_draft(interpretation_id: uuid.UUID, document: Document) -> uuid.UUID | None:
    """Keep a composed document as the interpretation's draft; returns the report's id, or None when it is signed."""
    interpretation = Interpretation.objects.select_related("patient").get(pk=interpretation_id)
    found = _consent_to_keep(interpretation.patient_id)
    report, _made = Report.objects.select_for_update().get_or_create(
        interpretation=interpretation,
        language=document.language,
        edition=1,
        defaults={"patient": interpretation.patient, "knowledge_release": interpretation.knowledge_release},
    )
    if report.status != ReportStatus.DRAFT:
        return None
    if report.content_hash != document.content_hash:
        report.document, report.content_hash = document.to_json(), document.content_hash
        report.save(update_fields=["document", "content_hash"])
        log.record(None, "read.interpretation", interpretation, reason="composed", consent_events=found.event_ids)
    return report.pk


def _current(interpretation_id: uuid.UUID, language: str) -> Report:
    found = Report.objects.filter(interpretation_id=interpretation_id, language=language)
    return found.order_by("-edition")[0]


# -- amend and take back


def amended_draft(report_id: uuid.UUID) -> Report:
    """A new draft of a signed report, composed from the same interpretation with the words as they are now.

    One that is still open is handed back instead. Call it in the transaction of the act.
    """
    report = Report.objects.select_for_update().select_related("patient").get(pk=report_id)
    editions = Report.objects.filter(interpretation=report.interpretation_id, language=report.language)
    draft = editions.filter(status=ReportStatus.DRAFT).first()
    if draft is not None:
        return draft
    document = composed(report.interpretation_id, report.language)
    return Report.objects.create(
        interpretation_id=report.interpretation_id,
        patient=report.patient,
        language=report.language,
        edition=editions.order_by("-edition").values_list("edition", flat=True)[0] + 1,
        document=document.to_json(),
        content_hash=document.content_hash,
        knowledge_release=report.knowledge_release,
        kept_private=report.kept_private,
    )


def take_back(report_id: uuid.UUID) -> None:
    """From now on nobody may rely on this signed report. No word of it changes."""
    Report.objects.filter(pk=report_id, status=ReportStatus.SIGNED).update(status=ReportStatus.WITHDRAWN)


# -- finalise


def finalise(
    report_id: uuid.UUID,
    notes: Sequence[Mapping[str, str]],
    signature: Mapping[str, str],
    *,
    left_out: Sequence[Mapping[str, str]] = (),
    added: Sequence[Mapping[str, str]] = (),
    first: Mapping[str, str] | None = None,
) -> Report:
    """Make a draft final: the words that were read, with the clinician's notes and signature.

    `notes` are `{"about", "text", "by", "at"}` (`about` a medicine's name or empty), and so are the reasons why
    advice was `left_out` and the options `added`; `signature`, and the `first` of two, are `{"name", "role", "at"}`;
    times are ISO 8601. Call it in the transaction of the signature; the PDF follows on commit. An earlier signed
    report on the same question is replaced by it, and so is a draft of an earlier file; both are kept. Raises
    `AlreadySigned`.
    """
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=report_id)
        if report.status != ReportStatus.DRAFT:
            raise AlreadySigned(str(report_id))
        language = report.language
        earlier = would_replace(report)
        final = signed(
            report.document,
            written_notes(notes, language),
            _signature(signature, language),
            left_out=written_notes(left_out, language),
            added=written_notes(added, language),
            first=_signature(first, language) if first else None,
            replaces=replaced_fact(earlier, language) if earlier else None,
        )
        report.document, report.content_hash = final, content_hash(final)
        report.status = ReportStatus.SIGNED
        report.signed_at = parse_datetime(signature["at"]) or timezone.now()
        report.save(update_fields=["document", "content_hash", "status", "signed_at"])
        _replace_earlier(report)
        jobs.enqueue("render", report.pk, again=True)
    return report


def _signature(given: Mapping[str, str], language: str) -> Signature:
    return Signature(
        name=given["name"], role=role_name(given["role"], language), date=printed_date(given["at"], language)
    )


def _replace_earlier(report: Report) -> None:
    """From now on this report counts; what was signed before it, and drafts of earlier files, do not."""
    others = same_matter(report)
    # One that was taken back keeps saying so, and leads to the report that counts.
    others.filter(status=ReportStatus.WITHDRAWN).update(replaced_by=report)
    others = others.exclude(status=ReportStatus.WITHDRAWN)
    came = report.interpretation.result_file.created_at
    outdated = others.filter(signed_at=None, interpretation__result_file__created_at__lt=came)
    for rows in (others.filter(signed_at__isnull=False), outdated):
        rows.update(status=ReportStatus.REPLACED, replaced_by=report)


# -- render


def render_report(report_id: uuid.UUID) -> Report:
    """Make the report's PDF here and now, if its content has changed since the last one.

    Raises `jobs.JobRefused` without the person's consent.
    """
    report = Report.objects.select_related("patient").get(pk=report_id)
    require_consent(report.patient)
    with transaction.atomic():
        keep_pdf(report_id, report.content_hash, rendered(report))
    report.refresh_from_db()
    return report


def rendered(report: Report) -> bytes | None:
    """The report's PDF, or None when the one it has is of this very content."""
    name = report.pdf.name
    if name and report.pdf_hash == report.content_hash and report.pdf.storage.exists(name):
        return None
    return render_pdf(report.document)


def keep_pdf(report_id: uuid.UUID, made_from: str, pdf: bytes | None) -> uuid.UUID:
    """Keep a PDF made from the content of this hash. Raises `DocumentChanged` when the content has moved on, and
    `jobs.JobRefused` when the person's yes was taken back while it was made."""
    _consent_to_keep(Report.objects.values_list("patient_id", flat=True).get(pk=report_id))
    report = Report.objects.select_for_update().get(pk=report_id)
    if report.content_hash != made_from:
        raise DocumentChanged(str(report_id))
    if pdf is None:
        return report.pk
    earlier = report.pdf.name
    report.pdf.save(f"{report.pk}.pdf", ContentFile(pdf), save=False)
    report.pdf_hash = made_from
    report.save(update_fields=["pdf", "pdf_hash"])
    if earlier and earlier != report.pdf.name:
        transaction.on_commit(lambda: report.pdf.storage.delete(earlier))
    return report.pk
