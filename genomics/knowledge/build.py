"""Writes the table files of this folder from a folder of collected facts.

Run as ``python -m genomics.knowledge.build FOLDER``. The tables are our own layout: one fact per row,
and on every row its source, the date the source was read as of, and its licence. What the sources call
invalid input is dropped here, and later guidance replaces earlier guidance for the same question.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from genomics.knowledge import build_special
from genomics.knowledge.build_special import rows_of
from genomics.knowledge.readings import READINGS, Reading

TABLES = Path(__file__).parent / "tables"
ORIGIN = ("source", "facts_as_of", "licence")

# id: (what was read, publisher and place, date, licence)
SOURCES: dict[str, tuple[str, str, str, str]] = {
    "definitions": (
        "allele definitions, GRCh38 and GRCh37 positions",
        "CPIC, ClinPGx and PharmVar definitions as released in PharmCAT 3.1.1; GRCh37 places from pypgx",
        "2025-11-05",
        "CC0-1.0 (CPIC); CC-BY-SA-4.0 (ClinPGx, facts only); PharmVar with citation",
    ),
    "functions": (
        "allele function, activity values, phenotype rules",
        "CPIC allele functionality and phenotype tables as released in PharmCAT 3.1.1",
        "2025-11-05",
        "CC0-1.0 (CPIC)",
    ),
    "functions-cyp2d6-ryr1": (
        "CYP2D6 (function names inferred from activity values) and RYR1 functions and phenotype rules",
        "CPIC tables as held in a 2026 copy of PharmCAT (phonegor95/PharmCAT)",
        "2026",
        "CC0-1.0 (CPIC)",
    ),
    "functions-g6pd": (
        "G6PD functions and phenotype rules",
        "CPIC tables as held in PharmCAT of August 2023",
        "2023-08",
        "CC0-1.0 (CPIC)",
    ),
    "mitochondria": (
        "MT-RNR1 alleles on the revised Cambridge reference, and their risk",
        "CPIC MT-RNR1 tables as released in PharmCAT 3.1.1",
        "2025-11-05",
        "CC0-1.0 (CPIC)",
    ),
    "inhibitors": (
        "medicines that hold CYP2D6 back, and by how much",
        "ten strong and moderate inhibitors as PharMe (hpi-dhc/PharMe) lists them; FDA's table has more",
        "2025",
        "MIT",
    ),
    "warfarin-formula": (
        "coefficients of the IWPC pharmacogenetic warfarin dose algorithm",
        "IWPC, N Engl J Med 2009, doi 10.1056/NEJMoa0809329; figures as four independent programs have them",
        "2009",
        "published figures",
    ),
    "matching": (
        "deciding positions (AMP tier 1), toxicity genes, matching exceptions",
        "AMP tier-1 positions and exceptions as released in PharmCAT 3.1.1",
        "2025-11-05",
        "facts; MPL-2.0 (collection)",
    ),
    "cpic-guidance": (
        "guidance codes per phenotype, medicine and population",
        "CPIC guidelines as released in PharmCAT, 15 February 2024",
        "2024-02",
        "CC0-1.0 (CPIC)",
    ),
    "cpic-guidance-updates": (
        "later guidance: metoprolol, hydralazine, thiopurines",
        "CPIC guideline updates 2024 to 2026",
        "2026",
        "CC0-1.0 (CPIC)",
    ),
    "dpwg-guidance": (
        "guidance codes per phenotype or diplotype and medicine",
        "DPWG guidelines as annotated by ClinPGx, 15 February 2024",
        "2024-02",
        "CC-BY-SA-4.0 (ClinPGx, facts only)",
    ),
    "cpic-guidance-texts": (
        "conditions of the guidance, read row by row in the guideline texts",
        "CPIC guideline texts (CPIC release v1.23.0) as released in PharmCAT",
        "2023-03",
        "CC0-1.0 (CPIC)",
    ),
    "cpic-guidance-texts-ssri": (
        "conditions of the guidance on citalopram, escitalopram and sertraline",
        "CPIC guideline of 2023 (PMID 37032427) as released in PharmCAT; codes of the collected rows",
        "2023",
        "CC0-1.0 (CPIC)",
    ),
    "cpic-guidance-texts-thiopurines": (
        "conditions of the guidance on azathioprine",
        "CPIC thiopurine guidance of 2025 as held in a 2026 copy of PharmCAT (phonegor95/PharmCAT)",
        "2026",
        "CC0-1.0 (CPIC)",
    ),
    "cpic-guidance-texts-dpyd": (
        "conditions of the guidance on capecitabine and fluorouracil",
        "CPIC guideline of 2017 (PMID 29152729), Table 2, as published in PubMed Central (PMC5760397)",
        "2017-11",
        "facts only",
    ),
    "dpwg-guidance-texts-dpyd": (
        "conditions of the guidance on capecitabine and fluorouracil",
        "DPWG recommendations of 2019 for systemic use, as quoted in NCBI Bookshelf NBK395610, Table 3",
        "2019",
        "facts only",
    ),
    "dpwg-guidance-texts": (
        "conditions of the guidance, and the actions the texts give where the codes missed them",
        "DPWG guidelines as annotated by ClinPGx, 5 March 2023, as released in PharmCAT",
        "2023-03-05",
        "CC-BY-SA-4.0 (ClinPGx, facts only)",
    ),
    "cpic-drug-codes": (
        "RxNorm and ATC codes of medicines",
        "CPIC database, initial data",
        "not stated",
        "CC0-1.0 (CPIC)",
    ),
    "cpic-pair-codes": (
        "RxNorm and ATC codes of medicines missing from the drug table",
        "CPIC gene-drug pairs of August 2023, as released in pypgx",
        "2023-08",
        "CC0-1.0 (CPIC); MIT (collection)",
    ),
}


def origin(source: str, facts_as_of: str | None = None) -> tuple[str, str, str]:
    """The three columns every row ends with."""
    _, _, date, licence = SOURCES[source]
    return (source, facts_as_of or date, licence)


def function_origin(gene: str) -> tuple[str, str, str]:
    """Functions and phenotype rules of three genes were read elsewhere than those of the others."""
    sources = {"CYP2D6": "functions-cyp2d6-ryr1", "RYR1": "functions-cyp2d6-ryr1", "G6PD": "functions-g6pd"}
    return origin(sources.get(gene, "functions"))


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Plain tab-separated lines; a value that would need quoting is an error in the facts."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        for row in (columns, *rows):
            values = [str(value) for value in row]
            if any("\t" in value or "\n" in value for value in values):
                raise ValueError(f"{path.name}: a value holds a tab or a line end: {values}")
            stream.write("\t".join(values) + "\n")


def lookup_text(gene_keys: Mapping[str, Any]) -> str:
    """``GENE=key|GENE=key``; an exact diplotype is written as in a report, ``*1/*2``."""
    parts = []
    for gene, key in sorted(gene_keys.items()):
        if isinstance(key, dict):
            names = [name for name, count in key.items() for _ in range(int(count))]
            key = "/".join(sorted(names, key=lambda name: (len(name), name)))
        parts.append(f"{gene}={key}")
    return "|".join(parts)


def build_definitions(folder: Path, target: Path) -> None:
    definitions: dict[str, Any] = json.loads((folder / "allele_definitions.json").read_text(encoding="utf-8"))
    positions: list[tuple[object, ...]] = []
    alleles: list[tuple[object, ...]] = []
    for gene, definition in sorted(definitions.items()):
        for position, rsid, reference, alternatives, _, position37, reference37 in definition["positions"]:
            positions.append(
                (
                    gene,
                    definition["chrom"],
                    position,
                    rsid or "",
                    reference,
                    ",".join(alternatives),
                    position37,
                    reference37 or "",
                    *origin("definitions"),
                )
            )
        shown_as = definition.get("suballeles", {})
        for name, allele in definition["alleles"].items():
            core = ";".join(f"{place}:{base}" for place, base in sorted(allele["core"].items()))
            is_reference = int(name == definition["reference"])
            alleles.append((gene, name, shown_as.get(name, name), is_reference, core, *origin("definitions")))
    for rows, more in zip(
        (positions, alleles), build_special.mitochondrial(folder, origin("mitochondria")), strict=True
    ):
        rows.extend(more)
    write(
        target / "positions.tsv",
        (
            "gene",
            "chromosome",
            "position",
            "rsid",
            "reference",
            "alternatives",
            "position_grch37",
            "reference_grch37",
            *ORIGIN,
        ),
        positions,
    )
    write(
        target / "alleles.tsv",
        ("gene", "allele", "shown_as", "is_reference", "defined_by", *ORIGIN),
        alleles,
    )


def build_functions(folder: Path, target: Path) -> None:
    write(
        target / "functions.tsv",
        ("gene", "allele", "function", "activity_value", *ORIGIN),
        (
            (row["gene"], row["allele"], row["function"], row["activity_value"], *function_origin(row["gene"]))
            for row in rows_of(folder / "allele_function.tsv")
        ),
    )


def build_phenotypes(folder: Path, target: Path) -> None:
    rules: dict[str, Any] = json.loads((folder / "phenotype_map.json").read_text(encoding="utf-8"))
    rows: list[tuple[object, ...]] = []
    for gene, rule in sorted(rules.items()):
        if rule["mode"] == "allele_function":
            for functions, phenotype in rule["map"]:
                first, second = (*functions, "")[:2]
                rows.append((gene, "functions", first, second, phenotype, *function_origin(gene)))
        elif rule["mode"] == "activity_score":
            for score, phenotype in rule["map"]:
                rows.append((gene, "score", score, "", phenotype, *function_origin(gene)))
            for low, high, phenotype in rule.get("ranges", {}).get("CPIC", ()):
                rows.append((gene, "score_range_cpic", low, high, phenotype, *function_origin(gene)))
                # DPWG draws the line to ultrarapid higher; all else is as CPIC has it.
                limits = [limit.replace("2.25", "2.5") for limit in (low, high)]
                rows.append((gene, "score_range_dpwg", *limits, phenotype, *function_origin(gene)))
        elif rule["mode"] == "allele_presence":
            for allele in rule["alleles"]:
                rows.append((gene, "presence", allele, "", "", *function_origin(gene)))
    write(target / "phenotypes.tsv", ("gene", "rule", "first", "second", "phenotype", *ORIGIN), rows)


def build_matching(folder: Path, target: Path) -> None:
    rules: dict[str, Any] = json.loads((folder / "matcher_rules.json").read_text(encoding="utf-8"))
    rows: list[tuple[object, ...]] = []
    for gene in rules["undocumented_as_reference"]:
        rows.append((gene, "undocumented_read_as_reference", "", *origin("matching")))
    for gene, exemptions in sorted(rules["exemptions"].items()):
        for kind, name in (
            ("amp_tier1_positions", "deciding_position"),
            ("amp_tier1_alleles", "deciding_allele"),
            ("required_positions", "required_position"),
            ("ignored_positions", "ignored_position"),
            ("ignored_alleles", "ignored_allele"),
        ):
            rows.extend((gene, name, value, *origin("matching")) for value in exemptions[kind])
        for choice in exemptions["unphased_priority"]:
            value = "|".join([choice["pick"], *choice["among"]])
            rows.append((gene, "unphased_priority", value, *origin("matching")))
    write(target / "matching.tsv", ("gene", "rule", "value", *ORIGIN), rows)


def results_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """The results a guidance row is for, one per gene; an exact diplotype is none of them."""
    keys = json.loads(row["lookup_key"]) if row["lookup_key"] else {}
    return tuple(key for key in keys.values() if isinstance(key, str))


def reading_of(row: dict[str, str], used: set[Reading]) -> Reading | None:
    """The reading about this row; two of them would be an error in the readings."""
    found = [reading for reading in READINGS if reading.is_about(row, results_of(row))]
    if len(found) > 1:
        raise ValueError(f"{row['source']} {row['drug']} {row['lookup_key']}: two readings for one row")
    used.update(found)
    return found[0] if found else None


def with_reading(codes: tuple[str, str, str, str], read: Reading | None) -> tuple[str, ...]:
    """action, actions, when, otherwise, where they were read, fold, implications."""
    action, actions, fold, implications = codes
    if read is None:
        return (action, actions, "", "", "", fold, implications)
    chosen = read.action or action
    listed = dict.fromkeys([chosen, *actions.split(";")])
    effects = dict.fromkeys([*filter(None, implications.split(";")), *filter(None, [read.implication])])
    return (
        chosen,
        ";".join(listed) if read.action else actions,
        ";".join(read.when),
        read.otherwise,
        read.read_in,
        read.fold or fold,
        ";".join(effects),
    )


def build_guidance(folder: Path, target: Path) -> None:
    chosen: dict[tuple[str, ...], tuple[object, ...]] = {}
    used: set[Reading] = set()
    for file, is_update in (("recommendations_2024.tsv", False), ("recommendations_updates.tsv", True)):
        for row in rows_of(folder / file):
            if row["primary_action"] == "input_invalid":
                continue
            if row["source"] == "DPWG":
                source = "dpwg-guidance"
            else:
                source = "cpic-guidance-updates" if is_update else "cpic-guidance"
            lookup = lookup_text(json.loads(row["lookup_key"])) if row["lookup_key"] else ""
            action = row["primary_action"] or "not_coded"
            actions = row["actions"] or "not_coded"
            implications = row["implication_codes"]
            if not lookup:  # a guideline that calculates instead of listing rows
                action, actions, implications = "", "", ""
            population = row["population"] or "general"
            for drug in row["drug"].split("|"):
                read = reading_of({**row, "drug": drug}, used)
                codes = (action, actions, row["fold"], implications)
                key = (row["source"], drug, lookup or row["genes"], population)
                chosen[key] = (
                    row["source"],
                    row["guideline_id"],
                    drug,
                    row["genes"],
                    lookup,
                    population,
                    row["classification"] or "N/A",
                    *with_reading(codes, read),
                    row["percent"],
                    row["mg_or_note"],
                    row["pmids"],
                    *origin(source, row["facts_as_of"]),
                )
    if unused := [reading for reading in READINGS if reading not in used]:
        raise ValueError(f"readings that are about no row: {unused}")
    write(
        target / "guidance.tsv",
        (
            "body",
            "guideline",
            "drug",
            "genes",
            "lookup",
            "population",
            "classification",
            "action",
            "actions",
            "when",
            "otherwise",
            "read_in",
            "fold",
            "implications",
            "percent",
            "note",
            "pmids",
            *ORIGIN,
        ),
        (chosen[key] for key in sorted(chosen)),
    )


def build_drugs(folder: Path, target: Path) -> None:
    needed = {row["drug"] for row in rows_of(target / "guidance.tsv")}
    codes = {row["name"]: row for row in rows_of(folder / "drug_codes.tsv")}
    rows = []
    for drug in sorted(needed & codes.keys()):
        source = "cpic-drug-codes" if codes[drug]["src"].startswith("CPIC") else "cpic-pair-codes"
        rows.append((drug, codes[drug]["rxnorm"], codes[drug]["atc"], *origin(source)))
    write(target / "drugs.tsv", ("drug", "rxnorm", "atc", *ORIGIN), rows)


def build(folder: Path, target: Path = TABLES) -> None:
    """Write every table of ``target`` from the facts in ``folder``."""
    target.mkdir(parents=True, exist_ok=True)
    build_definitions(folder, target)
    build_functions(folder, target)
    build_phenotypes(folder, target)
    build_matching(folder, target)
    build_guidance(folder, target)
    build_drugs(folder, target)
    write(
        target / "inhibitors.tsv",
        ("gene", "medicine", "strength", "multiplier", *ORIGIN),
        build_special.inhibitors(folder, origin("inhibitors")),
    )
    write(
        target / "warfarin.tsv",
        ("term", "coefficient", *ORIGIN),
        build_special.warfarin(folder, origin("warfarin-formula")),
    )
    write(
        target / "SOURCES.tsv",
        ("source", "what", "read_from", "facts_as_of", "licence"),
        ((source, *facts) for source, facts in SOURCES.items()),
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m genomics.knowledge.build FOLDER")
    build(Path(sys.argv[1]))
