"""One genotype says the same on GRCh37 and on GRCh38, and a file is read on the assembly its bases show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from genomics.interpretation import Context, interpret
from genomics.knowledge import FILE_GENES
from genomics.model import Assembly, CallStatus, Caveat, Sample
from genomics.readers import ReadError, ReadErrorCode, absent_as_reference, genetic_sex, read_vcf
from genomics.readers.made_up import made_up_rows
from genomics.readers.rows import on_grch37
from tests.genomics.people import KNOWLEDGE, moved, write_vcf

POSITIONS = KNOWLEDGE.positions_of(FILE_GENES)
SWAPPED = {place.rsid for place in POSITIONS if place.reference != place.reference_grch37}
HG38 = ("##fileformat=VCFv4.2", "##reference=GRCh38")
HG19 = ("##fileformat=VCFv4.2", "##reference=hg19")
PERSON = {"CYP2C19": "*2/*17", "DPYD": "c.85T>C (*9A)/Reference", "CYP3A5": "*1/*3"}


def rows(person: dict[str, str], phased: bool = True) -> list[list[str]]:
    return [line.split("\t") for line in made_up_rows(person, phased)]


def read(path: Path) -> Sample:
    [sample] = read_vcf(path, POSITIONS)
    return sample


def answers(sample: Sample) -> dict[str, object]:
    found = interpret(sample, Context(genes=FILE_GENES), KNOWLEDGE).to_dict()
    return {key: value for key, value in found.items() if key != "assembly"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data(), phased=some.booleans())
def test_both_assemblies_give_one_answer(tmp_path: Path, data: some.DataObject, phased: bool) -> None:
    person = {}
    for name in FILE_GENES:
        gene = KNOWLEDGE.genes[name]
        allele = some.sampled_from([allele.name for allele in gene.alleles])
        copies = 1 if gene.chromosome == "chrM" else 2
        person[name] = "/".join(data.draw(allele) for _ in range(copies))
    on_38 = rows(person, phased)
    one = read(write_vcf(tmp_path / "38.vcf", on_38))
    other = read(write_vcf(tmp_path / "37.vcf", [moved(row) for row in on_38]))
    assert (one.assembly, other.assembly) == (Assembly.GRCH38, Assembly.GRCH37)
    sides = [
        {site: (call.status, sorted(call.alleles), call.phased) for site, call in sample.calls.items()}
        for sample in (one, other)
    ]
    assert sides[0] == sides[1]
    assert answers(one) == answers(other)


def test_the_sites_whose_reference_differs_are_the_known_ones() -> None:
    assert {"rs3758581", "rs1135840", "rs16947", "rs1058164", "rs776746", "rs1801265"} == SWAPPED
    for place in POSITIONS:
        there = on_grch37(place)
        assert {there.reference, *there.alternatives} == {place.reference, *place.alternatives}


@pytest.mark.parametrize("header", [HG19, ("##fileformat=VCFv4.2",)])
def test_the_bases_tell_grch37_whether_or_not_the_header_does(tmp_path: Path, header: tuple[str, ...]) -> None:
    sample = read(write_vcf(tmp_path / "a.vcf", [moved(row) for row in rows(PERSON)], header=header))
    assert sample.assembly is Assembly.GRCH37
    assert sample.caveats == ()


def test_with_an_index_a_file_on_grch37_says_the_same(tmp_path: Path) -> None:
    import pysam

    on_37 = sorted((moved(row) for row in rows(PERSON)), key=lambda row: (row[0], int(row[1])))
    plain = write_vcf(tmp_path / "a.vcf", on_37)
    packed = tmp_path / "a.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed))
    without = read(packed)
    pysam.tabix_index(str(packed), preset="vcf")
    assert read(packed) == without == read(plain)


def test_a_file_of_both_assemblies_is_refused(tmp_path: Path) -> None:
    on_38 = rows(PERSON)
    mixed = [moved(row) if number % 2 else row for number, row in enumerate(on_38)]
    with pytest.raises(ReadError) as caught:
        read(write_vcf(tmp_path / "a.vcf", mixed))
    assert caught.value.code is ReadErrorCode.ASSEMBLY_UNKNOWN


def test_vouching_fills_in_the_reference_of_the_files_own_assembly(tmp_path: Path) -> None:
    changed = [moved(row) for row in rows(PERSON) if row[9] != "0|0"]
    sample = absent_as_reference(read(write_vcf(tmp_path / "a.vcf", changed, header=HG19)), POSITIONS)
    place = next(place for place in POSITIONS if place.rsid == "rs16947")
    assert sample.calls[place.site].alleles == ("A", "A")


def test_hg19s_own_mitochondria_are_not_read_as_ours(tmp_path: Path) -> None:
    on_37 = [moved(row) for row in rows({**PERSON, "MT-RNR1": KNOWLEDGE.genes["MT-RNR1"].reference})]
    site = next(place.site for place in POSITIONS if place.chromosome == "chrM")
    assert read(write_vcf(tmp_path / "a.vcf", on_37)).calls[site].status is CallStatus.TESTED
    older = [["chrM", *row[1:]] if row[0] == "MT" else row for row in on_37]
    assert site not in read(write_vcf(tmp_path / "b.vcf", older)).calls
    header = (*HG19, "##contig=<ID=chrM,length=16571>")
    assert site not in read(write_vcf(tmp_path / "c.vcf", older, header=header)).calls
    header = (*HG19, "##contig=<ID=chrM,length=16569>")
    assert read(write_vcf(tmp_path / "d.vcf", older, header=header)).calls[site].status is CallStatus.TESTED


def test_a_header_alone_is_believed_with_a_caveat(tmp_path: Path) -> None:
    few = [moved(row) for row in rows(PERSON)][:2]
    sample = read(write_vcf(tmp_path / "a.vcf", few, header=HG19))
    assert (sample.assembly, sample.caveats) == (Assembly.GRCH37, (Caveat.ASSEMBLY_FROM_HEADER,))


def test_bases_that_fit_neither_are_refused(tmp_path: Path) -> None:
    other = {"A": "C", "C": "G", "G": "T", "T": "A"}
    for header, move in ((HG38, list), (HG19, moved)):
        wrong = [
            [*row[:3], other[row[3][0]] + row[3][1:], *row[4:]] for row in map(move, rows(PERSON)) if row[0] != "MT"
        ]
        with pytest.raises(ReadError) as caught:
            read(write_vcf(tmp_path / "a.vcf", wrong, header=header))
        assert caught.value.code is ReadErrorCode.REFERENCE_DISAGREES


def test_genetic_sex_is_read_on_either_assembly(tmp_path: Path) -> None:
    on_x = [["chrX", str(5_000_000 + 100 * n), ".", "A", "G", ".", ".", ".", "GT", "1"] for n in range(12)]
    assert genetic_sex(read(write_vcf(tmp_path / "a.vcf", [*map(moved, rows(PERSON)), *on_x]))) == "male"
