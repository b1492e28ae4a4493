"""The log holds codes only: what people are called, what they sent and what it says never gets in."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.access.logging import CodesOnlyFormatter, hashed_user
from tests.people import Clinic, make_clinic

CANARIES = ("Canarina", "Finchley", "R-CANARY-1", "canary-genome.vcf", "0|1:canary", "canary@example.org", "A-CANARY")


@pytest.fixture
def lines():
    """Everything that is logged, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(CodesOnlyFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def clinic(db) -> Clinic:
    clinic = make_clinic()
    ada = clinic.ada
    ada.given_name, ada.family_name, ada.record_number = "Canarina", "Finchley", "R-CANARY-1"
    ada.save()
    clinic.ada_user.email, clinic.ada_user.name = "canary@example.org", "Canarina Finchley"
    clinic.ada_user.save()
    clinic.order.accession = "A-CANARY"
    clinic.order.save()
    clinic.interpretation.result = {"genes": {"CYP2C19": {"diplotypes": ["0|1:canary"]}}}
    clinic.interpretation.save()
    return clinic


def test_requests_leave_no_trace_of_a_person(clinic: Clinic, lines) -> None:
    client = Client(raise_request_exception=False)
    client.post(reverse("account_login"), {"login": "canary@example.org", "password": "Canarina Finchley"})
    client.force_login(clinic.ada_user)
    for path in ("/", "/consent/", "/consent/pgx/", "/access/log/", "/no/Canarina/Finchley", "/?q=R-CANARY-1"):
        client.get(path)
    client.post(
        "/consent/pgx/",
        {"answer": "Canarina", "file": SimpleUploadedFile("canary-genome.vcf", b"0|1:canary")},
    )
    client.get(f"/reports/{clinic.report.pk}/?name=Finchley")
    text = json.dumps(lines())
    assert '"event": "request"' in text
    for canary in (*CANARIES, str(clinic.report.pk), str(clinic.ada.pk), str(clinic.ada_user.pk)):
        assert canary.lower() not in text.lower(), canary


def test_a_crash_keeps_the_place_and_drops_the_words(lines) -> None:
    try:
        raise ValueError("Canarina Finchley has 0|1:canary")
    except ValueError:
        logging.getLogger("portal.results").exception("file_failed", extra={"job": "abc", "name_of": "Finchley"})
        logging.getLogger("somebody.else").exception("could not read canary-genome.vcf")
    ours, theirs = lines()
    assert (ours["event"], ours["error"], ours["job"]) == ("file_failed", "ValueError", "abc")
    assert ours["places"][0].startswith("test_logging.py:")
    assert (theirs["event"], theirs["error"]) == ("library_message", "ValueError")
    assert not any(canary in json.dumps([ours, theirs]) for canary in CANARIES)


def test_values_that_are_not_codes_are_left_out(lines) -> None:
    logger = logging.getLogger("portal.test")
    logger.warning("Canarina came in")
    logger.warning("came_in", extra={"reason": "Canarina Finchley", "status": 200})
    logging.getLogger("library").warning("opened %s", "canary-genome.vcf")
    logging.getLogger("library").warning("opened canary-genome.vcf")
    first, second, third, fourth = lines()
    assert first["event"] == "not_a_code"
    assert (second["event"], second["reason"], second["status"]) == ("came_in", "left_out", 200)
    assert third["template"] == "opened %s"
    assert "template" not in fourth


def test_a_request_is_logged_by_template_status_and_hashed_user(clinic: Clinic, lines) -> None:
    client = Client()
    client.force_login(clinic.ada_user)
    answer = client.get("/consent/pgx/?secret=1", headers={"X-Request-ID": "mine"})
    (entry,) = [line for line in lines() if line["event"] == "request"]
    assert entry["route"] == "consent/<scope:scope>/"
    assert (entry["method"], entry["status"], entry["level"]) == ("GET", 200, "info")
    assert entry["user"] == hashed_user(clinic.ada_user.pk, settings.SECRET_KEY)
    assert entry["request"] == answer.headers["X-Request-ID"] != "mine"
    assert entry["duration_ms"] >= 0


def test_the_site_writes_its_log_this_way() -> None:
    assert settings.LOGGING["root"]["handlers"] == ["lines"]
    assert settings.LOGGING["handlers"]["lines"]["formatter"] == "codes"
    for name in ("django", "django.request", "django.server", "django.security"):
        logger = logging.getLogger(name)
        assert logger.handlers == [] and logger.propagate, name
