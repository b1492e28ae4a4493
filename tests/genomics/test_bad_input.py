"""Whatever is wrong with a file, the answer is a sentence that says what to do, or a caveat."""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
from pathlib import Path

import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genomics.interpretation import Context, interpret
from genomics.model import Assembly, Caveat, GeneResult, Sample
from genomics.readers import ReadError, ReadErrorCode, read_vcf, recognise
from tests.genomics.people import COLUMNS, KNOWLEDGE, at, rows_of, write_vcf

POSITIONS = KNOWLEDGE.covered_positions
MIB = 1 << 20
CYP2C19_2 = 94781859
CYP2C9_3 = 94981296
TPMT_RARE = 18133847


def refusal(path: Path, sample: str | None = None) -> ReadError:
    with pytest.raises(ReadError) as caught:
        list(read_vcf(path, POSITIONS, sample))
    error = caught.value
    assert error.sentence.endswith(".")
    assert len(error.sentence) > 20
    return error


def genes_of(path: Path) -> dict[str, GeneResult]:
    [sample] = read_vcf(path, POSITIONS)
    return dict(interpret(sample, Context(), KNOWLEDGE).genes)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_no_such_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.vcf").code is ReadErrorCode.NOT_FOUND


def test_empty_file(tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "a.vcf", b"")).code is ReadErrorCode.EMPTY
    assert refusal(written(tmp_path / "b.vcf.gz", gzip.compress(b""))).code is ReadErrorCode.EMPTY


def test_not_a_vcf(tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "a.vcf", b"%PDF-1.7 ...")).code is ReadErrorCode.NOT_VCF
    assert refusal(written(tmp_path / "b.vcf", bytes(range(256)) * 50)).code is ReadErrorCode.NOT_VCF


def test_a_vcf_without_its_column_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.vcf", b"##fileformat=VCFv4.2\nchr1\t5\t.\tA\tC\n")
    assert refusal(path).code is ReadErrorCode.NOT_VCF


def test_consumer_array_is_named_for_what_it_is(tmp_path: Path) -> None:
    path = written(tmp_path / "a.vcf", b"# rsid\tchromosome\tposition\tgenotype\nrs1\t1\t5\tAA\n")
    assert refusal(path).code is ReadErrorCode.NOT_VCF


