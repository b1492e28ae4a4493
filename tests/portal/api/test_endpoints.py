"""The API: files in, coded answers and reports out, each to those who may have them and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from consent.ledger.models import Decision as Act
from portal.access.decide import decide
from portal.access.models import AccessEvent
from portal.reports.models import Report
from portal.results.models import Interpretation, ResultFile, TestOrder
from tests.people import Clinic, allow, make_clinic, make_order

pytestmark = pytest.mark.django_db

VCF = (
    b"##fileformat=VCFv4.2\n##contig=<ID=chr10,length=133797422>\n"
    b'##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    b"chr10\t94781859\t.\tG\tA\t.\tPASS\t.\tGT\t0/1\n"
)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ids(answer: HttpResponse) -> set[str]:
    assert answer.status_code == 200
    return {row["id"] for row in answer.json()["results"]}


def send(client: Client, content: bytes = VCF, **facts: object) -> HttpResponse:
    upload = SimpleUploadedFile("anything.bin", content)
    return client.post("/api/v1/result-files/", {"file": upload, **facts})


def on_paper(clinic: Clinic, order: TestOrder | None = None) -> dict[str, str]:
    """What a laboratory knows: the accession and two identifiers of the person."""
    return {
        "accession": (order or clinic.order).accession,
        "birth_date": clinic.ada.birth_date.isoformat(),
        "family_name": clinic.ada.family_name,
    }


def test_a_laboratory_sends_a_file_and_follows_it(clinic: Clinic) -> None:
    laboratory = as_(clinic.laboratory_user)
    answer = send(laboratory, **on_paper(clinic))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["status"], body["kind"], body["samples"]) == ("queued", "vcf", ["S1"])
    assert "patient" not in body
    again = laboratory.get(f"/api/v1/result-files/{body['id']}/").json()
    assert again["progress"]["moving"] is True


def test_the_same_file_again_is_the_same_file(clinic: Clinic) -> None:
    laboratory = as_(clinic.laboratory_user)
    first, second = (send(laboratory, **on_paper(clinic)) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_without_a_yes_the_file_waits(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Act.WITHDRAW)
    answer = send(as_(clinic.laboratory_user), **on_paper(clinic))
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting_for_consent")


def test_something_else_is_refused_with_a_sentence(clinic: Clinic) -> None:
    laboratory = as_(clinic.laboratory_user)
    before = ResultFile.objects.count()
    answer = send(laboratory, b"not a genome", **on_paper(clinic))
    assert (answer.status_code, answer.json()["status"]) == (422, "refused")
    assert answer.json()["explanation"].endswith(".")
    assert ResultFile.objects.count() == before + 1
    unknown = send(laboratory, **(on_paper(clinic) | {"accession": "A-unknown"}))
    assert (unknown.status_code, unknown.json()["reason"]) == (400, "unknown_accession")
    nameless = send(laboratory, accession=clinic.order.accession)
    assert (nameless.status_code, nameless.json()["reason"]) == (400, "identifiers_missing")
    assert laboratory.post("/api/v1/result-files/", {"accession": "A"}).status_code == 400


def test_a_wrong_birth_date_is_held_and_the_right_one_never_told(clinic: Clinic) -> None:
    answer = send(as_(clinic.laboratory_user), **(on_paper(clinic) | {"birth_date": "1999-09-09"}))
    assert answer.json()["status"] == "held"
    assert clinic.ada.birth_date.isoformat() not in answer.content.decode()


def test_what_the_clinics_record_says_is_told_to_the_clinic_only(clinic: Clinic) -> None:
    laboratory, clinician = as_(clinic.laboratory_user), as_(clinic.clinician)
    file = send(laboratory, **on_paper(clinic)).json()["id"]
    told = "The genes say male, the record says female."
    ResultFile.objects.filter(pk=file).update(status="held", reason="sex_mismatch", explanation=told)

    answer = laboratory.get(f"/api/v1/result-files/{file}/").json()
    assert answer["reason"] == "under_review" and "male" not in answer["explanation"]
    answer = clinician.get(f"/api/v1/result-files/{file}/").json()
    assert (answer["reason"], answer["explanation"]) == ("sex_mismatch", told)


def test_another_laboratory_cannot_use_or_guess_an_accession(clinic: Clinic) -> None:
    other = as_(clinic.other_laboratory_user)
    known = send(other, **on_paper(clinic))
    unknown = send(other, **(on_paper(clinic) | {"accession": "A-unknown"}))
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_patient_sends_their_own_file(clinic: Clinic) -> None:
    answer = send(as_(clinic.ada_user))
    assert (answer.status_code, answer.json()["origin"]) == (201, "patient")
    assert answer.json()["patient"] == str(clinic.ada.pk)


@pytest.mark.parametrize("who", ["ben", "other_clinician", "researcher", "operator", "privacy_officer"])
def test_nobody_sends_a_file_for_somebody_elses_patient(clinic: Clinic, who: str) -> None:
    before = ResultFile.objects.filter(patient=clinic.ada).count()
    answer = send(as_(clinic.everyone()[who]), patient=clinic.ada.pk, birth_date="1980-02-29", family_name="Example")
    assert answer.status_code == 404
    assert ResultFile.objects.filter(patient=clinic.ada).count() == before


def test_a_clinician_orders_a_test(clinic: Clinic) -> None:
    facts = {"patient": clinic.ada.pk, "laboratory": clinic.laboratory.pk, "accession": "A-new"}
    made = as_(clinic.clinician).post("/api/v1/orders/", facts)
    assert made.status_code == 201
    taken = as_(clinic.clinician).post("/api/v1/orders/", facts)
    assert (taken.status_code, taken.json()["reason"]) == (400, "accession_taken")
    for who in ("ada", "ben", "other_clinician", "laboratory_user", "operator"):
        assert as_(clinic.everyone()[who]).post("/api/v1/orders/", facts | {"accession": "A-2"}).status_code == 404


LISTS = (
    ("orders", "read.test_order", TestOrder),
    ("result-files", "read.result_file", ResultFile),
    ("interpretations", "read.interpretation", Interpretation),
    ("reports", "read.report", Report),
)


def nothing_changes(clinic: Clinic) -> None:
    make_order(clinic.ben, clinic.other_laboratory, clinic.other_clinician)


def the_yes_is_taken_back(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Act.WITHDRAW)


def the_signature_is_missing(clinic: Clinic) -> None:
    clinic.sign_off.delete()


def the_release_is_tomorrow(clinic: Clinic) -> None:
    clinic.release.at = timezone.now() + timedelta(days=1)
    clinic.release.save()


@pytest.mark.parametrize(
    "stage", [nothing_changes, the_yes_is_taken_back, the_signature_is_missing, the_release_is_tomorrow]
)
@pytest.mark.parametrize(("path", "action", "model"), LISTS)
def test_a_list_holds_exactly_what_may_be_read_one_by_one(clinic: Clinic, path, action, model, stage) -> None:
    stage(clinic)
    for who, user in clinic.everyone().items():
        client = as_(user)
        may = {str(row.pk) for row in model.objects.all() if decide(user, action, row)}
        assert ids(client.get(f"/api/v1/{path}/")) == may, who
        for row in model.objects.all():
            expected = 200 if str(row.pk) in may else 404
            assert client.get(f"/api/v1/{path}/{row.pk}/").status_code == expected, who


def test_the_patient_reads_and_takes_away_the_report(clinic: Clinic) -> None:
    ada = as_(clinic.ada_user)
    report = ada.get(f"/api/v1/reports/{clinic.report.pk}/").json()
    assert report["document"] == clinic.report.document
    pdf = ada.get(f"/api/v1/reports/{clinic.report.pk}/pdf/", headers={"Accept": "application/pdf"})
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert "Example" not in pdf.headers["Content-Disposition"]
    noted = list(AccessEvent.objects.filter(actor=clinic.ada_user).values_list("action", flat=True))
    assert noted == ["download.report", "read.report"]


def test_a_pdf_of_other_words_than_the_report_is_not_given_out(clinic: Clinic) -> None:
    clinic.report.pdf_hash = "of an earlier draft"
    clinic.report.save()
    assert as_(clinic.ada_user).get(f"/api/v1/reports/{clinic.report.pk}/pdf/").status_code == 404


def test_consents_show_what_holds_now(clinic: Clinic) -> None:
    rows = as_(clinic.ada_user).get("/api/v1/consents/").json()
    (row,) = (row for row in rows if row["scope"] == "pgx")
    assert {row["state"] for row in rows if row["scope"] != "pgx"} == {"not_asked"}
    assert (row["scope"], row["state"], row["permitted"]) == ("pgx", "permitted", True)
    allow(clinic.ada, decision=Act.WITHDRAW)
    rows = as_(clinic.clinician).get(f"/api/v1/consents/?patient={clinic.ada.pk}").json()
    (row,) = (row for row in rows if row["scope"] == "pgx")
    assert (row["state"], row["permitted"]) == ("withdrawn", False)
    for query in (clinic.ada.pk, "nonsense"):
        assert as_(clinic.other_clinician).get(f"/api/v1/consents/?patient={query}").status_code == 404
    assert as_(clinic.laboratory_user).get("/api/v1/consents/").json() == []


def test_a_form_token_is_needed_with_a_session(clinic: Clinic) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.ada_user)
    assert send(client).status_code == 403


def test_nothing_is_kept_by_browsers_on_the_way(clinic: Clinic) -> None:
    answer = as_(clinic.ada_user).get(f"/api/v1/reports/{clinic.report.pk}/")
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_look_is_noted_as_on_the_pages(clinic: Clinic) -> None:
    client = as_(clinic.clinician)
    looks = (
        (f"/api/v1/orders/{clinic.order.pk}/", "read.test_order"),
        (f"/api/v1/result-files/{clinic.file.pk}/", "read.result_file"),
        (f"/api/v1/consents/?patient={clinic.ada.pk}", "read.consent_event"),
    )
    for path, action in looks:
        assert client.get(path).status_code == 200
        noted = AccessEvent.objects.filter(actor=clinic.clinician, action=action, patient=clinic.ada)
        assert noted.count() == 1, path


def test_other_names_in_a_laboratorys_file_are_not_told_to_the_patient(clinic: Clinic) -> None:
    clinic.file.samples = ["S1", "Somebody Else"]
    clinic.file.save()
    path = f"/api/v1/result-files/{clinic.file.pk}/"
    assert as_(clinic.ada_user).get(path).json()["samples"] == ["S1"]
    assert as_(clinic.clinician).get(path).json()["samples"] == ["S1", "Somebody Else"]
