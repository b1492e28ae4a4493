"""One row of advice: what it is tied to, in plain words, and the whole of it in the exact words of the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.reports.dates import spelled_date
from portal.reports.document import Opinion
from portal.reports.naming import join
from portal.reports.words import Words

EVERYONE = ("", "general")

Row = Mapping[str, Any]


def conditions(row: Row | None) -> tuple[str, ...]:
    """The codes of what a row's action is tied to; rows kept from earlier releases name none."""
    return tuple(row.get("when", ())) if row else ()


def told_conditions(row: Row | None, words: Words) -> tuple[str, ...]:
    """What the advice is tied to, and what the same guide says otherwise."""
    found = conditions(row)
    told = [words.say("conditions", code) for code in found]
    if row and row.get("otherwise"):
        able = [code for code in found if row["otherwise"] in words.entry("conditions", code).phrases]
        told.append(words.say("conditions", (able or found)[0], row["otherwise"]))
    return tuple(told)


def exact_advice(row: Row, words: Words) -> str:
    """`increase dose (only for …; otherwise: standard dose)`."""
    action = words.say("actions", row["action"] or "not_coded", "technical")
    limits = [words.say("conditions", code, "technical") for code in conditions(row)]
    if row.get("otherwise"):
        otherwise = words.say("actions", row["otherwise"], "technical")
        limits.append(words.say("report", "otherwise", name=otherwise))
    return f"{action} ({'; '.join(limits)})" if limits else action


def opinion(row: Row, words: Words) -> Opinion:
    """What one group says, for the person and for the care team."""
    says = words.say
    everyone = row["population"] in EVERYONE
    numbers = [f"PMID {number}" for number in row["pmids"]]
    return Opinion(
        source=row["source"],
        for_whom="" if everyone else says("populations", row["population"]),
        says=" ".join([says("actions", row["action"] or "not_coded"), *told_conditions(row, words)]),
        strength=says("classifications", row["classification"], "short"),
        result=", ".join(f"{gene} {_spelt(row['lookup'].get(gene, 'No Result'))}" for gene in row["genes"]),
        advice=exact_advice(row, words),
        population="" if everyone else says("populations", row["population"], "technical"),
        guideline=", ".join([row["guideline"], *numbers]),
        date=spelled_date(row["facts_as_of"], words),
    )


def no_opinion(row: Row, words: Words) -> Opinion:
    """Why a group could not be asked."""
    genes = join(sorted(row["missing_genes"] or row["genes"]), words)
    return Opinion(
        source=row["source"],
        for_whom="",
        says=words.say("reasons", row["reason"], genes=genes),
        strength="",
        result="",
        advice=words.say("reasons", row["reason"], "technical", genes=genes),
        population="",
        guideline="",
        date="",
    )


def medicine_codes(row: Row) -> str:
    """RxNorm and ATC of the medicine a row is about."""
    parts = [f"RxNorm {row['rxnorm']}"] if row["rxnorm"] else []
    if row["atc"]:
        parts.append(f"ATC {', '.join(row['atc'])}")
    return "; ".join(parts)


def _spelt(value: Any) -> str:
    """A look-up key as a person in the field writes it: a diplotype given as counts becomes `*1/*28`."""
    if isinstance(value, Mapping):
        return "/".join(allele for allele, count in value.items() for _ in range(int(count)))
    return str(value)
