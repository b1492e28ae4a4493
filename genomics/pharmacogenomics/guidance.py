"""What CPIC and DPWG say about each medicine for a person's genes, or why they cannot be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from genomics.knowledge import COVERED_GENES, DrugCodes, GuidanceRow, Knowledge
from genomics.model import Caveat, Dose, GeneResult, Reason, Source, TreatmentOption, Unanswered
from genomics.pharmacogenomics.keys import could_be, keys_of, uses_scores
from genomics.pharmacogenomics.phenoconversion import at_work

NO_RESULT = "No Result"
NOT_CODED = "not_coded"
_NO_CODES = DrugCodes(None, ())


@dataclass(frozen=True, slots=True)
class Guideline:
    """All rows of one source's guideline for one medicine, by the keys they are found under."""

    source: Source
    drug: str
    genes: tuple[str, ...]
    rows: Mapping[tuple[str, ...], tuple[GuidanceRow, ...]]

    def uses_scores(self, gene: str) -> bool:
        """Whether its rows for this gene are written by activity score."""
        if gene not in self.genes:
            return False
        place = self.genes.index(gene)
        return uses_scores(key[place] for key in self.rows)


@cache
def guidelines(knowledge: Knowledge, genes: tuple[str, ...] = COVERED_GENES) -> tuple[Guideline, ...]:
    """Every guideline for a medicine that one of these genes bears on.

    A guideline on other genes alone is among them: without it, a medicine would seem to be answered in full.
    """
    in_question = {row.drug for row in knowledge.guidance if set(row.genes) & set(genes)}
    grouped: dict[tuple[Source, str, str, tuple[str, ...]], dict[tuple[str, ...], list[GuidanceRow]]] = {}
    for row in knowledge.guidance:
        if row.drug not in in_question:
            continue
        found = grouped.setdefault((row.source, row.guideline, row.drug, row.genes), defaultdict(list))
        if row.lookup:
            found[tuple(row.lookup[gene] for gene in row.genes)].append(row)
    result = [
        Guideline(source, drug, genes, {key: tuple(rows) for key, rows in found.items()})
        for (source, _, drug, genes), found in grouped.items()
    ]
    return tuple(sorted(result, key=lambda item: (item.drug, item.source, item.genes)))


def _option(row: GuidanceRow, codes: DrugCodes, results: Mapping[str, GeneResult]) -> TreatmentOption:
    caveats = []
    if any(Caveat.ADJUSTED_FOR_MEDICINES in results[gene].caveats for gene in row.genes if gene in results):
        caveats.append(Caveat.ADJUSTED_FOR_MEDICINES)
    if NO_RESULT in row.lookup.values():
        caveats.append(Caveat.OTHER_GENE_NOT_TESTED)
    if row.action == NOT_CODED:
        caveats.append(Caveat.ACTION_NOT_CODED)
    return TreatmentOption(
        drug=row.drug,
        rxnorm=codes.rxnorm,
        atc=codes.atc,
        source=row.source,
        guideline=row.guideline,
        genes=row.genes,
        lookup=row.lookup,
        population=row.population,
        classification=row.classification,
        action=row.action,
        actions=row.actions,
        when=row.when,
        otherwise=row.otherwise,
        dose=Dose(row.percent, row.fold, row.note),
        implications=row.implications,
        pmids=row.pmids,
        facts_as_of=row.facts_as_of,
        caveats=tuple(caveats),
    )


def _reason(guideline: Guideline, results: Mapping[str, GeneResult], missing: tuple[str, ...]) -> Reason:
    if not set(guideline.genes) & set(results):
        return Reason.GENE_NOT_COVERED
    if not guideline.rows:
        return Reason.NO_PER_GENOTYPE_ROW
    if not missing:
        return Reason.NO_ROW_FOR_RESULT
    if len(missing) < len(guideline.genes):
        return Reason.OTHER_GENE_REQUIRED
    covered = [results[gene] for gene in missing if gene in results]
    if all(result.coverage.tested == 0 for result in covered):
        return Reason.NOT_TESTED
    if any(result.phenotype[guideline.source] is not None for result in covered):
        return Reason.ACTIVITY_SCORE_NOT_STATED
    return Reason.PHENOTYPE_NOT_STATED


def _possible_actions(
    guideline: Guideline,
    knowledge: Knowledge,
    results: Mapping[str, GeneResult],
    keys: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    def fits(gene: str, key: str) -> bool:
        if keys[gene]:
            return key in keys[gene]
        return could_be(key, knowledge.genes.get(gene), results.get(gene), guideline.source)

    return tuple(
        sorted(
            {
                row.action
                for found in guideline.rows.values()
                for row in found
                if all(fits(gene, key) for gene, key in row.lookup.items())
            }
        )
    )


def look_up(
    knowledge: Knowledge, found: Mapping[str, GeneResult], genes: tuple[str, ...] = COVERED_GENES
) -> tuple[tuple[TreatmentOption, ...], tuple[Unanswered, ...]]:
    """Guidance for every medicine that one of these genes bears on, by source and population.

    A gene that is unknown takes the rows a guideline keeps for "no result", where it has them. A row for the
    exact diplotype beats the row for its phenotype. Medicines that cannot be looked up are unanswered.
    """
    options: list[TreatmentOption] = []
    unanswered: list[Unanswered] = []
    for guideline in guidelines(knowledge, genes):
        codes = knowledge.drugs.get(guideline.drug, _NO_CODES)
        results = {
            gene: at_work(found[gene], knowledge.genes[gene], guideline.drug)
            for gene in guideline.genes
            if gene in found
        }
        keys = {
            gene: keys_of(results.get(gene), guideline.source, guideline.uses_scores(gene))
            for gene in guideline.genes
        }
        rows = next(_matching(guideline, keys), ()) if any(keys.values()) else ()
        if rows:
            options.extend(_option(row, codes, results) for row in rows)
            continue
        missing = tuple(
            gene for gene in guideline.genes if not keys[gene] and not _is_called(gene, results, knowledge)
        )
        unanswered.append(
            Unanswered(
                drug=guideline.drug,
                rxnorm=codes.rxnorm,
                atc=codes.atc,
                source=guideline.source,
                genes=guideline.genes,
                missing_genes=missing,
                reason=_reason(guideline, found, missing),
                possible_actions=_possible_actions(guideline, knowledge, results, keys),
            )
        )
    return tuple(options), tuple(unanswered)


def _is_called(gene: str, results: Mapping[str, GeneResult], knowledge: Knowledge) -> bool:
    """A gene whose diplotype has no phenotype rule is known all the same once it is called."""
    result = results.get(gene)
    return result is not None and bool(result.diplotypes) and knowledge.genes[gene].phenotype_rule is None


def _matching(guideline: Guideline, keys: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[GuidanceRow, ...]]:
    """Row sets in the order they are to be preferred."""
    for combination in product(*(keys[gene] or (NO_RESULT,) for gene in guideline.genes)):
        if found := guideline.rows.get(combination):
            yield found
