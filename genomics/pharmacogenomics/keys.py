"""The keys a gene's result is looked up under in a guideline: statement, diplotype, activity score or phenotype."""

from __future__ import annotations

import re
from collections.abc import Iterable

from genomics.knowledge import GeneKnowledge
from genomics.model import Caveat, GeneResult, Source
from genomics.pharmacogenomics.phenotypes import INDETERMINATE, score_key

_SCORE = re.compile(r"≥?\d+(\.\d+)?")
# Guidelines write high scores as "at least"; every score from there on is found under the highest that it reaches.
_AT_LEAST = (6.0, 5.0, 4.0, 3.75, 3.5, 3.25, 3.0)


def is_score(key: str) -> bool:
    return bool(_SCORE.fullmatch(key))


def exact_diplotype(name: str) -> str:
    """A diplotype as guidance tables write it: shorter name first."""
    return "/".join(sorted(name.split("/"), key=lambda allele: (len(allele), allele)))


def _score_keys(score: float, is_minimum: bool) -> tuple[str, ...]:
    """The score itself; an adjusted one that no table writes is found under the next lower quarter."""
    quarter = max(int(score * 4) / 4, 0.25) if score > 0 else 0.0
    keys = [score_key(score, is_minimum), *([] if is_minimum else [score_key(quarter)])]
    return tuple(dict.fromkeys([*keys, *(score_key(least, True) for least in _AT_LEAST if least <= score)]))


def keys_of(result: GeneResult | None, source: Source, uses_scores: bool) -> tuple[str, ...]:
    """The keys of a result, the more exact first; none when it is unknown."""
    if result is None:
        return ()
    if source in result.keys:
        return result.keys[source]
    stated = result.phenotype[source]
    if stated is None:
        return ()
    if uses_scores:
        score = result.activity_score[source]
        if score is None:
            return (score_key(None),) if stated == INDETERMINATE else ()
        return _score_keys(score, result.score_is_minimum)
    exact = (exact_diplotype(result.diplotypes[0]),) if result.tied == 1 else ()
    return (*exact, stated)


def could_be(key: str, gene: GeneKnowledge | None, result: GeneResult | None, source: Source) -> bool:
    """Whether a result that is not known could turn out to be found under this key."""
    if gene is None or result is None or gene.phenotype_rule == "presence":
        return True
    if Caveat.STRUCTURE_NOT_TESTED in result.caveats:
        return True
    if "/" in key and key != score_key(None):
        if not result.diplotypes or Caveat.DIPLOTYPE_LIST_CUT in result.caveats or result.coverage.not_excluded:
            return True
        return key in {exact_diplotype(name) for name in result.diplotypes}
    number = key.split(" (")[0]
    if is_score(number) or key == score_key(None):
        return not result.possible_scores or number in result.possible_scores
    return key in result.possible_phenotypes[source]


def uses_scores(keys: Iterable[str]) -> bool:
    return any(map(is_score, keys))


# DPWG asks for the enzyme to be measured where both copies are impaired but neither result tells by how much.
_IMPAIRED_ON_BOTH = {(0.0, 0.5), (0.5, 0.5)}


def dpyd_key(one: float, other: float, phenotype: str) -> str:
    """How DPWG writes a DPYD result: ``1.0 (Phenotyping)`` for 0.5 + 0.5, ``1.0 (Intermediate Metabolizer)`` for 0
    + 1.
    """
    measured = tuple(sorted((one, other))) in _IMPAIRED_ON_BOTH
    return f"{score_key(one + other)} ({'Phenotyping' if measured else phenotype})"
