"""The installation of the README, for real: PostgreSQL, Redis, gunicorn, two prefork Celery workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Prepared, prepare, send, sign
from tests.services import postgres_server, redis_server
from tests.stack import Client, Stack

pytestmark = [pytest.mark.redis, pytest.mark.postgres]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with (
        redis_server() as redis,
        postgres_server() as database,
        Stack(tmp_path_factory.mktemp("var"), database, redis.url) as stack,
    ):
        yield stack


@pytest.fixture(scope="module")
def prepared(stack: Stack) -> Prepared:
    return prepare(stack, 1)


def test_a_genome_goes_from_the_laboratorys_upload_to_the_patients_pdf(stack: Stack, prepared: Prepared) -> None:
    laboratory, clinician, patient = Client(stack), Client(stack), Client(stack)
    (order,) = prepared.orders

    sent = send(laboratory, prepared, order)
    assert sent.status == 201, sent.text

    clinician.sign_in(prepared.clinician, prepared.password)

    def drafted() -> bool:
        return json.loads(clinician.get("/api/v1/reports/").body)["count"] == 1

    stack.wait(drafted, "the draft")
    (report,) = json.loads(clinician.get("/api/v1/reports/").body)["results"]
    assert clinician.get(f"/reports/{report['id']}/review/").status == 200
    patient.sign_in(prepared.patient, prepared.password)
    assert patient.get(f"/reports/{report['id']}/").status == 404, "not before it is signed"

    sign(stack, report["id"], prepared.clinician)

    page = patient.get(f"/reports/{report['id']}/")
    assert page.status == 200 and "clopidogrel" in page.text.lower()
    assert page.headers["cache-control"] == "no-store"

    def printed() -> bool:
        answer = patient.get(f"/reports/{report['id']}/pdf/")
        return answer.status == 200 and answer.body.startswith(b"%PDF")

    stack.wait(printed, "the PDF")


def test_it_says_that_it_is_ready(stack: Stack) -> None:
    stack.wait(lambda: Client(stack).get("/health/ready").status == 200, "readiness")


def test_pages_are_sent_with_strict_headers_and_named_static_files(stack: Stack) -> None:
    page = Client(stack).get("/accounts/login/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "max-age" in page.headers["strict-transport-security"]
    assert page.headers["x-frame-options"] == "DENY"


def test_nothing_about_a_person_is_in_the_logs(stack: Stack, prepared: Prepared) -> None:
    logs = "".join(path.read_text(errors="replace") for path in Path(stack.folder).glob("*.log"))
    assert logs
    for secret in (prepared.token, prepared.patient, "Alvarez", "R-1002", "genome.vcf", "clopidogrel"):
        assert secret not in logs, secret


def test_the_settings_pass_the_deployment_check(stack: Stack) -> None:
    assert stack.manage("check", "--deploy", "--fail-level", "WARNING") is not None
