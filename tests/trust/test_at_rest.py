"""At rest nothing can be read: words put in along the whole road stand nowhere in the database or in storage."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from consent.desk import guardians
from portal.access import actions as access
from portal.access.models import AccessEvent, BreakGlass, FactorRecovery
from portal.access.proxies import invite_proxy
from portal.delivery import actions as delivery
from portal.delivery.queries import notes_on, report_for
from portal.people.models import Role, Sex
from portal.reports.models import Report
from portal.results.actions import receive_file
from portal.results.identifiers import Identifiers
from portal.results.models import Interpretation, ResultFile
from portal.results.stopped_files import review_hold
from portal.sealing import keys
from portal.sealing.errors import SealError
from portal.sealing.fields import Erased
from tests.people import allow, care, make_laboratory, make_order, make_patient, make_user
from tests.road import identifiers_of, made_up_file, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)

CANARIES = (
    "Wrenfeather", "Siskinsson", "1911-11-11", "R-LINNET", "A-GOLDCREST", "dunnock-file", "SAMPLE-NUTHATCH",
    "note-about-a-chaffinch", "emergency-of-a-brambling", "verdict-on-a-bullfinch", "answer-of-a-hawfinch",
    "looked-at-by-a-redpoll", "passport-of-a-crossbill", "certificate-of-a-serin", "greenfinch@helper.example",
    "Stated-Twite", "sample-mix-up-of-a-citril",
)  # fmt: skip
HEALTH = ("CYP2C19", "Poor Metabolizer", "clopidogrel", "##fileformat", "%PDF", "diplotypes", "rs4244285")


@pytest.fixture(autouse=True)
def places(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SEALING_DESTROYED_REGISTER = tmp_path / "destroyed-keys"
    settings.SEALING_PLAIN_FOLDER = str(tmp_path / "plain")
    return tmp_path


@pytest.fixture
def report(places: Path) -> Report:
    """The whole road, with a canary in every place where a person can put words."""
    patient = make_patient(
        "Wrenfeather", "Siskinsson", record_number="R-LINNET", birth_date=datetime.date(1911, 11, 11), sex=Sex.FEMALE
    )
    laboratory = make_laboratory("Northgate")
    clinician, stranger = make_user(Role.CLINICIAN), make_user(Role.CLINICIAN)
    sender, officer = make_user(Role.LABORATORY, laboratory=laboratory), make_user(Role.PRIVACY_OFFICER)
    counsellor, operator = make_user(Role.COUNSELLOR), make_user(Role.OPERATOR, is_staff=True)
    for member in (clinician, counsellor):
        care(member, patient)
    allow(patient)
    account = patient.account
    assert account is not None
    content = made_up_file("SAMPLE-NUTHATCH", CYP2C19="*2/*2")
    order = make_order(patient, laboratory, clinician, accession="A-GOLDCREST")
    wrong = Identifiers(birth_date=patient.birth_date, family_name="Stated-Twite")
    held = receive_file(sender, SimpleUploadedFile("dunnock-file.vcf", content), order=order, identifiers=wrong).file
    review_hold(clinician, held, accept=False, note="looked-at-by-a-redpoll, sample-mix-up-of-a-citril")
    again = make_order(patient, laboratory, clinician)
    upload = SimpleUploadedFile("dunnock-file.vcf", content + b"\n")
    receive_file(sender, upload, order=again, identifiers=identifiers_of(patient))
    run_jobs()
    report = Report.objects.get(patient=patient)
    delivery.annotate(clinician, report, "clopidogrel", "note-about-a-chaffinch")
    report.refresh_from_db()
    delivery.sign(clinician, report, delivery.shown_hash(report, notes_on(report)))
    run_jobs()
    access.break_glass(
        stranger, record_number="R-LINNET", birth_date=patient.birth_date, reason="emergency-of-a-brambling"
    )
    broken = BreakGlass.objects.get()
    access.review_break_glass(officer, broken, verdict=BreakGlass.Verdict.JUSTIFIED, note="verdict-on-a-bullfinch")
    event = AccessEvent.objects.filter(patient=patient).exclude(actor=account).first()
    assert event is not None
    access.answer(officer, access.question(account, event), "answer-of-a-hawfinch")
    invite_proxy(account, patient, email="greenfinch@helper.example", covers=["reports"])
    FactorRecovery.objects.create(user=account, asked_by=operator, identity_note="passport-of-a-crossbill")
    guardian = make_user(Role.PATIENT)
    guardians.record(counsellor, patient, guardian, capacity="attorney", basis="certificate-of-a-serin")
    report.refresh_from_db()
    return report


def at_rest(places: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte that lies on a disk: the database's own files (on PostgreSQL every cell) and all of storage."""
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        for path in (name, name.with_name(name.name + "-wal")):
            if path.exists():
                yield path.name, path.read_bytes()
    else:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f'SELECT * FROM "{table}"')
                cells = (cell for row in cursor.fetchall() for cell in row)
                yield (
                    table,
                    b"\0".join(bytes(c) if isinstance(c, memoryview | bytes) else str(c).encode() for c in cells),
                )
    for path in places.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(places)), path.read_bytes()


def found(places: Path, words: tuple[str, ...]) -> set[tuple[str, str]]:
    seen = set()
    for where, content in at_rest(places):
        lower = content.lower()
        seen |= {(where, word) for word in words if word.lower().encode() in lower}
    return seen


def test_no_word_of_the_whole_road_can_be_read_at_rest(report: Report, places: Path) -> None:
    assert report.document["person"] == "Wrenfeather Siskinsson", "the words are there"
    assert b"%PDF" in report.pdf.open().read()
    assert "clopidogrel" in str(Interpretation.objects.get(reports=report).result)
    assert found(places, CANARIES + HEALTH) == set()


def test_the_search_finds_what_is_plain(report: Report, places: Path) -> None:
    account = report.patient.account
    assert account is not None
    assert found(places, (account.email,)), "the address to sign in with is the one thing that stays plain"


def test_a_destroyed_key_leaves_nothing_of_the_road_to_read(report: Report) -> None:
    file = ResultFile.objects.filter(patient=report.patient, status="interpreted").get()
    keys.destroy(report.patient.subject)
    again = Report.objects.select_related("patient").get(pk=report.pk)
    for value in (
        again.document,
        again.patient.given_name,
        again.patient.birth_date,
        file.interpretations.get().result,
    ):
        assert isinstance(value, Erased)
    for kept in (again.pdf, ResultFile.objects.get(pk=file.pk).file):
        with pytest.raises(SealError):
            kept.open().read()
    clinician = again.sign_off.signed_by
    shown = report_for(clinician, report.pk)
    assert shown is not None
    assert isinstance(shown.document, Erased)
