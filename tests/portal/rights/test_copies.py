"""A copy of everything: whole, in pieces, for the person alone, for seven days, each time noted."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent.desk.effect import effect_of
from consent.ledger.models import Decision
from portal.access.models import AccessEvent
from portal.access.notices import send_owed
from portal.access.relation import resource_of
from portal.results.models import Finding, ResultFile
from portal.rights import exporting, packing
from portal.rights.holdings import resources
from portal.rights.making import STORAGE
from portal.rights.models import Export, ExportStatus
from tests.jobs import work_off
from tests.people import PASSWORD, Clinic, allow, make_clinic, make_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def made(clinic: Clinic) -> Export:
    export = exporting.ask(clinic.ada_user, clinic.ada)
    work_off("export")
    export.refresh_from_db()
    return export


def opened(clinic: Clinic, export: Export) -> zipfile.ZipFile:
    with exporting.take(clinic.ada_user, export) as stream:
        return zipfile.ZipFile(io.BytesIO(stream.read()))


def record(archive: zipfile.ZipFile) -> dict:
    return json.loads(archive.read("record.json"))


def test_everything_we_hold_is_in_it(clinic: Clinic) -> None:
    allow(clinic.ada, "raw.download")
    archive = opened(clinic, made(clinic))
    assert archive.testzip() is None
    told = record(archive)
    assert {resource.name for resource in resources()} <= set(told)
    assert told["account"]["email"] == clinic.ada_user.email
    assert told["patient"][0]["given_name"] == "Ada"
    assert told["annotation"][0]["text"] == "Let us talk about this."
    assert told["annotation"][0]["author"] == "Dr Carla Clinician", "names, not keys"
    assert told["finding"][0]["detail"] == {"diplotypes": ["*1/*2"]}
    assert [event["decision"] for event in told["consent_event"]] == ["permit", "permit"]
    assert told["access_event"], "who looked is in it"
    names = archive.namelist()
    assert f"reports/{clinic.report.pk}.pdf" in names
    assert f"reports/{clinic.draft.pk}.pdf" not in names
    assert any(name.startswith("receipts/") for name in names)
    assert archive.read(f"files/{clinic.file.pk}-sample.vcf").startswith(b"##fileformat=VCFv4.2")
    page = archive.read("READ-ME-FIRST.html").decode()
    assert 'lang="en"' in page and "Start here." in page


def test_what_her_own_pages_would_not_show_is_named_with_the_reason(clinic: Clinic) -> None:
    draft = next(row for row in record(opened(clinic, made(clinic)))["report"] if row["id"] == str(clinic.draft.pk))
    assert draft == {"id": str(clinic.draft.pk), "not_shown": "not_released"}
    allow(clinic.ada, decision=Decision.WITHDRAW)
    told = record(opened(clinic, made(clinic)))
    assert {row["not_shown"] for row in told["report"]} == {"no_consent", "not_released"}


def test_no_secret_of_ours_and_nobody_elses_record_is_in_it(clinic: Clinic) -> None:
    other = make_file(clinic.ben, clinic.ben_user, content=b"##fileformat=VCFv4.2\nBEN")
    archive = opened(clinic, made(clinic))
    text = archive.read("record.json").decode()
    assert "Ben" not in text and str(other.pk) not in text and clinic.ada_user.password not in text
    assert '"mac"' not in text and "code_hash" not in text and "_lookup" not in text


def test_gene_files_need_the_yes_when_made_and_when_taken(clinic: Clinic) -> None:
    without = made(clinic)
    assert not without.with_files
    archive = opened(clinic, without)
    assert not [name for name in archive.namelist() if name.startswith("files/")]
    assert "not in this copy" in archive.read("READ-ME-FIRST.html").decode()
    allow(clinic.ada, "raw.download")
    with_files = made(clinic)
    assert with_files.with_files
    allow(clinic.ada, "raw.download", Decision.WITHDRAW)
    with pytest.raises(exporting.NotThere):
        exporting.take(clinic.ada_user, with_files)
    exporting.take(clinic.ada_user, without).close()


def test_results_in_a_copy_close_with_the_yes_to_reading_them(clinic: Clinic) -> None:
    export = made(clinic)
    exporting.take(clinic.ada_user, export).close()
    noted = AccessEvent.objects.filter(patient=clinic.ada, action="download.export").latest("sequence")
    assert noted.consent_events, "the line names the yes it rests on"
    allow(clinic.ada, decision=Decision.WITHDRAW)
    with pytest.raises(exporting.NotThere):
        exporting.take(clinic.ada_user, export)
    exporting.take(clinic.ada_user, made(clinic)).close()


def test_a_yes_that_came_and_went_while_a_copy_was_made_counts_too(clinic: Clinic) -> None:
    allow(clinic.ada, decision=Decision.WITHDRAW)
    export = exporting.ask(clinic.ada_user, clinic.ada)
    allow(clinic.ada)
    allow(clinic.ada, decision=Decision.WITHDRAW)
    work_off("export")
    with pytest.raises(exporting.NotThere):
        exporting.take(clinic.ada_user, export)


def test_empty_failed_and_missing_things_keep_nothing_else_back(clinic: Clinic) -> None:
    allow(clinic.ada, "raw.download")
    make_file(clinic.ada, clinic.ada_user, status="failed", sample="", samples=[], kind="", explanation="Broken.")
    lost = make_file(clinic.ada, clinic.ada_user)
    lost.file.storage.delete(lost.file.name)
    odd = make_file(clinic.ada, clinic.ada_user, original_name="../../etc/pass\x07wd‮.vcf")
    for finding in Finding.objects.filter(interpretation__patient=clinic.ada):
        finding.code = finding.source = ""
        finding.save()
    archive = opened(clinic, made(clinic))
    assert len(record(archive)["result_file"]) == 4
    assert f"files/{lost.pk}" in archive.read("READ-ME-FIRST.html").decode()
    (name,) = [name for name in archive.namelist() if str(odd.pk) in name]
    assert "/" not in name.removeprefix("files/") and "\x07" not in name and name.endswith(".vcf")


def test_it_is_packed_in_pieces_and_never_lies_plain_on_the_disk(clinic: Clinic) -> None:
    allow(clinic.ada, "raw.download")
    big = b"##fileformat=VCFv4.2\n" + bytes(range(256)) * 40_000
    make_file(clinic.ada, clinic.ada_user, content=big)
    largest = max(len(piece) for piece in packing.pack(clinic.ada, with_files=True))
    assert largest < 3 * packing.PIECE
    export = made(clinic)
    sealed = (STORAGE._files.path(export.file), STORAGE.size(export.file))
    with open(sealed[0], "rb") as file:
        assert b"PK\x03\x04" not in file.read(4096)
    assert sealed[1] == export.size


def test_only_she_takes_it_and_only_for_seven_days(clinic: Clinic) -> None:
    export = made(clinic)
    for person in clinic.everyone().values():
        if person != clinic.ada_user:
            with pytest.raises(Http404):
                exporting.take(person, export)
            with pytest.raises(Http404):
                exporting.ask(person, clinic.ada)
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(exporting.NotThere):
        exporting.take(clinic.ada_user, export)
    assert exporting.remove_expired() == 1
    assert exporting.remove_expired() == 0
    assert not STORAGE.exists(export.file)
    assert Export.objects.get(pk=export.pk).status == ExportStatus.REMOVED


def test_while_one_is_made_another_wish_finds_the_same(clinic: Clinic) -> None:
    assert exporting.ask(clinic.ada_user, clinic.ada) == exporting.ask(clinic.ada_user, clinic.ada)


def test_it_is_noted_told_and_registered_as_a_copy(clinic: Clinic) -> None:
    no = allow(clinic.ada, decision=Decision.WITHDRAW)
    export = made(clinic)
    opened(clinic, export)
    noted = AccessEvent.objects.filter(patient=clinic.ada, action="download.export")
    assert [event.actor for event in noted] == [clinic.ada_user]
    send_owed()
    (message,) = mail.outbox
    assert message.to == [clinic.ada_user.email]
    assert "Ada" not in message.body and "gene" not in message.body.lower()
    later = allow(clinic.ada, decision=Decision.WITHDRAW)
    assert "download.export" in [copy.kind for copy in effect_of(clinic.ada, later, timezone.now()).outside]
    assert "download.export" not in [copy.kind for copy in effect_of(clinic.ada, no, timezone.now()).outside]


def test_the_page_asks_who_you_are_before_it_makes_or_gives_a_copy(clinic: Clinic) -> None:
    client = Client()
    client.force_login(clinic.ada_user)
    assert client.get(reverse("rights:mine")).status_code == 200
    asked = client.post(reverse("rights:make_copy"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Export.objects.exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("rights:make_copy"))
    work_off("export")
    export = Export.objects.get()
    page = client.get(reverse("rights:mine")).content.decode()
    assert reverse("rights:take_copy", args=[export.pk]) in page
    answer = client.get(reverse("rights:take_copy", args=[export.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-record.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


def test_a_job_that_stops_says_so_on_the_page(clinic: Clinic) -> None:
    export = exporting.ask(clinic.ada_user, clinic.ada)
    from portal.rights.making import stopped

    stopped(export.pk, "gave_up", "We tried three times.")
    client = Client()
    client.force_login(clinic.ada_user)
    assert "We tried three times." in client.get(reverse("rights:mine")).content.decode()
    assert exporting.ask(clinic.ada_user, clinic.ada).pk != export.pk, "and she can ask again"


def test_every_kind_about_a_person_is_known(clinic: Clinic) -> None:
    """The table of kinds is the matrix's own, so nothing can be forgotten."""
    assert {resource_of(clinic.file), resource_of(clinic.ada)} <= set(resources())
    assert ResultFile.objects.filter(patient=clinic.ada).count() == 1
