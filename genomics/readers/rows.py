"""One VCF row at a defined position: what it says about each sample there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from genomics.model import UNDOCUMENTED, Call, CallStatus, Caveat, Position

ONE_COPY = ("chrX", "chrM")


def trimmed(reference: str, alternative: str) -> tuple[int, str, str]:
    """The shortest spelling of a change: how many leading bases were cut, reference, alternative.

    >>> trimmed("CAT", "CATAT")
    (0, 'C', 'CAT')
    >>> trimmed("AGGAGTC", "CGGAGTC")
    (0, 'A', 'C')
    """
    shorter = min(len(reference), len(alternative))
    end = 0
    while end < shorter - 1 and reference[-1 - end] == alternative[-1 - end]:
        end += 1
    shorter -= end
    cut = 0
    while cut < shorter - 1 and reference[cut] == alternative[cut]:
        cut += 1
    return cut, reference[cut : len(reference) - end], alternative[cut : len(alternative) - end]


def references_agree(one: str, other: str) -> bool:
    """Both start at the same position, so the shorter has to be the start of the longer."""
    return bool(one) and bool(other) and (one.startswith(other) or other.startswith(one))


def on_grch37(position: Position) -> Position:
    """The position as rows on GRCh37 write it; its alleles keep the spelling of the definition.

    At a few sites the reference base of GRCh37 is what the definitions call an alternative.
    """
    if position.reference_grch37 == position.reference:
        return position
    known = (position.reference, *position.alternatives)
    others = tuple(base for base in known if base != position.reference_grch37)
    return replace(position, reference=position.reference_grch37, alternatives=others)


def _number(text: str) -> int | None:
    """A small whole number as VCF writes it, or None; longer ones than any file needs are not parsed."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


@dataclass(frozen=True, slots=True)
class RowAlleles:
    """A row's alleles in the words of the definition, by the number genotypes use for them."""

    by_number: tuple[str, ...]
    named: frozenset[str]
    """The row's alternatives as written, in shortest spelling: what this row looked for."""
    validates: bool
    """Whether a reference genotype in this row says anything about the defined change."""
    may_have_one_copy: bool = False
    """On X and in mitochondria one allele is a whole genotype; elsewhere it is half of one."""


def read_alleles(position: Position, reference: str, alternatives: list[str]) -> RowAlleles:
    """Match a row's alleles to the definition's, whatever padding either uses."""
    known = {trimmed(position.reference, base): base for base in position.alternatives}
    named_alternatives = [base for base in alternatives if base not in (".", "")]
    spelt = [trimmed(reference, base.upper()) for base in named_alternatives]
    by_number = (position.reference, *(known.get(change, UNDOCUMENTED) for change in spelt))
    is_indel = any(len(base) != len(position.reference) for base in position.alternatives)
    row_has_indel = any(len(base) != len(reference) and base[0] not in "<*" for base in named_alternatives)
    spans = len(reference) >= len(position.reference)
    validates = not is_indel or row_has_indel or (spans and len(position.reference) > 1)
    named = frozenset("/".join(map(str, change)) for change in spelt)
    return RowAlleles(by_number, named, validates, position.chromosome in ONE_COPY)


def _no_call(reason: Caveat) -> Call:
    return Call(CallStatus.NO_CALL, reason=reason)


def read_genotype(row: RowAlleles, keys: list[str], entry: str) -> Call:
    """One sample's call from its column. ``keys`` is the row's FORMAT; it holds GT."""
    values = entry.split(":")
    fields = dict(zip(keys, values, strict=False))
    genotype = fields.get("GT", ".")
    is_phased = "|" in genotype
    parts = genotype.replace("|", "/").split("/")
    if all(part in (".", "") for part in parts):
        return _no_call(Caveat.NO_CALL)
    if len(parts) == 1 and not row.may_have_one_copy:
        return _no_call(Caveat.ONE_ALLELE_ON_AUTOSOME)
    if "." in parts:
        return _no_call(Caveat.HALF_CALL)
    numbers = [number for part in parts if (number := _number(part)) is not None]
    if len(parts) > 2 or len(numbers) != len(parts) or max(numbers) >= len(row.by_number):
        return _no_call(Caveat.NO_CALL)
    if numbers[0] != numbers[-1] and _depth_contradicts(fields.get("AD", ""), numbers):
        return _no_call(Caveat.DEPTH_CONTRADICTS_GENOTYPE)
    if not any(numbers) and not row.validates:
        return _no_call(Caveat.INDEL_NOT_VALIDATED)
    phase_set = fields.get("PS")
    return Call(
        CallStatus.TESTED,
        tuple(row.by_number[number] for number in numbers),
        phased=is_phased,
        phase_set=phase_set if is_phased and phase_set not in (None, ".", "") else None,
    )


def _depth_contradicts(depths: str, numbers: list[int]) -> bool:
    """A mixed genotype of which one allele was not seen in a single read, with reads on the other."""
    counts = depths.split(",")
    if len(counts) <= max(numbers):
        return False
    first, second = (_number(counts[number]) for number in numbers)
    return first is not None and second is not None and (first == 0) != (second == 0)


def combine(
    position: Position, earlier: Call, earlier_named: frozenset[str], later: Call, later_named: frozenset[str]
) -> Call:
    """Two rows for one position and sample, made into one call.

    Rows that name different alternatives are one site written over several rows, and are put
    together. Rows that name the same ones repeat each other: the first that can be used counts, and two
    that differ cancel each other.
    """
    if earlier.reason is Caveat.CONTRADICTORY_ROWS:
        return earlier
    is_split_site = bool(earlier_named) and bool(later_named) and not earlier_named & later_named
    if earlier.status is CallStatus.NO_CALL or later.status is CallStatus.NO_CALL:
        if is_split_site and Caveat.INDEL_NOT_VALIDATED not in (earlier.reason, later.reason):
            return earlier if earlier.status is CallStatus.NO_CALL else later
        return later if earlier.status is CallStatus.NO_CALL else earlier
    if not is_split_site:
        same = sorted(earlier.alleles) == sorted(later.alleles)
        return earlier if same else _no_call(Caveat.CONTRADICTORY_ROWS)
    reference = position.reference
    if all(base == reference for base in later.alleles):
        return earlier
    if all(base == reference for base in earlier.alleles):
        return later
    if earlier.phased and later.phased and earlier.phase_set == later.phase_set:
        merged = []
        for one, other in zip(earlier.alleles, later.alleles, strict=False):
            if one != reference and other != reference:
                return _no_call(Caveat.CONTRADICTORY_ROWS)
            merged.append(one if one != reference else other)
        return replace(earlier, alleles=tuple(merged))
    changed = [base for base in (*earlier.alleles, *later.alleles) if base != reference]
    if len(changed) > max(len(earlier.alleles), len(later.alleles)):
        return _no_call(Caveat.CONTRADICTORY_ROWS)
    return Call(CallStatus.TESTED, tuple(changed))
