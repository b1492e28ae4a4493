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


_ASK_FOR_38 = "Ask the laboratory for the file on GRCh38."


def decide(evidence: AssemblyEvidence, header: Assembly | None) -> tuple[Caveat, ...]:
    """Caveats to carry when the file is GRCh38. Raises ReadError when it is not, or cannot be known.

    A header that contradicts the bases is refused too: one of the two is wrong, and nobody here can say which.
    """
    seen38 = evidence.agree38 + evidence.disagree38
    seen37 = evidence.agree37 + evidence.disagree37
    bases_say_37 = (
        evidence.agree37 >= ENOUGH
        and evidence.agree37 > evidence.agree38
        and evidence.disagree37 <= TOLERATED_SHARE * seen37
    )
    if bases_say_37:
        raise ReadError(
            ReadErrorCode.OTHER_ASSEMBLY,
            f"The file is written on GRCh37 (hg19): {evidence.agree37} reference bases show it. " + _ASK_FOR_38,
        )
    if evidence.disagree38 >= ENOUGH and evidence.disagree38 > TOLERATED_SHARE * seen38:
        raise ReadError(
            ReadErrorCode.REFERENCE_DISAGREES,
            f"{evidence.disagree38} of {seen38} reference bases differ from GRCh38; the file was not read. "
            + _ASK_FOR_38,
        )
    if header is Assembly.GRCH37:
        if evidence.agree38 >= ENOUGH:
            raise ReadError(
                ReadErrorCode.OTHER_ASSEMBLY,
                "The header of the file says GRCh37 (hg19), but its reference bases are those of GRCh38. One of "
                "the two is wrong. Ask the laboratory for a corrected file.",
            )
        raise ReadError(
            ReadErrorCode.OTHER_ASSEMBLY,
            f"The header of the file says GRCh37 (hg19). {_ASK_FOR_38}",
        )
    if evidence.agree38 >= ENOUGH:
        return ()
    if header is Assembly.GRCH38:
        return (Caveat.ASSEMBLY_FROM_HEADER,)
    raise ReadError(
        ReadErrorCode.ASSEMBLY_UNKNOWN,
        "The file holds too few of the positions read here to tell its assembly, and its header does not "
        f"name one. {_ASK_FOR_38}",
    )
