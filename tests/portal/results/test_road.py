"""A file goes from upload to interpretation, once, and stops where a person has to look or say yes."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consent.desk import actions as consent
from portal.access.decide import Denied
from portal.access.models import AccessEvent, Outcome
from portal.people.models import Patient, Role
from portal.results import interpreting, jobs
from portal.results.actions import place_order, receive_file
from portal.results.explanations import NotAccepted
from portal.results.identifiers import Identifiers
from portal.results.models import FileOrigin, FileStatus, Finding, Interpretation, Job, JobStatus, ResultFile
from portal.results.stopped_files import (
    MOST_CORRECTIONS,
    choose_sample,
    close_file,
    correct_identifiers,
    open_file_again,
    review_hold,
    try_again,
)
from tests.genomes import QUICK, SLOW, header_and_rows, vcf
from tests.jobs import work_off
from tests.people import care, make_laboratory, make_patient, make_user, say_yes
from tests.portal.results.clinic import Clinic, files_in, findings, make_clinic
from tests.shared import shared_data

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def fresh(file: ResultFile) -> ResultFile:
    return ResultFile.objects.get(pk=file.pk)


def two_samples(first: dict[str, str], second: dict[str, str]) -> bytes:
    header, rows = header_and_rows(vcf(first, "FIRST"))
    _, other = header_and_rows(vcf(second, "SECOND"))
    joined = [f"{row}\t{more.rsplit(chr(9), 1)[1]}" for row, more in zip(rows, other, strict=True)]
    return ("\n".join([*header[:-1], header[-1] + "\tSECOND", *joined]) + "\n").encode()


# --- the straight road ---


def test_a_file_with_consent_is_read_and_interpreted(clinic: Clinic) -> None:
    content = vcf(SLOW)
    file = clinic.send(content).file
    assert file.status == FileStatus.QUEUED
    assert (file.kind, file.samples, file.sample, file.origin) == ("vcf", ["S1"], "S1", FileOrigin.LABORATORY)
    assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert file.file.open().read() == content

    work_off("interpret")

    assert fresh(file).status == FileStatus.INTERPRETED
    interpretation = Interpretation.objects.get(result_file=file)
    assert interpretation.patient == clinic.patient
    assert interpretation.result["genes"]["CYP2C19"]["diplotypes"][0] == "*2/*2"
    assert len(interpretation.consent_events) == 1
    (gene,) = findings(interpretation, "gene", "CYP2C19", "CPIC")
    assert gene.code == "Poor Metabolizer"
    assert findings(interpretation, "guidance", "clopidogrel", "CPIC")


def test_every_part_of_the_answer_becomes_a_finding(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    work_off("interpret")
    result = Interpretation.objects.get(result_file=file).result
    kinds = Finding.objects.values_list("kind", flat=True)
    assert len([kind for kind in kinds if kind == "guidance"]) == len(result["guidance"])
    assert len([kind for kind in kinds if kind == "unanswered"]) == len(result["unanswered"])
    assert len([kind for kind in kinds if kind == "gene"]) == 2 * len(result["genes"])


def test_the_real_person_is_read_from_the_real_file(clinic: Clinic) -> None:
    content = (shared_data() / "real" / "NA18526.GRCh38.raw_allsites_at_pgx.vcf").read_bytes()
    file = clinic.send(content, name="holiday.jpg").file
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED
    assert Interpretation.objects.get(result_file=file).result["sample"] == file.sample


def test_the_steps_are_the_ones_that_are_registered(clinic: Clinic) -> None:
    assert jobs.steps_of("interpret") == interpreting.STEPS


def test_interpreting_again_with_the_same_knowledge_makes_no_second_interpretation(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    work_off("interpret")
    findings = Finding.objects.count()
    ResultFile.objects.filter(pk=file.pk).update(status=FileStatus.QUEUED)
    jobs.enqueue("interpret", file.pk, again=True)
    work_off("interpret")
    assert Interpretation.objects.count() == 1
    assert Finding.objects.count() == findings


def test_what_happened_is_in_the_access_log(clinic: Clinic) -> None:
    clinic.send(vcf(SLOW))
    work_off("interpret")
    seen = list(AccessEvent.objects.filter(patient=clinic.patient).values_list("action", "outcome"))
    assert ("upload.result_file", "permit") in seen
    assert ("read.result_file", "system") in seen


# --- who may ---


def test_only_a_clinician_who_cares_for_the_patient_orders(clinic: Clinic) -> None:
    order = place_order(clinic.clinician, clinic.patient, clinic.laboratory, " B-1 ")
    assert (order.accession, order.patient) == ("B-1", clinic.patient)
    for other in (make_user(Role.CLINICIAN), clinic.sender, clinic.account):
        with pytest.raises(Denied):
            place_order(other, clinic.patient, clinic.laboratory, "B-2")


def test_an_accession_number_is_used_once_per_laboratory(clinic: Clinic) -> None:
    place_order(clinic.clinician, clinic.patient, clinic.laboratory, "B-1")
    with pytest.raises(NotAccepted, match="accession_taken"):
        place_order(clinic.clinician, clinic.patient, clinic.laboratory, "B-1")
    place_order(clinic.clinician, clinic.patient, make_laboratory(), "B-1")


def test_an_unknown_accession_is_refused_and_nothing_is_kept(clinic: Clinic) -> None:
    with pytest.raises(NotAccepted, match="unknown_accession") as refusal:
        clinic.send(vcf(), accession="NOT-OURS")
    assert "Check the number" in refusal.value.explanation
    assert not ResultFile.objects.exists()


def test_another_laboratory_cannot_use_an_accession_that_is_not_its_own(clinic: Clinic) -> None:
    other = make_user(Role.LABORATORY, laboratory=make_laboratory())
    with pytest.raises(NotAccepted, match="unknown_accession"):
        receive_file(
            other,
            SimpleUploadedFile("f", vcf()),
            accession=clinic.order.accession,
            identifiers=clinic.identifiers(),
        )
    with pytest.raises(Denied):
        receive_file(other, SimpleUploadedFile("f", vcf()), order=clinic.order, identifiers=clinic.identifiers())
    assert not ResultFile.objects.exists()


def test_a_patient_brings_only_their_own_file(clinic: Clinic) -> None:
    stranger = make_patient().account
    assert stranger is not None
    with pytest.raises(Denied):
        receive_file(stranger, SimpleUploadedFile("f", vcf()), patient=clinic.patient)
    file = clinic.bring(vcf(SLOW)).file
    work_off("interpret")
    assert (fresh(file).status, file.origin) == (FileStatus.INTERPRETED, FileOrigin.PATIENT)


def test_nobody_sends_a_file_about_nobody(clinic: Clinic) -> None:
    with pytest.raises(Denied):
        receive_file(clinic.sender, SimpleUploadedFile("f", vcf()), identifiers=clinic.identifiers())


# --- the right person ---


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, False),
        ({"family_name": "  example "}, False),
        ({"family_name": "", "record_number": "{record_number}"}, False),
        ({"family_name": "Else"}, True),
        ({"birth_date": date(1999, 1, 1)}, True),
        ({"record_number": "R-0"}, True),
    ],
)
def test_two_identifiers_are_confirmed(clinic: Clinic, change: dict[str, object], held: bool) -> None:
    stated = {"birth_date": clinic.patient.birth_date, "family_name": "Example", "record_number": "", **change}
    stated["record_number"] = str(stated["record_number"]).format(record_number=clinic.patient.record_number)
    file = clinic.send(vcf(), identifiers=Identifiers(**stated)).file  # type: ignore[arg-type]
    assert (file.reason == "identifier_mismatch") == held
    assert (file.status == FileStatus.HELD) == held
    assert Job.objects.exists() == (not held)


def test_a_mismatch_tells_the_laboratory_nothing_it_did_not_know(clinic: Clinic) -> None:
    wrong = Identifiers(date(1999, 1, 1), "Else")
    explanation = clinic.send(vcf(), identifiers=wrong).file.explanation
    for secret in ("1980", "Example", "Ada", clinic.patient.record_number):
        assert secret not in explanation


@pytest.mark.parametrize(
    "identifiers", [None, Identifiers(), Identifiers(date(1980, 2, 29)), Identifiers(None, "Example", "R-1")]
)
def test_one_identifier_is_not_enough(clinic: Clinic, identifiers: Identifiers | None) -> None:
    with pytest.raises(NotAccepted, match="identifiers_missing"):
        clinic.send(vcf(), identifiers=identifiers)
    assert not ResultFile.objects.exists()


def test_a_held_file_goes_on_when_a_clinician_has_looked(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW), identifiers=Identifiers(date(1999, 1, 1), "Else")).file
    for other in (clinic.sender, clinic.account, make_user(Role.CLINICIAN)):
        with pytest.raises(Denied):
            review_hold(other, file, accept=True)
    reviewed = review_hold(clinic.clinician, file, accept=True, note="Typing error; the laboratory was called.")
    assert (reviewed.status, reviewed.reviewed_by) == (FileStatus.QUEUED, clinic.clinician)
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED
    with pytest.raises(NotAccepted):
        review_hold(clinic.clinician, file, accept=True)


WRONG = Identifiers(date(1999, 1, 1), "Example")


def test_a_mistyped_birth_date_is_put_right_by_sending_again_and_the_file_is_kept_once(
    clinic: Clinic, kept: Path
) -> None:
    file = clinic.send(vcf(SLOW), identifiers=WRONG).file
    assert file.status == FileStatus.HELD
    receipt = clinic.send(vcf(SLOW))
    assert (receipt.file.pk, receipt.duplicate, receipt.corrected) == (file.pk, True, True)
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED
    assert len(list(kept.iterdir())) == 1 and ResultFile.objects.count() == 1
    assert AccessEvent.objects.filter(resource_id=str(file.pk), reason="identifiers_corrected").count() == 1


def test_a_mistyped_birth_date_is_put_right_without_sending_the_file(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW), identifiers=WRONG).file
    assert correct_identifiers(clinic.sender, file, clinic.identifiers()).status == FileStatus.QUEUED
    with pytest.raises(NotAccepted, match="not_accepted_on_hold"):
        correct_identifiers(clinic.sender, file, clinic.identifiers())


def test_nobody_finds_out_a_birth_date_by_trying(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW), identifiers=WRONG).file
    for year in range(MOST_CORRECTIONS):
        correct_identifiers(clinic.sender, file, Identifiers(date(1960 + year, 1, 1), "Example"))
    with pytest.raises(NotAccepted, match="too_many_corrections"):
        correct_identifiers(clinic.sender, file, clinic.identifiers())
    with pytest.raises(NotAccepted, match="too_many_corrections"):
        clinic.send(vcf(SLOW))
    assert fresh(file).status == FileStatus.HELD
    assert review_hold(clinic.clinician, file, accept=True, note="Called.").status == FileStatus.QUEUED


def test_only_the_laboratory_that_was_asked_puts_its_identifiers_right(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW), identifiers=WRONG).file
    for stranger in (make_user(Role.LABORATORY, laboratory=make_laboratory()), make_patient().account):
        with pytest.raises(Denied):
            correct_identifiers(stranger, file, clinic.identifiers())


def test_a_hold_for_another_reason_is_not_lifted_by_sending_again(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    ResultFile.objects.update(status=FileStatus.HELD, reason="sex_mismatch")
    assert not clinic.send(vcf(SLOW)).corrected
    assert fresh(file).status == FileStatus.HELD


@pytest.mark.parametrize("status", [FileStatus.FAILED, FileStatus.REFUSED])
def test_a_stopped_file_is_closed_with_a_reason_and_can_be_opened_again(clinic: Clinic, status: FileStatus) -> None:
    file = clinic.send(vcf(SLOW)).file
    ResultFile.objects.update(status=status)
    closed = close_file(clinic.clinician, file, "  The laboratory sent a new one.  ")
    assert (closed.closed_by, closed.closing_note) == (clinic.clinician, "The laboratory sent a new one.")
    assert closed.closed_at is not None and closed.status == status
    assert open_file_again(clinic.clinician, file).closed_at is None
    reasons = AccessEvent.objects.filter(action="review.result_file").order_by("sequence")
    assert list(reasons.values_list("reason", flat=True)) == ["closed", "opened_again"]


def test_a_file_is_closed_only_when_it_has_stopped_with_a_reason_and_by_the_care_team(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    with pytest.raises(NotAccepted, match="not_stopped"):
        close_file(clinic.clinician, file, "A reason.")
    ResultFile.objects.update(status=FileStatus.FAILED)
    with pytest.raises(NotAccepted, match="closing_note_missing"):
        close_file(clinic.clinician, file, "  ")
    for other in (clinic.sender, clinic.account, make_user(Role.CLINICIAN)):
        with pytest.raises(Denied):
            close_file(other, file, "A reason.")
    assert fresh(file).closed_at is None


def test_starting_a_closed_file_again_opens_it(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    ResultFile.objects.update(status=FileStatus.FAILED)
    close_file(clinic.clinician, file, "Too large for now.")
    assert try_again(clinic.clinician, file).closed_at is None


def test_a_file_name_cannot_be_made_to_read_backwards(clinic: Clinic) -> None:
    assert clinic.send(vcf(SLOW), name="gen\u202efcv.exe").file.original_name == "genfcv.exe"


def test_a_held_file_can_be_refused_and_is_never_read(clinic: Clinic) -> None:
    file = clinic.send(vcf(), identifiers=Identifiers(date(1999, 1, 1), "Else")).file
    assert review_hold(clinic.clinician, file, accept=False).status == FileStatus.REFUSED
    work_off("interpret")
    assert not Interpretation.objects.exists()


def x_rows(count: int, genotype: str) -> list[str]:
    return [f"chrX\t{10_000_000 + 1000 * n}\t.\tA\tG\t.\tPASS\t.\tGT\t{genotype}" for n in range(count)]


def test_a_sex_that_differs_from_the_record_stops_the_road_until_reviewed(clinic: Clinic) -> None:
    header, rows = header_and_rows(vcf(SLOW))
    content = ("\n".join([*header, *rows, *x_rows(30, "1")]) + "\n").encode()
    assert clinic.patient.sex == "female"
    file = clinic.send(content).file
    work_off("interpret")
    held = fresh(file)
    assert (held.status, held.reason, held.genetic_sex) == (FileStatus.HELD, "sex_mismatch", "male")
    assert not Interpretation.objects.exists()
    review_hold(clinic.clinician, held, accept=True, note="Known to the team.")
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED


def test_a_sex_that_is_not_recorded_or_not_seen_stops_nothing() -> None:
    header, rows = header_and_rows(vcf(SLOW))
    content = ("\n".join([*header, *rows, *x_rows(30, "1")]) + "\n").encode()
    for clinic, sent in ((make_clinic(sex="unknown"), content), (make_clinic(sex="male"), vcf(QUICK))):
        file = clinic.send(sent).file
        work_off("interpret")
        assert fresh(file).status == FileStatus.INTERPRETED


def test_a_second_file_of_someone_else_stops_the_road(clinic: Clinic) -> None:
    clinic.send(vcf(SLOW))
    work_off("interpret")
    other = clinic.send(vcf(QUICK)).file
    work_off("interpret")
    assert (fresh(other).status, fresh(other).reason) == (FileStatus.HELD, "repeat_mismatch")
    same = clinic.send(vcf(SLOW, sample="S1-again")).file
    work_off("interpret")
    assert fresh(same).status == FileStatus.INTERPRETED


def test_a_genome_that_is_kept_for_someone_else_stops_the_road(clinic: Clinic) -> None:
    clinic.send(vcf(SLOW))
    work_off("interpret")
    other = make_clinic()
    file = other.send(vcf(SLOW)).file
    work_off("interpret")
    held = fresh(file)
    assert (held.status, held.reason) == (FileStatus.HELD, "same_genome")
    assert clinic.patient.family_name not in held.explanation


def test_renaming_the_sample_does_not_hide_whose_genome_it_is(clinic: Clinic) -> None:
    clinic.send(vcf(SLOW))
    work_off("interpret")
    copied = make_clinic().send(vcf(SLOW, sample="RENAMED")).file
    work_off("interpret")
    assert (fresh(copied).sample, fresh(copied).reason) == ("RENAMED", "same_genome")


def test_different_real_people_are_not_taken_for_one() -> None:
    content = (shared_data() / "real" / "getrm5.GRCh38.pgx_positions.multisample.vcf").read_bytes()
    for sample in ("HG00276", "HG00436", "HG00589"):
        file = make_clinic(sex="unknown").send(content, sample=sample).file
        work_off("interpret")
        assert fresh(file).status == FileStatus.INTERPRETED


def test_two_people_without_any_variant_are_not_taken_for_one(clinic: Clinic) -> None:
    clinic.send(vcf({}, sample="A"))
    file = make_clinic().send(vcf({}, sample="B")).file
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED


# --- one sample ---


def test_a_file_with_several_samples_waits_until_one_is_chosen(clinic: Clinic) -> None:
    file = clinic.send(two_samples(QUICK, SLOW)).file
    assert (file.status, file.reason, file.samples) == (FileStatus.HELD, "choose_sample", ["FIRST", "SECOND"])
    with pytest.raises(NotAccepted, match="not_a_sample"):
        choose_sample(clinic.sender, file, "THIRD")
    with pytest.raises(NotAccepted):
        review_hold(clinic.clinician, file, accept=True)
    choose_sample(clinic.sender, file, "SECOND")
    work_off("interpret")
    assert Interpretation.objects.get(result_file=file).result["genes"]["CYP2C19"]["diplotypes"][0] == "*2/*2"


def test_a_sample_can_be_named_with_the_file(clinic: Clinic) -> None:
    file = clinic.send(two_samples(QUICK, SLOW), sample="FIRST").file
    work_off("interpret")
    assert Interpretation.objects.get(result_file=file).result["genes"]["CYP2C19"]["diplotypes"][0] == "*17/*17"


# --- consent ---


def test_without_a_yes_the_file_is_kept_and_nothing_is_read() -> None:
    clinic = make_clinic(consent=False)
    file = clinic.send(vcf(SLOW)).file
    work_off("interpret")
    waiting = fresh(file)
    assert waiting.status == FileStatus.WAITING_FOR_CONSENT
    assert (waiting.fingerprint, waiting.genetic_sex) == ({}, "unknown")
    assert not Job.objects.exists()
    assert not Interpretation.objects.exists()


def test_a_yes_lets_waiting_files_go_on() -> None:
    clinic = make_clinic(consent=False)
    file = clinic.send(vcf(SLOW)).file
    say_yes(clinic.account, clinic.patient)
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED


def test_a_yes_taken_back_before_reading_stops_the_file_unread(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW)).file
    consent.withdraw(clinic.account, clinic.patient, "pgx")
    work_off("interpret")
    assert fresh(file).status == FileStatus.WAITING_FOR_CONSENT
    assert fresh(file).fingerprint == {}
    say_yes(clinic.account, clinic.patient)
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED
    said = AccessEvent.objects.filter(patient=clinic.patient, actor=None, resource_id=str(file.pk))
    reasons = list(said.order_by("sequence").values_list("reason", flat=True))
    assert reasons == ["held:no_consent", "goes_on", "interpreted"], "the patient can see that it stopped and went on"


def test_a_yes_taken_back_while_reading_leaves_nothing_written(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clinic.send(vcf(SLOW)).file
    read = interpreting._read

    def read_and_withdraw(*arguments: object) -> object:
        sample = read(*arguments)  # type: ignore[arg-type]
        consent.withdraw(clinic.account, clinic.patient, "pgx")
        return sample

    monkeypatch.setattr(interpreting, "_read", read_and_withdraw)
    work_off("interpret")
    stopped = fresh(file)
    assert (stopped.status, stopped.fingerprint) == (FileStatus.WAITING_FOR_CONSENT, {})
    assert not Interpretation.objects.exists()
    assert AccessEvent.objects.filter(resource_id=str(file.pk), reason="held:no_consent").count() == 1


# --- the same file again ---


def test_the_same_file_again_is_recognised_and_kept_once(clinic: Clinic, kept: Path) -> None:
    first = clinic.send(vcf(SLOW))
    second = clinic.send(vcf(SLOW), name="another name.vcf")
    assert (second.file.pk, first.duplicate, second.duplicate) == (first.file.pk, False, True)
    assert ResultFile.objects.count() == Job.objects.count() == 1
    assert [str(path.relative_to(kept)) for path in files_in(kept)] == [first.file.file.name]


# --- stopping and starting again ---


def test_a_file_that_kills_its_worker_three_times_stops_and_can_be_started_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clinic.send(vcf(SLOW)).file
    job = Job.objects.get(kind="interpret")
    with monkeypatch.context() as patched:
        patched.setattr(interpreting, "_read", lambda *_: 1 / 0)
        for _ in range(3):
            Job.objects.update(not_before=None)
            jobs.run(job.pk)
    stopped = fresh(file)
    assert (stopped.status, stopped.reason) == (FileStatus.FAILED, "gave_up")
    assert "kept" in stopped.explanation
    with pytest.raises(Denied):
        try_again(clinic.sender, stopped)
    try_again(clinic.clinician, stopped)
    work_off("interpret")
    assert fresh(file).status == FileStatus.INTERPRETED
    assert Job.objects.get(pk=job.pk).status == JobStatus.DONE


def test_a_job_for_a_row_that_is_gone_does_not_go_round_for_ever() -> None:
    job = jobs.enqueue("interpret", uuid.uuid4())
    for _ in range(4):
        Job.objects.update(not_before=None)
        jobs.run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_a_counsellor_who_cares_for_the_patient_may_review(clinic: Clinic) -> None:
    counsellor = make_user(Role.COUNSELLOR)
    care(counsellor, clinic.patient)
    file = clinic.send(vcf(), identifiers=Identifiers(date(1999, 1, 1), "Else")).file
    assert review_hold(counsellor, file, accept=True).status == FileStatus.QUEUED
    assert isinstance(file.patient, Patient)


def test_a_patient_never_vouches_for_whose_file_somebody_else_has_sent(clinic: Clinic) -> None:
    other = Identifiers(date(1999, 9, 9), family_name="Somebody")
    file = clinic.send(vcf(SLOW), identifiers=other).file
    with pytest.raises(Denied):
        correct_identifiers(clinic.account, file, clinic.identifiers())
    file.refresh_from_db()
    assert file.waits_for_identifiers
    refused = AccessEvent.objects.filter(actor=clinic.account, reason="not_the_sender", outcome=Outcome.DENY)
    assert refused.count() == 1
    again = SimpleUploadedFile("same.vcf", vcf(SLOW))
    receipt = receive_file(clinic.account, again, order=clinic.order, identifiers=clinic.identifiers())
    assert receipt.duplicate and not receipt.corrected and receipt.file.waits_for_identifiers


def test_a_patient_does_not_choose_the_sample_of_a_file_the_laboratory_sent(clinic: Clinic) -> None:
    file = clinic.send(vcf(SLOW), sample="SOMEBODY").file
    assert (file.status, file.reason) == (FileStatus.HELD, "sample_missing")
    with pytest.raises(Denied):
        choose_sample(clinic.account, file, file.samples[0])
    file.refresh_from_db()
    assert file.status == FileStatus.HELD
    choose_sample(clinic.clinician, file, file.samples[0])
    file.refresh_from_db()
    assert file.status == FileStatus.QUEUED