def test_truncated_gzip(tmp_path: Path) -> None:
    whole = write_vcf(tmp_path / "a.vcf.gz", rows_of(), compressed=True).read_bytes()
    for length in (len(whole) // 2, len(whole) - 4, 30):
        assert refusal(written(tmp_path / "b", whole[:length])).code is ReadErrorCode.TRUNCATED


def test_truncated_bgzip(tmp_path: Path) -> None:
    plain = write_vcf(tmp_path / "a.vcf", rows_of())
    packed = tmp_path / "a.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed))
    whole = packed.read_bytes()
    assert refusal(written(tmp_path / "b.vcf.gz", whole[:-28])).code is ReadErrorCode.TRUNCATED


def test_damaged_gzip(tmp_path: Path) -> None:
    whole = bytearray(write_vcf(tmp_path / "a.vcf.gz", rows_of(), compressed=True).read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    code = refusal(written(tmp_path / "b", bytes(whole))).code
    assert code in (ReadErrorCode.CORRUPT, ReadErrorCode.MALFORMED_LINE, ReadErrorCode.TRUNCATED)


def test_truncated_plain_file(tmp_path: Path) -> None:
    whole = write_vcf(tmp_path / "a.vcf", rows_of()).read_bytes()
    error = refusal(written(tmp_path / "b.vcf", whole[:-8]))
    assert error.code is ReadErrorCode.MALFORMED_LINE
    assert error.line == whole.count(b"\n")


def test_a_plain_file_cut_short_at_any_row_is_noticed(tmp_path: Path) -> None:
    rows = [*rows_of(), ["chr20", "5", ".", "A", "C", ".", ".", "."]]
    assert refusal(write_vcf(tmp_path / "a.vcf", rows)).code is ReadErrorCode.MALFORMED_LINE


def test_no_samples(tmp_path: Path) -> None:
    lines = ["##fileformat=VCFv4.2", "\t".join(COLUMNS[:8]), "chr10\t94781859\t.\tG\tA\t.\t.\t."]
    path = written(tmp_path / "a.vcf", "\n".join(lines).encode())
    assert refusal(path).code is ReadErrorCode.NO_SAMPLES


def test_asked_for_sample_missing(tmp_path: Path) -> None:
    path = write_vcf(tmp_path / "a.vcf", rows_of())
    assert refusal(path, sample="somebody-else").code is ReadErrorCode.SAMPLE_MISSING


def test_two_samples_of_one_name(tmp_path: Path) -> None:
    rows = [[*row, row[9]] for row in rows_of()]
    path = write_vcf(tmp_path / "a.vcf", rows, samples=("twin", "twin"))
    assert refusal(path).code is ReadErrorCode.SAMPLE_NAMED_TWICE
    assert refusal(path, sample="twin").code is ReadErrorCode.SAMPLE_NAMED_TWICE


def rows_on_grch37() -> list[list[str]]:
    rows = rows_of()
    by_site = {place.site: place for place in POSITIONS}
    for row in rows:
        place = by_site[(row[0], int(row[1]))]
        row[1] = str(place.position_grch37)
        if place.reference_grch37 != place.reference:
            row[3], row[4] = place.reference_grch37, place.reference
    return rows


def test_a_header_that_lies_about_the_assembly_convinces_nobody(tmp_path: Path) -> None:
    on_37 = write_vcf(tmp_path / "a.vcf", rows_on_grch37(), header=("##fileformat=VCFv4.2", "##reference=GRCh38"))
    assert refusal(on_37).code is ReadErrorCode.OTHER_ASSEMBLY
    on_38 = write_vcf(tmp_path / "b.vcf", rows_of(), header=("##fileformat=VCFv4.2", "##reference=hg19"))
    error = refusal(on_38)
    assert error.code is ReadErrorCode.OTHER_ASSEMBLY
    assert "header" in error.sentence and "GRCh38" in error.sentence


@pytest.mark.parametrize("asked_for", [None, "one", "two"])
def test_a_name_that_two_samples_share_is_refused_whoever_is_asked_for(tmp_path: Path, asked_for: str | None) -> None:
    rows = [[*row, row[9], row[9]] for row in rows_of()]
    path = write_vcf(tmp_path / "a.vcf", rows, samples=("one", "two", "one"))
    with pytest.raises(ReadError) as caught:
        list(read_vcf(path, POSITIONS, asked_for))
    assert caught.value.code is ReadErrorCode.SAMPLE_NAMED_TWICE
    with pytest.raises(ReadError):
        recognise(path)


def test_too_little_to_tell_the_assembly(tmp_path: Path) -> None:
    rows = [at(rows_of(), CYP2C19_2)]
    assert refusal(write_vcf(tmp_path / "a.vcf", rows)).code is ReadErrorCode.ASSEMBLY_UNKNOWN
    header = ("##fileformat=VCFv4.2", "##contig=<ID=chr10,length=133797422>")
    [sample] = read_vcf(write_vcf(tmp_path / "b.vcf", rows, header=header), POSITIONS)
    assert sample.caveats == (Caveat.ASSEMBLY_FROM_HEADER,)
    header = ("##fileformat=VCFv4.2", "##contig=<ID=chr10,length=135534747>")
    [sample] = read_vcf(write_vcf(tmp_path / "c.vcf", rows, header=header), POSITIONS)
    assert (sample.assembly, sample.calls) == (Assembly.GRCH37, {})


def test_one_reference_that_disagrees_loses_its_position_only(tmp_path: Path) -> None:
    rows = rows_of()
    at(rows, CYP2C19_2)[3] = "C"
    genes = genes_of(write_vcf(tmp_path / "a.vcf", rows))
    assert Caveat.REFERENCE_DISAGREES in genes["CYP2C19"].caveats
    assert genes["CYP2C19"].phenotype["CPIC"] is None
    assert genes["CYP2C9"].phenotype["CPIC"] == "Normal Metabolizer"


def test_many_references_that_disagree_refuse_the_file(tmp_path: Path) -> None:
    rows = rows_of()
    for row in rows[::3]:
        row[3] = {"A": "C", "C": "G", "G": "T", "T": "A"}[row[3][0]]
    assert refusal(write_vcf(tmp_path / "a.vcf", rows)).code is ReadErrorCode.REFERENCE_DISAGREES


def test_no_genotypes(tmp_path: Path) -> None:
    rows = [[*row[:8], "DP", "30"] for row in rows_of()]
    assert refusal(write_vcf(tmp_path / "a.vcf", rows)).code is ReadErrorCode.NO_GENOTYPES


def test_the_first_of_two_equal_rows_counts(tmp_path: Path) -> None:
    rows = rows_of({"CYP2C19": "*1/*2"})
    rows.append(list(at(rows, CYP2C19_2)))
    assert genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C19"].diplotypes == ("*1/*2",)


def test_a_row_without_a_genotype_gives_way_to_one_that_has_it(tmp_path: Path) -> None:
    rows = rows_of({"CYP2C19": "*1/*2"})
    rows.insert(0, [*at(rows, CYP2C19_2)[:9], "./."])
    assert genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C19"].diplotypes == ("*1/*2",)


@pytest.mark.parametrize("turned", [False, True])
def test_rows_that_contradict_each_other_cancel(tmp_path: Path, turned: bool) -> None:
    rows = rows_of({"CYP2C19": "*1/*2"})
    rows.append([*at(rows, CYP2C19_2)[:9], "0|0"])
    result = genes_of(write_vcf(tmp_path / "a.vcf", rows[::-1] if turned else rows))["CYP2C19"]
    assert Caveat.CONTRADICTORY_ROWS in result.caveats
    assert result.phenotype["CPIC"] is None
    assert "Intermediate Metabolizer" in result.possible_phenotypes["CPIC"]


def test_an_undefined_alternative_leaves_the_gene_uncalled(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, CYP2C9_3)
    row[4], row[9] = "G", "0/1"
    result = genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C9"]
    assert result.diplotypes == ()
    assert result.phenotype["CPIC"] is None
    assert Caveat.UNDOCUMENTED_VARIANT in result.caveats


def test_an_undefined_alternative_is_marked_in_the_genes_of_toxic_medicines(tmp_path: Path) -> None:
    rows = rows_of({"TPMT": "*1/*3A"})
    row = at(rows, TPMT_RARE)
    row[4], row[9] = ("G" if row[4] != "G" else "T"), "0/1"
    result = genes_of(write_vcf(tmp_path / "a.vcf", rows))["TPMT"]
    assert result.diplotypes[0] == "*1/*3A"
    assert Caveat.UNDOCUMENTED_VARIANT in result.caveats
    assert len(result.possible_phenotypes["CPIC"]) > 1


def test_an_undefined_alternative_at_a_deciding_site_is_never_called_normal(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, 48045719)
    row[4], row[9] = "G", "0/1"
    result = genes_of(write_vcf(tmp_path / "a.vcf", rows))["NUDT15"]
    assert result.diplotypes[0] == "*1/*1"
    assert result.phenotype["CPIC"] is None
    assert "Poor Metabolizer" in result.possible_phenotypes["CPIC"]


@pytest.mark.parametrize(
    ("genotype", "caveat"),
    [
        ("0/.", Caveat.HALF_CALL),
        (".|1", Caveat.HALF_CALL),
        ("./.", Caveat.NO_CALL),
        (".", Caveat.NO_CALL),
        ("0/9", Caveat.NO_CALL),
        ("0/1/1", Caveat.NO_CALL),
        ("x", Caveat.ONE_ALLELE_ON_AUTOSOME),
        ("1", Caveat.ONE_ALLELE_ON_AUTOSOME),
    ],
)
def test_genotypes_that_do_not_say_two_alleles_are_not_used(tmp_path: Path, genotype: str, caveat: Caveat) -> None:
    rows = rows_of()
    at(rows, CYP2C19_2)[9] = genotype
    result = genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C19"]
    assert caveat in result.caveats
    assert result.phenotype["CPIC"] is None
    assert result.coverage.deciding_tested == result.coverage.deciding - 1


def test_read_counts_that_contradict_a_genotype_are_heard(tmp_path: Path) -> None:
    rows = rows_of()
    row = at(rows, CYP2C19_2)
    row[8], row[9] = "GT:AD", "0/1:0,32"
    assert Caveat.DEPTH_CONTRADICTS_GENOTYPE in genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C19"].caveats


def run_engine(path: Path) -> tuple[int, str, str]:
    """Exit status, output and errors of the engine, alone in a process that may take 300 MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "genomics", "pgx", str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (300 * MIB, 300 * MIB)),
    )
    return done.returncode, done.stdout, done.stderr


def test_a_line_of_ten_million_characters_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    header = b"##fileformat=VCFv4.2\n" + "\t".join([*COLUMNS, "someone"]).encode() + b"\n"
    path = written(tmp_path / "a.vcf", header + b"chr10\t94781859\t" + b"A" * 10_000_000 + b"\n")
    assert refusal(path).code is ReadErrorCode.LINE_TOO_LONG
    status, output, errors = run_engine(path)
    assert (status, output) == (2, "")
    assert errors.count("\n") == 1


def test_a_gzip_bomb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    row = b"chr10\t5\t.\tA\tC\t.\t.\t.\tGT\t0/0\n"
    header = b"##fileformat=VCFv4.2\n" + "\t".join([*COLUMNS, "someone"]).encode() + b"\n"
    bomb = gzip.compress(header + row * (100 * MIB // len(row)), 6)
    assert len(bomb) < MIB
    path = written(tmp_path / "a.vcf.gz", bomb)
    status, output, errors = run_engine(path)
    assert (status, output) == (2, "")
    assert "grows far more" in errors


def test_a_bomb_of_empty_lines_is_refused_before_they_are_counted(tmp_path: Path) -> None:
    header = b"##fileformat=VCFv4.2\n" + "\t".join([*COLUMNS, "someone"]).encode() + b"\n"
    error = refusal(written(tmp_path / "a.vcf.gz", gzip.compress(header + b"\n" * (8 * MIB), 6)))
    assert error.code is ReadErrorCode.MALFORMED_LINE and "empty lines" in error.sentence


def test_a_position_repeated_without_end_is_refused(tmp_path: Path) -> None:
    rows = rows_of()
    rows.extend([at(rows, CYP2C19_2)] * 500)
    assert refusal(write_vcf(tmp_path / "a.vcf", rows)).code is ReadErrorCode.MALFORMED_LINE


def test_a_bomb_without_line_ends_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gz", gzip.compress(b"##fileformat=VCF" + bytes(64 * MIB)))
    assert refusal(path).code is ReadErrorCode.LINE_TOO_LONG


def test_an_endless_header_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.vcf", b"##fileformat=VCFv4.2\n" + b"##\n" * 200_000)
    assert refusal(path).code is ReadErrorCode.NOT_VCF


def test_a_file_of_a_million_samples_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.vcf", b"##fileformat=VCFv4.2\n#CHROM\tPOS" + b"\tx" * 1_000_000 + b"\n")
    assert refusal(path).code is ReadErrorCode.TOO_MANY_SAMPLES


def test_a_file_that_fails_late_yields_nobody(tmp_path: Path) -> None:
    rows = rows_of()
    rows.append(["chr19", "40991224", "broken"])
    seen: list[Sample] = []
    with pytest.raises(ReadError):
        seen.extend(read_vcf(write_vcf(tmp_path / "a.vcf", rows), POSITIONS))
    assert seen == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "a.vcf"


WHOLE = "\n".join(
    ["##fileformat=VCFv4.2", "\t".join([*COLUMNS, "someone"]), *("\t".join(row) for row in rows_of()), ""]
).encode()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=40))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    place: Path, start: int, length: int, replacement: bytes
) -> None:
    place.write_bytes(WHOLE[:start] + replacement + WHOLE[start + length :])
    try:
        samples = list(read_vcf(place, POSITIONS))
    except ReadError as error:
        assert error.sentence.endswith(".")
    else:
        for sample in samples:
            interpret(sample, Context(), KNOWLEDGE)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(range(len(rows_of()))),
    st.integers(1, 9),
    st.text(alphabet="ACGTNacgt<>*.,:;/|0123456789²٣-GTPSAD", max_size=12),
)
def test_any_text_in_any_column_is_read_or_refused(place: Path, row: int, column: int, text: str) -> None:
    rows = rows_of()
    rows[row][column] = text
    try:
        [sample] = read_vcf(write_vcf(place, rows), POSITIONS)
    except ReadError as error:
        assert error.sentence.endswith(".")
    else:
        interpret(sample, Context(), KNOWLEDGE)


def test_numbers_longer_than_any_file_needs_are_not_parsed(tmp_path: Path) -> None:
    rows = rows_of()
    at(rows, CYP2C19_2)[9] = "0/" + "1" * 10_000
    rows.append(["chrX", "9" * 10_000, ".", "A", "C", ".", ".", ".", "GT", "0/1"])
    assert Caveat.NO_CALL in genes_of(write_vcf(tmp_path / "a.vcf", rows))["CYP2C19"].caveats
