"""A VCF file is read the same however it is written."""

from __future__ import annotations

import random
from pathlib import Path

import pysam
import pytest

from genomics.model import UNDOCUMENTED, Call, CallStatus, Caveat, Sample
from genomics.readers import FileKind, read_vcf, recognise
from genomics.readers.rows import trimmed
from tests.genomics.people import KNOWLEDGE, at, rows_of, write_vcf

POSITIONS = KNOWLEDGE.covered_positions
PERSON = {
    "CYP2C19": "*2/*17",
    "CYP2C9": "*1/*3",
    "UGT1A1": "*1/*80+*28",
    "NUDT15": "*1/*2",
    "TPMT": "*1/*3A",
    "SLCO1B1": "*1/*15",
}
REPEAT = 233760233


def read_one(path: Path) -> Sample:
    [sample] = read_vcf(path, POSITIONS)
    return sample


@pytest.fixture
def expected(tmp_path: Path) -> Sample:
    return read_one(write_vcf(tmp_path / "expected.vcf", rows_of(PERSON)))


def test_every_position_of_the_covered_genes_is_read(expected: Sample) -> None:
    assert len(expected.calls) == len({place.site for place in POSITIONS})
    assert all(call.status is CallStatus.TESTED and call.phased for call in expected.calls.values())


def test_gzip_says_the_same_as_plain(tmp_path: Path, expected: Sample) -> None:
    assert read_one(write_vcf(tmp_path / "a", rows_of(PERSON), compressed=True)) == expected


def test_a_file_of_several_gzip_members_is_read_to_its_end(tmp_path: Path, expected: Sample) -> None:
    import gzip

    content = write_vcf(tmp_path / "plain.vcf", rows_of(PERSON)).read_bytes()
    half = len(content) // 2
    path = tmp_path / "members.vcf.gz"
    path.write_bytes(gzip.compress(content[:half]) + gzip.compress(content[half:]))
    assert read_one(path) == expected


def test_bgzip_says_the_same_with_and_without_an_index(tmp_path: Path, expected: Sample) -> None:
    plain = write_vcf(tmp_path / "person.vcf", rows_of(PERSON))
    packed = tmp_path / "person.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed))
    assert recognise(packed).compression == "bgzip"
    assert read_one(packed) == expected
    pysam.tabix_index(str(packed), preset="vcf")
    assert recognise(packed).indexed
    assert read_one(packed) == expected


def test_chromosomes_may_be_written_without_chr(tmp_path: Path, expected: Sample) -> None:
    rows = [[row[0].removeprefix("chr"), *row[1:]] for row in rows_of(PERSON)]
    assert read_one(write_vcf(tmp_path / "a.vcf", rows)) == expected


def test_the_order_of_rows_does_not_matter(tmp_path: Path, expected: Sample) -> None:
    rows = rows_of(PERSON)
    random.Random(1).shuffle(rows)
    assert read_one(write_vcf(tmp_path / "a.vcf", rows)) == expected


def test_windows_line_ends_do_not_matter(tmp_path: Path, expected: Sample) -> None:
    path = write_vcf(tmp_path / "a.vcf", rows_of(PERSON))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_one(path) == expected


def test_a_missing_last_line_end_does_not_matter(tmp_path: Path, expected: Sample) -> None:
    path = write_vcf(tmp_path / "a.vcf", rows_of(PERSON))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert read_one(path) == expected


def test_samples_of_one_file_are_kept_apart(tmp_path: Path, expected: Sample) -> None:
    rows = [[*one, other[9]] for one, other in zip(rows_of(), rows_of(PERSON), strict=True)]
    path = write_vcf(tmp_path / "a.vcf", rows, samples=("reference", "someone"))
    first, second = read_vcf(path, POSITIONS)
    assert (first.name, second) == ("reference", expected)
    assert list(read_vcf(path, POSITIONS, sample="someone")) == [expected]


