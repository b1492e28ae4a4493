"""Which assembly a file is written in, decided by the reference bases its rows show."""

from __future__ import annotations

from dataclasses import dataclass

from genomics.model import Assembly, Caveat
from genomics.readers.errors import ReadError, ReadErrorCode

# Three bases agree by chance once in 64 times.
ENOUGH = 3
TOLERATED_SHARE = 0.2


@dataclass(slots=True)
class AssemblyEvidence:
    """Rows whose reference agrees or disagrees with a definition site, counted per assembly."""

    agree38: int = 0
    disagree38: int = 0
    agree37: int = 0
    disagree37: int = 0

    def count(self, assembly: Assembly, agrees: bool) -> None:
        if assembly is Assembly.GRCH38:
            self.agree38 += agrees
            self.disagree38 += not agrees
        else:
            self.agree37 += agrees
            self.disagree37 += not agrees


_ASK = "Ask the laboratory for a file that names its assembly, GRCh38 or GRCh37."


def _contradiction(header: Assembly, bases: Assembly) -> ReadError:
    return ReadError(
        ReadErrorCode.OTHER_ASSEMBLY,
        f"The header of the file says {header}, but its reference bases are those of {bases}. One of "
        "the two is wrong. Ask the laboratory for a corrected file.",
    )


def decide(evidence: AssemblyEvidence, header: Assembly | None) -> tuple[Assembly, tuple[Caveat, ...]]:
    """The assembly of a file, and the caveats to carry. Raises ReadError when it cannot be known.

    The bases decide. A header that contradicts them is refused: one of the two is wrong, and nobody here can
    say which. The header alone is believed only where the bases say nothing, and a caveat tells.
    """
    seen38 = evidence.agree38 + evidence.disagree38
    seen37 = evidence.agree37 + evidence.disagree37
    fits38 = evidence.agree38 >= ENOUGH and evidence.disagree38 <= TOLERATED_SHARE * seen38
    fits37 = evidence.agree37 >= ENOUGH and evidence.disagree37 <= TOLERATED_SHARE * seen37
    fewer, more = sorted((evidence.agree37, evidence.agree38))
    if fits37 and fits38 and fewer > TOLERATED_SHARE * more:
        raise ReadError(
            ReadErrorCode.ASSEMBLY_UNKNOWN,
            f"Some rows of the file are written on GRCh37 and some on GRCh38. {_ASK}",
        )
    if fits37 and evidence.agree37 > evidence.agree38:
        if header is Assembly.GRCH38:
            raise _contradiction(header, Assembly.GRCH37)
        return Assembly.GRCH37, ()
    if fits38:
        if header is Assembly.GRCH37:
            raise _contradiction(header, Assembly.GRCH38)
        return Assembly.GRCH38, ()
    claimed = Assembly.GRCH37 if header is Assembly.GRCH37 else Assembly.GRCH38
    agree, disagree = (
        (evidence.agree37, evidence.disagree37)
        if claimed is Assembly.GRCH37
        else (evidence.agree38, evidence.disagree38)
    )
    if disagree >= ENOUGH and disagree > TOLERATED_SHARE * (agree + disagree):
        raise ReadError(
            ReadErrorCode.REFERENCE_DISAGREES,
            f"{disagree} of {agree + disagree} reference bases differ from {claimed}; the file was not read. {_ASK}",
        )
    if header is not None:
        return header, (Caveat.ASSEMBLY_FROM_HEADER,)
    raise ReadError(
        ReadErrorCode.ASSEMBLY_UNKNOWN,
        "The file holds too few of the positions read here to tell its assembly, and its header does not "
        f"name one. {_ASK}",
    )
