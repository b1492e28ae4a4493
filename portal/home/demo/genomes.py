"""Which genome files the demonstration takes: the user's, a real one when it is there, or a made-up person's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from genomics.readers.errors import ReadError
from genomics.readers.made_up import write_made_up
from genomics.readers.recognition import recognise
from portal.people.models import BorrowedGenome

REAL = settings.ROOT.parent / "shared" / "data" / "real" / "NA18526.GRCh38.raw_allsites_at_pgx.vcf"

MOST_NAMED = 20

# People who show what the report can say. The genotypes are made up; the definitions are our own tables'.
MADE_UP = {
    "mei": {"CYP2C19": "*1/*17", "SLCO1B1": "*1/*5", "VKORC1": "rs9923231 reference (C)/rs9923231 variant (T)"},
    "rosa": {"CYP2C19": "*2/*2", "CYP2C9": "*1/*3", "NUDT15": "*1/*3", "UGT1A1": "*28/*28"},
    "elena": {"CYP2C19": "*2/*2"},
    "grace": {"CYP2C19": "*2/*2"},
    "carmen": {"CYP2C19": "*2/*3"},
    "tom": {"CYP2B6": "*6/*6", "CYP3A5": "*1/*3", "TPMT": "*1/*3A"},
}


@dataclass(frozen=True)
class Genome:
    path: Path
    borrowed: str  # whose it is (`BorrowedGenome`); empty for a made-up person's
    told: str
    sample: str = ""  # which sample of a file that holds several


class SampleNotNamed(Exception):
    """The file holds several samples and none, or none of them, was named; the message is the sentence to show."""


def made_up(person: str) -> Genome:
    """A made-up person's file, written once."""
    path = settings.VAR / "made-up" / f"{person}.vcf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_made_up(path, f"made-up-{person}", MADE_UP[person])
    return Genome(path, "", "a made-up person, written from our own tables")


def main_genome(given: Path | None, sample: str = "") -> Genome:
    """The genome of the main job, in this order: given by the user, real, made up. Raises `SampleNotNamed`."""
    if given is not None:
        told = f"your file {given.name}" + (f", sample {sample}" if sample else "")
        return Genome(given, BorrowedGenome.OWN, told, _named(given, sample))
    if REAL.exists():
        return Genome(
            REAL,
            BorrowedGenome.PUBLIC,
            "the open-consent 1000 Genomes person NA18526 (name and birth date are made up)",
        )
    return made_up("mei")


def _named(file: Path, sample: str) -> str:
    """The sample to read; nothing when there is only one. What cannot be read is told about further down the road."""
    try:
        samples = recognise(file).samples
    except ReadError:
        return sample
    if len(samples) < 2 and sample in ("", *samples):
        return ""
    if not samples or sample in samples:
        return sample
    names = ", ".join(samples[:MOST_NAMED])
    if len(samples) > MOST_NAMED:
        names += f" … and {len(samples) - MOST_NAMED} more"
    if sample:
        raise SampleNotNamed(f"{file.name} holds no sample {sample}. Name one of these with --sample: {names}.")
    raise SampleNotNamed(f"{file.name} holds {len(samples)} samples. Name one of these with --sample: {names}.")
