"""The readability gate: what a text must keep to before a person may be shown it.

The same rules hold for every word module and for every composed report, and the tests run them over both:
reading grade, sentence length, no jargon without its meaning beside it, and numbers told fairly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portal.reports.readability import measure, sentences

HIGHEST_GRADE = 6.0
LONGEST_SENTENCE = 20
# A grade means little on a handful of words; shorter texts are held to sentence length and word choice alone.
FEWEST_WORDS_GRADED = 30

# Words of the field a person need not know. They may stand only with their meaning in brackets behind them.
JARGON = (
    "adverse",
    "allele",
    "allelic",
    "alleles",
    "biomarker",
    "clinician",
    "concomitant",
    "contraindicated",
    "diplotype",
    "diplotypes",
    "dosage",
    "efficacy",
    "enzyme",
    "enzymes",
    "exposure",
    "genome",
    "genomic",
    "genotype",
    "genotypes",
    "guideline",
    "guidelines",
    "haplotype",
    "heterozygous",
    "homozygous",
    "indeterminate",
    "indication",
    "interpretation",
    "metabolise",
    "metabolism",
    "metabolite",
    "metabolize",
    "metabolizer",
    "metabolizers",
    "mutation",
    "pathogenic",
    "pharmacogenetic",
    "pharmacogenomic",
    "pharmacogenomics",
    "phenotype",
    "phenotypes",
    "polymorphism",
    "prodrug",
    "sequencing",
    "titrate",
    "toxicity",
    "variant",
    "variants",
    "wild-type",
)
_JARGON = re.compile(r"\b(" + "|".join(map(re.escape, JARGON)) + r")\b(?!\s*\()", re.IGNORECASE)
# "1 in 200" is misread by many; numbers are told "of 100", and never as a ratio of risks alone.
_ONE_IN = re.compile(r"\b(?:1|one)\s+(?:in|out of)\s+(?:every\s+)?(?:\d|a\b|two|three|four|five|ten)", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:\d+\s?%|\d+ percent|twice|double|half|\d+ times)\s+(?:the\s+|more\s+|less\s+)?"
    r"(?:risk|chance|likely|as likely)",
    re.IGNORECASE,
)
_NO_EVIDENCE = re.compile(r"\bno evidence\b", re.IGNORECASE)
# Results never call a medicine safe: "usual" only means the genes gave no reason to change it.
_SAFE = re.compile(r"\b(?:is|are) (?:quite |very )?safe\b|\bsafe (?:for you|to take)\b|\bno risk\b", re.IGNORECASE)

_RULES = (
    ("jargon without its meaning", _JARGON),
    ("a risk told as 1 in N", _ONE_IN),
    ("a risk told without its base", _RELATIVE),
    ("“no evidence” is read as a promise", _NO_EVIDENCE),
    ("calls a medicine safe", _SAFE),
)


@dataclass(frozen=True)
class Objection:
    """One reason a text may not be shown, and where it is."""

    where: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.text!r}"


def examine(where: str, passages: Iterable[str], names: Iterable[str] = ()) -> list[Objection]:
    """Every objection to one text; an empty list opens the gate."""
    listed, known = list(passages), frozenset(names)
    objections = [
        Objection(where, rule, passage) for passage in listed for rule, pattern in _RULES if pattern.search(passage)
    ]
    objections += [
        Objection(where, f"a sentence of more than {LONGEST_SENTENCE} words", sentence)
        for sentence in sentences(listed, known)
        if measure([sentence]).words > LONGEST_SENTENCE
    ]
    reading = measure(listed, known)
    if reading.words >= FEWEST_WORDS_GRADED and reading.grade > HIGHEST_GRADE:
        objections.append(Objection(where, f"reading grade {reading.grade:.1f}", " ".join(listed)[:120]))
    return objections