@pytest.mark.parametrize(("reference", "alternative"), [("C", "CAT"), ("CAT", "CATAT"), ("CATATG", "CATATATG")])
def test_an_insertion_is_recognised_however_it_is_padded(tmp_path: Path, reference: str, alternative: str) -> None:
    rows = rows_of(PERSON)
    row = at(rows, REPEAT)
    row[3], row[4], row[9] = reference, alternative, "0|1"
    call = read_one(write_vcf(tmp_path / "a.vcf", rows)).calls[("chr2", REPEAT)]
    assert call.alleles == ("CAT", "CATAT")


def test_a_site_split_over_rows_is_put_together(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, REPEAT)
    rows.remove(row)
    for reference, alternative, genotype in (("C", "CAT", "0/1"), ("CAT", "C", "0/1"), ("C", "CATAT", "0/0")):
        rows.append([*row[:3], reference, alternative, *row[5:9], genotype])
    call = read_one(write_vcf(tmp_path / "a.vcf", rows)).calls[("chr2", REPEAT)]
    assert sorted(call.alleles) == ["C", "CATAT"]


def test_a_complex_row_of_a_real_caller_is_understood(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, 48037782)
    row[4], row[9] = "AGGAGTCGGAGTC,A,CGGAGTC", "0/1"
    sample = read_one(write_vcf(tmp_path / "a.vcf", rows))
    assert sample.calls[("chr13", 48037782)].alleles == ("AGGAGTC", "AGGAGTCGGAGTC")
    row[9] = "0/3"
    sample = read_one(write_vcf(tmp_path / "b.vcf", rows))
    assert sample.calls[("chr13", 48037782)].alleles == ("AGGAGTC", UNDOCUMENTED)


def test_a_row_without_the_indel_does_not_exclude_it(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, REPEAT)
    row[3], row[4] = "C", "."
    call = read_one(write_vcf(tmp_path / "a.vcf", rows)).calls[("chr2", REPEAT)]
    assert call == Call(CallStatus.NO_CALL, reason=Caveat.INDEL_NOT_VALIDATED)


@pytest.mark.parametrize(
    ("reference", "alternative", "short"),
    [
        ("CAT", "CATAT", (0, "C", "CAT")),
        ("GA", "G", (0, "GA", "G")),
        ("AT", "GT", (0, "A", "G")),
        ("ACT", "ACG", (2, "T", "G")),
        ("A", "<NON_REF>", (0, "A", "<NON_REF>")),
    ],
)
def test_a_change_has_one_shortest_spelling(reference: str, alternative: str, short: tuple[int, str, str]) -> None:
    assert trimmed(reference, alternative) == short


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", FileKind.EMPTY),
        (b"\n\n", FileKind.EMPTY),
        (b"BCF\x02\x02rest", FileKind.BCF),
        (b"# a comment\n# rsid\tchromosome\tposition\tgenotype\nrs1\t1\t5\tAA\n", FileKind.CONSUMER_ARRAY),
        (b"#note\nrsid\tchromosome\tposition\tallele1\tallele2\nrs1\t1\t5\tA\tA\n", FileKind.CONSUMER_ARRAY),
        (b"%PDF-1.7\n", FileKind.OTHER),
    ],
)
def test_a_file_is_known_by_its_content_and_not_its_name(tmp_path: Path, content: bytes, kind: FileKind) -> None:
    path = tmp_path / "genome.vcf"
    path.write_bytes(content)
    assert recognise(path).kind is kind


def test_the_header_names_samples_and_assembly(tmp_path: Path) -> None:
    header = ("##fileformat=VCFv4.2", "##contig=<ID=chr10,length=133797422>")
    path = write_vcf(tmp_path / "notes.txt", rows_of(), samples=("someone",), header=header)
    found = recognise(path)
    assert (found.kind, found.assembly, found.samples) == (FileKind.VCF, "GRCh38", ("someone",))
