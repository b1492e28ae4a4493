"""Files that nobody should send, made here and now: bombs, archives, other kinds under a wrong name, broken lines.

`CORPUS` maps a name to a function that gives the bytes. None of them is a genome file we can read.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import pickle
import random
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.genomes import header_and_rows, vcf, with_rows

MIB = 1 << 20
CORPUS: dict[str, Callable[[], bytes]] = {}
HEAD = b"##fileformat=VCFv4.2\n"
COLUMNS = b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
TOP = HEAD + COLUMNS + b"\tS1\n"
ROW = b"chr10\t94781859\t.\tG\tA\t.\tPASS\t.\tGT\t0/1\n"
XML = b'<?xml version="1.0"?>'


def hostile(make: Callable[[], bytes]) -> Callable[[], bytes]:
    CORPUS[make.__name__] = make
    return make


def add(**files: bytes) -> None:
    for name, content in files.items():
        CORPUS[name] = functools.partial(bytes, content)


@functools.cache
def genuine() -> bytes:
    return vcf({"CYP2C19": "*2/*2"})


def members(content: bytes, times: int, head: bytes = b"") -> bytes:
    """A gzip file of many members, each the same: gigabytes in the space of one."""
    return (gzip.compress(head) if head else b"") + gzip.compress(content, 9) * times


def zipped(**files: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return memory.getvalue()


def blocked(content: bytes, size: int | None = None) -> bytes:
    """One bgzip block and the end mark; `size` is what the block says about itself, if not the truth."""
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = raw.compress(content) + raw.flush()
    whole = 18 + len(body) + 8 - 1
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", whole if size is None else size)
    end = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
    return head + body + struct.pack("<II", zlib.crc32(content), len(content)) + end


def edited(**columns: str) -> bytes:
    """A genuine file with some columns of every row replaced."""
    header, rows = header_and_rows(genuine())
    names = header[-1].lstrip("#").split("\t")
    changed = []
    for row in rows:
        values = row.split("\t")
        for name, value in columns.items():
            values[names.index(name) if name in names else -1] = value
        changed.append("\t".join(values))
    return with_rows(genuine(), changed)


# --- bombs -------------------------------------------------------------------------------------------------------


@hostile
def gzip_bomb_of_zeros() -> bytes:
    return members(bytes(MIB), 1024)


@hostile
def gzip_bomb_that_begins_as_a_vcf() -> bytes:
    return members(bytes(MIB), 1024, TOP)


@hostile
def gzip_bomb_of_rows() -> bytes:
    return members(ROW.replace(b"94781859", b"5") * 30_000, 800, TOP)


@hostile
def gzip_bomb_of_empty_lines() -> bytes:
    return members(b"\n" * MIB, 512, TOP)


@hostile
def gzip_bomb_of_header_lines() -> bytes:
    return members(b"##x\n" * (MIB // 4), 512, HEAD)


@hostile
def gzip_bomb_of_one_line() -> bytes:
    return members(b"A" * MIB, 1024, TOP + b"chr10\t5\t.\t")


@hostile
def bgzip_bomb() -> bytes:
    return blocked(TOP) + blocked(bytes(60_000)) * 20_000


@hostile
def gzip_within_gzip_within_gzip() -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(genuine())))


@hostile
def gzip_within_gzip_bomb() -> bytes:
    return gzip.compress(gzip.compress(members(bytes(MIB), 256)))


@hostile
def zip_bomb() -> bytes:
    return zipped(**{f"{number}.vcf": bytes(8 * MIB) for number in range(4)})


@hostile
def zip_within_zip_within_zip() -> bytes:
    return zipped(a=zipped(b=zipped(c=genuine())))


# --- archives and other compressions ----------------------------------------------------------------------------


@hostile
def zip_called_vcf() -> bytes:
    return zipped(**{"genome.vcf": genuine()})


@hostile
def zip_with_a_way_out() -> bytes:
    return zipped(**{"../../etc/passwd": b"root"})


@hostile
def gzip_of_a_zip() -> bytes:
    return gzip.compress(zipped(a=genuine()))


@hostile
def tar_archive() -> bytes:
    return tarred("genome.vcf", genuine())


@hostile
def tar_gz_with_a_way_out() -> bytes:
    return gzip.compress(tarred("../../../tmp/x", genuine()))


@hostile
def xz_of_a_vcf() -> bytes:
    return lzma.compress(genuine())


@hostile
def bzip2_of_a_vcf() -> bytes:
    return bz2.compress(genuine())


add(
    zstd=b"\x28\xb5\x2f\xfd" + bytes(200),
    seven_zip=b"7z\xbc\xaf\x27\x1c" + bytes(200),
    rar=b"Rar!\x1a\x07\x01\x00" + bytes(200),
    lz4=b"\x04\x22\x4d\x18" + bytes(200),
)


@hostile
def gzip_of_nothing() -> bytes:
    return gzip.compress(b"")


@hostile
def gzip_of_a_pdf() -> bytes:
    return gzip.compress(b"%PDF-1.7\n1 0 obj\n")


@hostile
def gzip_cut_in_the_middle() -> bytes:
    packed = gzip.compress(genuine())
    return packed[: len(packed) // 2]


@hostile
def gzip_with_a_wrong_checksum() -> bytes:
    packed = bytearray(gzip.compress(genuine()))
    packed[-6] ^= 0xFF
    return bytes(packed)


@hostile
def gzip_with_an_endless_name() -> bytes:
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"n" * (10 * MIB)


@hostile
def gzip_with_an_extra_field_that_lies() -> bytes:
    return b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\xff\xff" + b"x" * 100


@hostile
def gzip_of_noise() -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + random.Random(1).randbytes(MIB)


@hostile
def bgzip_without_its_end() -> bytes:
    return blocked(genuine()[:60_000])[:-28]


@hostile
def bgzip_with_a_wrong_checksum() -> bytes:
    packed = bytearray(blocked(genuine()[:60_000]))
    packed[-28 - 6] ^= 0xFF
    return bytes(packed)


@hostile
def bgzip_cut_in_the_middle() -> bytes:
    whole = blocked(genuine()[:60_000])
    return whole[: len(whole) // 2]


# --- lines -------------------------------------------------------------------------------------------------------


@hostile
def a_million_columns_in_the_header() -> bytes:
    return HEAD + COLUMNS + b"\tS" * 1_000_000 + b"\n" + ROW


@hostile
def a_million_columns_in_a_row() -> bytes:
    return TOP + ROW.rstrip() + b"\t0/1" * 1_000_000 + b"\n"


@hostile
def a_line_of_ten_million_characters() -> bytes:
    return TOP + b"chr10\t94781859\t.\tG\t" + b"A" * 10_000_000 + b"\n"


@hostile
def ten_million_characters_without_a_line_end() -> bytes:
    return HEAD + b"#" * 10_000_000


@hostile
def a_header_line_of_ten_million_characters() -> bytes:
    return HEAD + b"##INFO=" + b"x" * 10_000_000 + b"\n" + COLUMNS + b"\tS1\n" + ROW


@hostile
def a_million_header_lines() -> bytes:
    return HEAD + b"##contig=<ID=1>\n" * 1_000_000 + COLUMNS + b"\tS1\n" + ROW


@hostile
def a_million_empty_lines() -> bytes:
    return TOP + b"\n" * 1_000_000


@hostile
def one_place_a_hundred_thousand_times() -> bytes:
    return genuine() + ROW * 100_000


@hostile
def an_alternative_list_without_end() -> bytes:
    return edited(ALT=",".join(["A"] * 1_000_000))[: 30 * MIB]


@hostile
def alleles_that_are_alike_without_end() -> bytes:
    return TOP + ROW.replace(b"\tG\tA\t", b"\t" + b"G" * 3_000_000 + b"\t" + b"G" * 3_000_001 + b"\t")


@hostile
def positions_of_ten_thousand_digits() -> bytes:
    return edited(POS="9" * 10_000)


@hostile
def positions_below_nothing() -> bytes:
    return edited(POS="-5")


@hostile
def positions_in_words() -> bytes:
    return edited(POS="ten")


@hostile
def rows_without_tabs() -> bytes:
    return TOP + ROW.replace(b"\t", b" ") * 50


@hostile
def rows_that_stop_early() -> bytes:
    return TOP + b"chr10\t94781859\t.\n"


@hostile
def a_header_without_columns() -> bytes:
    return HEAD + ROW


@hostile
def a_header_and_nothing_else() -> bytes:
    return HEAD


@hostile
def columns_and_nothing_else() -> bytes:
    return TOP


@hostile
def no_samples() -> bytes:
    return HEAD + COLUMNS[: COLUMNS.rindex(b"\tFORMAT")] + b"\n" + b"\t".join(ROW.split(b"\t")[:8]) + b"\n"


@hostile
def two_samples_of_one_name() -> bytes:
    return HEAD + COLUMNS + b"\tS1\tS1\n" + ROW.rstrip() + b"\t0/1\n"


@hostile
def nul_bytes_after_the_first_line() -> bytes:
    return HEAD + bytes(MIB)


@hostile
def nul_bytes_in_every_row() -> bytes:
    return edited(POS="\0" * 10)


@hostile
def utf_16() -> bytes:
    return genuine().decode().encode("utf-16")


@hostile
def carriage_returns_alone() -> bytes:
    return genuine().replace(b"\n", b"\r")


@hostile
def another_assembly() -> bytes:
    return HEAD + b"##contig=<ID=chr1,length=249250621>\n" + COLUMNS + b"\tS1\n" + ROW


@hostile
def no_genotypes() -> bytes:
    return edited(FORMAT="DP", S1="30")


@hostile
def other_reference_bases_everywhere() -> bytes:
    return edited(REF="N")


# --- other kinds of file under a wrong name ---------------------------------------------------------------------

add(
    empty=b"",
    white_space=b" \n\t \n" * 100,
    bcf=b"BCF\x02\x02" + bytes(500),
    bam=gzip.compress(b"BAM\x01" + bytes(500)),
    cram=b"CRAM\x03\x00" + bytes(500),
    sam=b"@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:248956422\nr1\t0\tchr1\t5\t60\t4M\t*\t0\t0\tACGT\tFFFF\n",
    fasta=b">chr1\n" + b"ACGT" * 1000 + b"\n",
    fastq=b"@read\nACGT\n+\nFFFF\n" * 100,
    gff=b"##gff-version 3\nchr1\t.\tgene\t1\t5\t.\t+\t.\tID=x\n",
    bed=b"chr1\t1\t5\tx\n" * 100,
    home_test=b"# rsid\tchromosome\tposition\tgenotype\nrs1\t1\t5\tAA\n" * 50,
    json_record=b'{"resourceType": "Observation", "note": "##fileformat=VCFv4.2"}',
    xml_laughs=XML
    + b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><l>&j;</l>",
    xml_that_reads_a_file=XML + b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    html_with_a_script=b"<!doctype html><script>alert(1)</script>",
    svg=b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    pdf=b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n",
    png=b"\x89PNG\r\n\x1a\n" + bytes(300),
    jpeg=b"\xff\xd8\xff\xe0" + bytes(300),
    dicom=bytes(128) + b"DICM" + bytes(200),
    windows_program=b"MZ" + bytes(600),
    linux_program=b"\x7fELF" + bytes(600),
    shell_script=b"#!/bin/sh\nrm -rf /\n",
    spreadsheet_formula=b"=cmd|'/C calc'!A0,\"x\"\n",
    python_source=b"import os\nos.system('true')\n",
    php_source=b"<?php system($_GET['x']); ?>",
    yaml_object=b"!!python/object/apply:os.system ['true']\n",
    a_template=b"{% load static %}{{ settings.SECRET_KEY }}",
    noise=random.Random(2).randbytes(5 * MIB),
)


@hostile
def a_pickle() -> bytes:
    return pickle.dumps({"x": 1})


@hostile
def an_office_document() -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})


@hostile
def a_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sqlite3"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE variants (x)")
        database.close()
        return path.read_bytes()
