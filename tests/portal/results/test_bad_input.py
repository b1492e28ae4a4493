"""A file that is not what it says is refused with a sentence that says what to do, and nothing is lost."""

from __future__ import annotations

import gzip
import sqlite3
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.db import connection
from django.utils.translation import override

from genomics.readers.errors import ReadErrorCode
from portal.results.actions import Receipt
from portal.results.explanations import EXPLANATIONS, NotAccepted, explain, in_words
from portal.results.models import FileStatus, Interpretation, Job, ResultFile
from portal.results.presenting import explanation_for
from tests.genomes import SLOW, header_and_rows, vcf, with_rows
from tests.genomics.people import moved
from tests.jobs import work_off
from tests.portal.results.clinic import Clinic, files_in, make_clinic
from tests.shared import shared_data

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def outcome(clinic: Clinic, content: bytes, **how: object) -> ResultFile:
    """Where a file ends up after everything that can be done was done."""
    file = clinic.send(content, **how).file  # type: ignore[arg-type]
    work_off("interpret")
    file = ResultFile.objects.get(pk=file.pk)
    assert file.file.open().read() == content  # nothing is lost
    return file


def assert_refused(file: ResultFile, reason: str) -> None:
    assert (file.status, file.reason) == (FileStatus.REFUSED, reason)
    assert file.explanation.endswith(".")
    assert len(file.explanation.split()) >= 5
    assert not Interpretation.objects.exists()


def edited(content: bytes, number: int, **columns: str) -> bytes:
    """The file with some columns of one row replaced."""
    header, rows = header_and_rows(content)
    names = header[-1].lstrip("#").split("\t")
    values = rows[number].split("\t")
    for name, value in columns.items():
        values[names.index(name)] = value
    rows[number] = "\t".join(values)
    return with_rows(content, rows)


def gene(file: ResultFile, name: str) -> dict[str, object]:
    assert file.status == FileStatus.INTERPRETED, file.explanation
    return Interpretation.objects.get(result_file=file).result["genes"][name]


def row_of(content: bytes, position: int) -> int:
    """The number of the row at a position."""
    _, rows = header_and_rows(content)
    return next(n for n, row in enumerate(rows) if row.split("\t")[1] == str(position))


RS4244285 = 94_781_859  # CYP2C19*2


def test_an_empty_file(clinic: Clinic) -> None:
    assert_refused(outcome(clinic, b""), "empty")


def test_something_that_is_not_a_vcf_whatever_its_name(clinic: Clinic) -> None:
    assert_refused(outcome(clinic, b"%PDF-1.7 a scan of a letter", name="genome.vcf"), "other")


@pytest.mark.parametrize("name", ["23andme", "ancestry"])
def test_raw_data_of_a_home_test_is_read_and_says_what_it_is(clinic: Clinic, name: str) -> None:
    content = (shared_data() / "real" / f"NA18526.{name}_like.chip.txt").read_bytes()
    file = clinic.bring(content).file
    work_off("interpret")
    file = ResultFile.objects.get(pk=file.pk)
    assert (file.kind, file.assembly) == ("consumer_array", "GRCh37")
    assert gene(file, "TPMT")["diplotypes"] == ["*1/*1"]
    assert gene(file, "ABCG2")["phenotype"] == {"CPIC": None, "DPWG": None}
    assert "consumer_array" in Interpretation.objects.get(result_file=file).result["caveats"]


