"""One card per medicine: what the coded advice of all sources comes to, in words.

How several rows become one status:

1. Each row has the status of its primary action, or of what holds otherwise where that is more serious
   (`status.status_of_row`). What the action is tied to is told with it.
2. "Usual" and "nothing special" are kept only when nothing is missing: a row that also rests on a gene without a
   result, a gene that carries a change no list explains, or any other advice for this medicine that could not be
   looked up, makes it "not known". Unknown is not normal. "Nothing special" also needs a usual result.
3. Over all rows the most serious status counts. Where the groups differ, the card says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.reports.advice import EVERYONE, conditions, medicine_codes, no_opinion, opinion, told_conditions
from portal.reports.document import Card, CardGroup, Note, Population
from portal.reports.naming import anchor, join
from portal.reports.status import (
    CALM,
    CARE,
    STRENGTHS,
    Status,
    direction,
    holds_for_some_only,
    missing_genes,
    status_of,
    status_of_row,
    strength,
    worst,
)
from portal.reports.words import Words

# Reasons of our own making, told before any other reason for not knowing.
_OWN_REASONS = ("undocumented_variant", "other_gene_not_tested", "partly_known")

Row = Mapping[str, Any]


class MedicineCards:
    """Composes the cards of one interpretation."""

    def __init__(self, interpretation: Mapping[str, Any], words: Words, notes: Sequence[Note]) -> None:
        self.genes: Mapping[str, Mapping[str, Any]] = interpretation["genes"]
        self.rows: Sequence[Row] = interpretation["guidance"]
        self.unanswered: Sequence[Row] = interpretation["unanswered"]
        self.words = words
        self.notes = notes

    def groups(self) -> tuple[CardGroup, ...]:
        """All groups, most serious first; within a group the strongest advice first."""
        drugs = dict.fromkeys(row["drug"] for row in (*self.rows, *self.unanswered))
        ranked = sorted((self._rank(drug), self._name(drug).lower(), drug) for drug in drugs)
        cards = [self.card(drug) for *_, drug in ranked]
        return tuple(
            CardGroup(
                status=status,
                title=self.words.say("statuses", status, "section"),
                lead=self.words.say("statuses", status, "lead" if found else "nothing"),
                cards=found,
            )
            for status in CARE
            for found in [tuple(card for card in cards if card.status == status)]
        )

    def card(self, drug: str) -> Card:
        rows, unanswered, reason = self._of(drug)
        status = self._overall(rows, reason)
        pointed = status == Status.NOT_KNOWN and self._points_to_care(unanswered)
        if pointed:
            status = Status.TAKE_CARE
        name = self._name(drug)
        leading = [row for row in rows if self._status(row, reason) == status]
        lead = leading[0] if leading else None
        says = self.words.say
        return Card(
            drug=drug,
            name=name,
            kind=self.words.entry("drugs", drug).text,
            anchor=f"medicine-{anchor(drug)}",
            status=status,
            word=says("statuses", status),
            headline=self._pointed(unanswered, name, "headline") if pointed else self._headline(drug, status, lead),
            why=self._pointed(unanswered, name)
            if pointed
            else self._why(drug, status, lead, rows, unanswered, reason),
            what_to_do=self._pointed(unanswered, name, "do") if pointed else self._what_to_do(status, lead, rows),
            ask_first=says("report", "ask_first"),
            differ=self._differ(rows, reason),
            populations=self._populations(rows, unanswered, reason),
            keep_in_mind=self._keep_in_mind(status, lead, rows, unanswered),
            opinions=(
                *(opinion(row, self.words) for row in rows),
                *(no_opinion(row, self.words) for row in unanswered),
            ),
            notes=tuple(note for note in self.notes if note.about == drug),
            codes=medicine_codes((*rows, *unanswered)[0]),
        )

    # -- which rows, and what they come to

    def _of(self, drug: str) -> tuple[list[Row], list[Row], str | None]:
        rows = sorted(
            (row for row in self.rows if row["drug"] == drug),
            key=lambda row: (
                CARE.index(status_of_row(row)),
                holds_for_some_only(row),
                strength(row),
                row["source"],
                row["population"] not in EVERYONE,
                row["population"],
                row["genes"],
            ),
        )
        unanswered = sorted(
            (row for row in self.unanswered if row["drug"] == drug), key=lambda row: (row["source"], row["genes"])
        )
        reason = None
        if any("undocumented_variant" in self._gene(gene)["caveats"] for row in rows for gene in row["genes"]):
            reason = "undocumented_variant"
        elif _missing(rows, unanswered):
            reason = "other_gene_not_tested"
        # A guide that was asked and is silent about this result takes nothing from what another one says.
        elif asked := {row["reason"] for row in unanswered} - {"no_row_for_result"}:
            reason = "partly_charted" if asked == {"no_per_genotype_row"} else "partly_known"
        return rows, unanswered, reason

    def _status(self, row: Row, reason: str | None) -> Status:
        status = status_of_row(row)
        if status == Status.NO_SPECIAL_ADVICE and not self._rests_on_usual_results(row):
            return Status.NOT_KNOWN
        return Status.NOT_KNOWN if status in CALM and reason else status

    def _overall(self, rows: list[Row], reason: str | None) -> Status:
        statuses = [self._status(row, reason) for row in rows]
        found = worst(statuses)
        if found == Status.NO_SPECIAL_ADVICE and Status.NOT_KNOWN in statuses:
            return Status.NOT_KNOWN
        return Status.NOT_KNOWN if found in CALM and self._is_for_some_uses_only(rows) else found

    def _is_for_some_uses_only(self, rows: list[Row]) -> bool:
        """Whether a guide has advice for some uses, none for others, and nobody has any for all of them."""
        for_all = {status_of_row(row) for row in rows if row["population"] in EVERYONE}
        for_some = {status_of_row(row) for row in rows if row["population"] not in EVERYONE}
        return Status.NOT_KNOWN in for_some and for_some != {Status.NOT_KNOWN} and not for_all & set(CALM)

    def _rests_on_usual_results(self, row: Row) -> bool:
        return all(self._is_usual(self._result(gene, row["source"])) for gene in row["genes"])

    def _rank(self, drug: str) -> tuple[int, bool, int, int]:
        rows, unanswered, reason = self._of(drug)
        status = self._overall(rows, reason)
        if status == Status.NOT_KNOWN and self._points_to_care(unanswered):
            # After the medicines whose advice is certain.
            return CARE.index(Status.TAKE_CARE), True, len(STRENGTHS), 0
        if status in (*CALM, Status.NOT_KNOWN):
            return CARE.index(status), False, 0, 0
        leading = [row for row in rows if self._status(row, reason) == status]
        agreeing = len({row["source"] for row in leading})
        some_only = all(map(holds_for_some_only, leading))
        return CARE.index(status), some_only, min(map(strength, leading)), -agreeing

    def _gene(self, gene: str) -> Mapping[str, Any]:
        return self.genes.get(gene, {"caveats": (), "phenotype": {}})

    # -- the sentences

    def _name(self, drug: str) -> str:
        return self.words.entry("drugs", drug).phrases.get("name", drug)

    def _points_to_care(self, unanswered: list[Row]) -> bool:
        """Whether a gene that was read in part can no longer be usual, and what it could be calls for care."""
        could_be = {status_of(action) for row in unanswered for action in row.get("possible_actions", ())}
        if could_be & set(CALM) or not could_be & {Status.ASK_ABOUT_ANOTHER, Status.TAKE_CARE}:
            return False
        return any(self._cannot_be_usual(gene) for row in unanswered for gene in row["missing_genes"])

    def _cannot_be_usual(self, gene: str) -> bool:
        possible = {name for names in self._gene(gene).get("possible_phenotypes", {}).values() for name in names}
        return bool(possible) and not any(self._is_usual(f"{gene}/{name}") for name in possible)

    def _pointed(self, unanswered: list[Row], name: str, phrase: str | None = None) -> str:
        """What is said when the result is not certain, and nothing that it could be is the usual."""
        genes = sorted({gene for row in unanswered for gene in row["missing_genes"] or row["genes"]})
        text = self.words.say("reasons", "points_to_care", phrase, drug=name, genes=join(genes, self.words))
        return text[:1].upper() + text[1:]

    def _headline(self, drug: str, status: Status, lead: Row | None) -> str:
        name, says = self._name(drug), self.words.say
        entry = self.words.entry("actions", _action(lead))
        limits = [code for code in conditions(lead) if code in entry.phrases] if lead and status not in CALM else []
        if limits and status != Status.NOT_KNOWN:
            text = says("actions", _action(lead), limits[0], drug=name)
        elif status == Status.ASK_ABOUT_ANOTHER and lead:
            leaning = self._leaning(drug, lead)
            if f"{leaning}_headline" in self.words.entry("drugs", drug).phrases:
                text = says("drugs", drug, f"{leaning}_headline", drug=name)
            else:
                text = says("implications", leaning, "headline", drug=name)
        else:
            action = _action(lead) if lead and status != Status.NOT_KNOWN else "no_recommendation"
            text = says("actions", action, "headline", drug=name)
        return text[:1].upper() + text[1:]

    def _what_to_do(self, status: Status, lead: Row | None, rows: list[Row]) -> str:
        if status != Status.NOT_KNOWN:
            for code in conditions(lead):
                if "do" in self.words.entry("conditions", code).phrases:
                    return self.words.say("conditions", code, "do")
            action = _action(lead)
        else:
            action = "not_coded" if "not_coded" in map(_action, rows) else "no_recommendation"
        return self.words.say("actions", action, "do")

    def _leaning(self, drug: str, row: Row) -> str:
        action = _action(row)
        marks = self.words.entry("drugs", drug).marks
        for leaning in ("weaker", "stronger"):
            if marks.get(leaning) == status_of(action):
                return leaning
        return direction(action, row["implications"])

    def _why(
        self, drug: str, status: Status, lead: Row | None, rows: list[Row], unanswered: list[Row], reason: str | None
    ) -> str:
        if status == Status.NOT_KNOWN or lead is None:
            return self._why_not_known(rows, unanswered, reason)
        known = [gene for gene in lead["genes"] if gene not in missing_genes(lead)]
        if status == Status.NO_SPECIAL_ADVICE:
            names, phrase = join(sorted(known), self.words), "many" if len(known) > 1 else None
            return self.words.say("reasons", "no_special_advice", phrase, genes=names, source=lead["source"])
        if status == Status.USUAL:
            said = [row for row in rows if self._status(row, reason) == Status.USUAL]
            genes = sorted({gene for row in said for gene in row["genes"]})
            phrase = ("one_" if len({row["source"] for row in said}) == 1 else "") + (
                "many" if len(genes) > 1 else "one"
            )
            return self.words.say("implications", "usual", phrase, genes=join(genes, self.words))
        results = {gene: self._result(gene, lead["source"]) for gene in known}
        unusual = [gene for gene, code in results.items() if not self._is_usual(code)]
        sentences = [self.words.say("phenotypes", results[gene], "mine", gene=gene) for gene in unusual or known]
        leaning = self._leaning(drug, lead) if unusual else "even_so"
        entry = self.words.entry("drugs", drug)
        if leaning in entry.phrases:
            sentences.append(self.words.say("drugs", drug, leaning, drug=self._name(drug)))
        else:
            sentences.append(self.words.say("implications", leaning, drug=self._name(drug)))
        return " ".join(sentences)

    def _why_not_known(self, rows: list[Row], unanswered: list[Row], reason: str | None) -> str:
        usual = any(status_of_row(row) in CALM for row in rows)
        if not reason and self._is_for_some_uses_only(rows):
            return self.words.say("reasons", "some_uses_only")
        if reason and usual:
            if reason == "undocumented_variant":
                genes = {
                    gene
                    for row in rows
                    for gene in row["genes"]
                    if "undocumented_variant" in self._gene(gene)["caveats"]
                }
            else:
                genes = set(_missing(rows, unanswered))
            return self.words.say("reasons", reason, genes=join(sorted(genes), self.words))
        if rows and not unanswered:
            return self.words.say("reasons", _action(rows[0]), genes="")
        row = unanswered[0]
        genes = set(row["missing_genes"] or row["genes"])
        return self.words.say("reasons", row["reason"], genes=join(sorted(genes), self.words))

    def _result(self, gene: str, source: str) -> str:
        """The word code of a gene's result as one source names it."""
        phenotype = self._gene(gene)["phenotype"].get(source)
        return f"{gene}/{phenotype}" if phenotype else "unknown"

    def _is_usual(self, code: str) -> bool:
        return self.words.entry("phenotypes", code).marks.get("usual") == "yes"

    def _differ(self, rows: list[Row], reason: str | None) -> tuple[str, ...]:
        by_source: dict[str, list[Row]] = {}
        for row in rows:
            if status_of_row(row) not in (Status.NO_SPECIAL_ADVICE, Status.NOT_KNOWN):
                by_source.setdefault(row["source"], []).append(row)
        said = {source: worst(map(status_of_row, found)) for source, found in sorted(by_source.items())}
        if len(set(said.values())) < 2:
            return ()
        says = self.words.say
        told = []
        for source, status in said.items():
            serious = [row for row in by_source[source] if status_of_row(row) == status]
            some_only = all(row.get("otherwise") for row in serious)
            code = "differ_some" if some_only else "differ_one"
            told.append(says("report", code, source=source, name=says("statuses", status, "short").lower()))
        return (says("report", "differ"), *told, says("report", "differ_rule"))

    def _populations(self, rows: list[Row], unanswered: list[Row], reason: str | None) -> tuple[Population, ...]:
        special = [row for row in rows if row["population"] not in EVERYONE]
        told = {
            (self._status(row, reason), _action(row))
            for row in rows
            if status_of_row(row) != Status.NO_SPECIAL_ADVICE
        }
        if not special or len(told) < 2:
            return ()
        return tuple(
            Population(
                label=self.words.say("populations", row["population"]),
                status=self._status(row, reason),
                word=self.words.say("statuses", self._status(row, reason)),
                says=self._for_this_use(row, unanswered, reason),
            )
            for row in special
        )

    def _for_this_use(self, row: Row, unanswered: list[Row], reason: str | None) -> str:
        if reason and self._status(row, reason) == Status.NOT_KNOWN and status_of_row(row) in CALM:
            genes = _missing([row], unanswered) or sorted(row["genes"])
            return self.words.say("reasons", reason, genes=join(genes, self.words))
        return self.words.say("actions", _action(row))

    def _keep_in_mind(
        self, status: Status, lead: Row | None, rows: list[Row], unanswered: list[Row]
    ) -> tuple[str, ...]:
        if status == Status.NOT_KNOWN:
            return ()
        tied_to = told_conditions(lead, self.words)
        missing = _missing(rows, unanswered)
        codes = {code for row in rows for code in row["caveats"]}
        if missing:
            codes.add("other_gene_not_tested")
        return tied_to + tuple(
            self.words.say("caveats", code, genes=join(missing or sorted(rows[0]["genes"]), self.words))
            for code in sorted(codes)
        )


def _missing(rows: Sequence[Row], unanswered: Sequence[Row]) -> list[str]:
    """Genes that advice for a medicine also rests on: in the same row, or in a guideline on genes we do not read."""
    elsewhere = {gene for row in unanswered if row["reason"] == "gene_not_covered" for gene in row["missing_genes"]}
    return sorted({gene for row in rows for gene in missing_genes(row)} | elsewhere)


def _action(row: Row | None) -> str:
    return (row["action"] or "not_coded") if row else "no_recommendation"
