"""The `interpret` job: from a stored file to one interpretation and its findings, if the person still says yes."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from consent.desk.queries import permission
from genomics.interpretation import Context
from genomics.interpretation import interpret as interpret_sample
from genomics.knowledge import load
from genomics.model import CallStatus, Sample
from genomics.readers import ReadError, fingerprint, genetic_sex, read_samples
from portal.access import log
from portal.people.models import Patient
from portal.results import jobs
from portal.results.explanations import source
from portal.results.models import FileStatus, Finding, Interpretation, ResultFile
from portal.results.road import SCOPE, hold, stop_without_consent
from portal.results.same_person import doubt
from portal.results.storing import storage

STEPS = ("permission", "reading", "right_person", "interpreting", "saving")
_ON_THE_ROAD = (FileStatus.QUEUED, FileStatus.INTERPRETING)


def stopped(file_id: uuid.UUID, reason: str, explanation: str) -> None:
    """The job has stopped for good: say so on the file. A file that is not what it said is refused."""
    status = FileStatus.FAILED if reason == jobs.GAVE_UP else FileStatus.REFUSED
    ResultFile.objects.filter(pk=file_id, status__in=_ON_THE_ROAD).update(
        status=status, reason=reason, explanation=source(reason) if reason == jobs.GAVE_UP else explanation
    )


@jobs.handler("interpret", steps=STEPS, stopped=stopped)
def interpret(job: jobs.RunningJob) -> jobs.Commit:
    """Read one person's file and work out what it means. Nothing is read without permission at this moment."""
    job.step("permission")
    file = ResultFile.objects.select_related("patient").get(pk=job.target)
    if file.status not in _ON_THE_ROAD:
        return lambda: None
    if not permission(file.patient, SCOPE).permitted:
        return lambda: _wait(file.pk)
    ResultFile.objects.filter(pk=file.pk, status=FileStatus.QUEUED).update(status=FileStatus.INTERPRETING)

    job.step("reading")
    knowledge = load()
    with storage().opened_plain(str(file.file.name)) as path:
        sample = _read(path, file.sample)

    job.step("right_person")
    sex, prints = str(genetic_sex(sample)), fingerprint(sample)
    reason = doubt(file, sex, prints)
    if reason:
        return lambda: _hold(file.pk, reason, sex, prints)

    job.step("interpreting")
    result = interpret_sample(sample, Context(), knowledge).to_dict()

    job.step("saving")
    return lambda: _save(file.pk, sex, prints, result, knowledge.release.hash)


def _read(path: Path, name: str) -> Sample:
    try:
        (sample,) = read_samples(path, load().covered_positions, name)
    except ReadError as error:
        raise jobs.JobRefused(str(error.code), error.sentence) from error
    if not any(call.status is CallStatus.TESTED for call in sample.calls.values()):
        raise jobs.JobRefused("nothing_tested", source("nothing_tested"))
    return sample


def _on_the_road(file_id: uuid.UUID) -> tuple[ResultFile, bool]:
    """The file's row, locked, and whether it is still meant to be interpreted.

    The patient's row is locked first, as giving and withdrawing consent do: so a withdrawal comes either before this
    transaction, which then sees it, or after it.
    """
    Patient.objects.select_for_update().get(files=file_id)
    file = ResultFile.objects.select_for_update(of=("self",)).select_related("patient").get(pk=file_id)
    return file, file.status in _ON_THE_ROAD


def _wait(file_id: uuid.UUID) -> None:
    file, going = _on_the_road(file_id)
    if going:
        stop_without_consent(file)


def _hold(file_id: uuid.UUID, reason: str, sex: str, prints: dict[str, str]) -> None:
    file, going = _on_the_road(file_id)
    if not going:
        return
    if not permission(file.patient, SCOPE).permitted:
        stop_without_consent(file)
        return
    file.genetic_sex, file.fingerprint = sex, prints
    hold(file, reason)
    log.record(None, "review.result_file", file, reason=f"held:{reason}")


def _save(
    file_id: uuid.UUID, sex: str, prints: dict[str, str], result: dict[str, Any], release: str
) -> uuid.UUID | None:
    """Write the interpretation and its findings, once, resting on the consent as it is now."""
    file, going = _on_the_road(file_id)
    if not going:
        return None
    now_permitted = permission(file.patient, SCOPE)
    if not now_permitted.permitted:
        stop_without_consent(file)
        return None
    interpretation, made = Interpretation.objects.get_or_create(
        result_file=file,
        knowledge_release=release,
        defaults={"patient": file.patient, "result": result, "consent_events": now_permitted.event_ids},
    )
    if made:
        Finding.objects.bulk_create(_findings(interpretation))
    file.genetic_sex, file.fingerprint = sex, prints
    file.status, file.reason, file.explanation = FileStatus.INTERPRETED, "", ""
    file.save()
    log.record(None, "read.result_file", file, reason="interpreted", consent_events=now_permitted.event_ids)
    return interpretation.pk


def _findings(interpretation: Interpretation) -> list[Finding]:
    """One row per gene and source, per line of guidance, and per medicine without an answer."""

    def finding(kind: str, subject: str, code: str | None, source: str, detail: dict[str, Any]) -> Finding:
        return Finding(
            interpretation=interpretation,
            domain="pharmacogenomics",
            kind=kind,
            subject=subject,
            code=code or "",
            source=source,
            detail=detail,
        )

    result = interpretation.result
    return [
        *(
            finding("gene", gene, phenotype, source, detail)
            for gene, detail in result["genes"].items()
            for source, phenotype in detail["phenotype"].items()
        ),
        *(finding("guidance", line["drug"], line["action"], line["source"], line) for line in result["guidance"]),
        *(finding("unanswered", line["drug"], line["reason"], line["source"], line) for line in result["unanswered"]),
    ]