def test_a_gzip_cut_short(clinic: Clinic) -> None:
    packed = gzip.compress(vcf(SLOW))
    assert_refused(outcome(clinic, packed[: len(packed) * 2 // 3]), "truncated")


def test_a_whole_gzip_is_read(clinic: Clinic) -> None:
    assert outcome(clinic, gzip.compress(vcf(SLOW))).status == FileStatus.INTERPRETED


def test_no_samples(clinic: Clinic) -> None:
    header, rows = header_and_rows(vcf())
    header[-1] = "\t".join(header[-1].split("\t")[:8])
    content = with_rows(vcf(), ["\t".join(row.split("\t")[:8]) for row in rows], header)
    assert_refused(outcome(clinic, content), "no_samples")


def test_the_sample_that_was_named_is_not_there_and_can_be_chosen(clinic: Clinic) -> None:
    file = outcome(clinic, vcf(), sample="SOMEONE")
    assert (file.status, file.reason, file.samples) == (FileStatus.HELD, "sample_missing", ["S1"])


def test_another_assembly_by_its_header(clinic: Clinic) -> None:
    assert_refused(outcome(clinic, vcf().replace(b"GRCh38", b"GRCh37")), "other_assembly")


def test_a_file_on_grch37_is_read_and_gives_the_same_genes(clinic: Clinic) -> None:
    content = vcf(SLOW)
    _, rows = header_and_rows(content)
    on_37 = with_rows(content, ["\t".join(moved(row.split("\t"))) for row in rows]).replace(b"GRCh38", b"GRCh37")
    file = outcome(clinic, on_37)
    assert (file.assembly, gene(file, "CYP2C19")["diplotypes"]) == ("GRCh37", ["*2/*2"])


def test_many_references_that_disagree(clinic: Clinic) -> None:
    content = vcf()
    for number in range(len(header_and_rows(content)[1])):
        content = edited(content, number, REF="N", ALT="T")
    file = outcome(clinic, content)
    assert file.status == FileStatus.REFUSED
    assert not Interpretation.objects.exists()


def test_one_reference_that_disagrees_is_not_used_and_said(clinic: Clinic) -> None:
    content = vcf(SLOW)
    result = gene(outcome(clinic, edited(content, row_of(content, RS4244285), REF="T", ALT="C")), "CYP2C19")
    assert "reference_disagrees" in result["caveats"]  # type: ignore[operator]
    assert result["phenotype"] == {"CPIC": None, "DPWG": None}


def test_no_genotypes(clinic: Clinic) -> None:
    _header, rows = header_and_rows(vcf())
    without = ["\t".join([*row.split("\t")[:8], "DP", "30"]) for row in rows]
    assert_refused(outcome(clinic, with_rows(vcf(), without)), "no_genotypes")


def test_rows_that_come_twice_count_once(clinic: Clinic) -> None:
    content = vcf(SLOW)
    _header, rows = header_and_rows(content)
    number = row_of(content, RS4244285)
    doubled = outcome(clinic, with_rows(content, [*rows[: number + 1], *rows[number:]]))
    assert gene(doubled, "CYP2C19")["diplotypes"][0] == "*2/*2"  # type: ignore[index]


def test_rows_that_contradict_each_other_are_not_used(clinic: Clinic) -> None:
    content = vcf(SLOW)
    _header, rows = header_and_rows(content)
    number = row_of(content, RS4244285)
    contrary = rows[number].rsplit("\t", 1)[0] + "\t0|1"
    file = outcome(clinic, with_rows(content, [*rows[: number + 1], contrary, *rows[number + 1 :]]))
    assert "contradictory_rows" in gene(file, "CYP2C19")["caveats"]  # type: ignore[operator]


def test_an_undefined_alternative_is_never_called_normal(clinic: Clinic) -> None:
    content = vcf()
    number = row_of(content, RS4244285)
    result = gene(outcome(clinic, edited(content, number, ALT="T", S1="0|1")), "CYP2C19")
    assert "undocumented_variant" in result["caveats"]  # type: ignore[operator]
    assert result["phenotype"] == {"CPIC": None, "DPWG": None}


def test_half_calls_are_no_calls(clinic: Clinic) -> None:
    content = vcf()
    result = gene(outcome(clinic, edited(content, row_of(content, RS4244285), S1="0/.")), "CYP2C19")
    assert "half_call" in result["caveats"]  # type: ignore[operator]
    assert result["phenotype"] == {"CPIC": None, "DPWG": None}


def test_a_line_of_ten_million_characters(clinic: Clinic) -> None:
    _header, rows = header_and_rows(vcf())
    rows.insert(3, "chr1\t5\t.\tA\t" + "C" * 10_000_000 + "\t.\t.\t.\tGT\t0/0")
    assert_refused(outcome(clinic, with_rows(vcf(), rows)), "line_too_long")


def test_a_gzip_bomb(clinic: Clinic) -> None:
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(vcf())]
    filler = b"chr1\t1\t.\tA\tC\t.\t.\t.\tGT\t0/0\n" * 40_000
    pieces += [packer.compress(filler) for _ in range(300)]
    bomb = b"".join([*pieces, packer.flush()])
    assert len(bomb) < 2_000_000
    assert_refused(outcome(clinic, bomb), "compression_bomb")


def test_a_file_over_the_limit_leaves_nothing_behind(clinic: Clinic, settings: Any, kept: Path) -> None:
    settings.RESULT_FILE_MAX_BYTES = 1000
    with pytest.raises(NotAccepted, match="too_large"):
        clinic.send(vcf())
    assert not ResultFile.objects.exists()
    assert files_in(kept) == []


class _SlowFile(ContentFile):
    """An upload whose last piece comes only when everybody has got that far."""

    def __init__(self, content: bytes, gate: threading.Barrier) -> None:
        super().__init__(content, name="same.vcf")
        self._gate = gate

    def chunks(self, chunk_size: int | None = None):  # type: ignore[no-untyped-def]
        yield from super().chunks(chunk_size)
        self._gate.wait(timeout=30)


def test_the_same_file_sent_several_times_at_once_is_one_file_and_one_job(clinic: Clinic, kept: Path) -> None:
    content, senders = vcf(SLOW), 4
    gate = threading.Barrier(senders)
    receipts: list[Receipt] = []
    problems: list[BaseException] = []

    def send() -> None:
        from portal.results.actions import receive_file

        upload: File = _SlowFile(content, gate)
        try:
            receipts.append(
                receive_file(
                    clinic.sender, upload, accession=clinic.order.accession, identifiers=clinic.identifiers()
                )
            )
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len({receipt.file.pk for receipt in receipts}) == 1
    assert sorted(receipt.duplicate for receipt in receipts) == [False, True, True, True]
    assert ResultFile.objects.count() == Job.objects.count() == 1
    assert len(files_in(kept)) == 1


def test_every_way_of_refusing_at_receipt_has_a_sentence() -> None:
    for kind in ("bcf", "empty", "other", "no_samples", "other_assembly"):
        assert EXPLANATIONS[kind].endswith(".")
    assert {"empty", "no_samples", "other_assembly"} <= {str(code) for code in ReadErrorCode}


def test_a_locked_database_only_delays_an_upload(clinic: Clinic) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("skipped: only SQLite locks a whole database")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.execute, ["ROLLBACK"]).start()
    assert clinic.send(vcf(SLOW)).file.status == FileStatus.QUEUED
    other.close()


def test_a_database_that_stays_locked_keeps_no_half_of_an_upload(
    clinic: Clinic, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("skipped: only SQLite locks a whole database")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.02)
    connection.close()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotAccepted, match="busy") as refusal:
        clinic.send(vcf(SLOW))
    assert "send it again" in refusal.value.explanation
    other.execute("ROLLBACK")
    other.close()
    assert not ResultFile.objects.exists()
    assert files_in(kept) == []
    assert clinic.send(vcf(SLOW)).file.status == FileStatus.QUEUED  # sending it again is all there is to do
    connection.close()


def test_a_file_with_none_of_the_places_is_not_made_into_a_report(clinic: Clinic) -> None:
    file = outcome(clinic, with_rows(vcf(), []))
    assert_refused(file, "nothing_tested")
    assert "none of the places" in file.explanation


@pytest.mark.parametrize("code", [str(code) for code in ReadErrorCode])
def test_every_refusal_of_the_reader_is_told_in_spanish_too(code: str) -> None:
    with override("es"):
        said = in_words(code, "Line 2 of the file is not as it should be.")
        assert said == explain(code) != EXPLANATIONS[code]
    assert in_words(code, "Line 2 of the file is not as it should be.").startswith("Line 2")


def test_a_refusal_is_told_in_the_language_of_whoever_looks(clinic: Clinic) -> None:
    with override("es"):
        file = outcome(clinic, b"")
        assert "vacío" in explanation_for(clinic.clinician, file)
    assert "empty" in explanation_for(clinic.clinician, file)
