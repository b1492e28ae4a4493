"""What a patient does here: write down what they take and what is true of them, put it right, ask, make a card.

Each act asks `require` first and writes the access log in its own transaction. The log holds that something was
asked or changed and how it ended, never which medicine.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import Denied, require
from portal.delivery.queries import waiting
from portal.medicines.answering import Answer, Refusal, answer
from portal.medicines.card import Card, CardTooFull, Line, drawn
from portal.medicines.models import ANSWERS, BodyFact, ListedMedicine, Reaction, ReactionKind
from portal.medicines.names import close_to, find, folded, medicines
from portal.medicines.queries import reports_that_count, told_by
from portal.people.models import Patient, User
from portal.reports.models import Report
from portal.results.plain_text import one_line, plain_text

LONGEST_NAME = 120
LONGEST_STORY = 300
MOST_ROWS = 100
STOPPED = "stopped"
WRONG = "wrong"


class NotTaken(Exception):
    """Nothing was kept: there was nothing in it, or there are too many already."""


def list_medicine(actor: User, patient: Patient, typed: str) -> ListedMedicine:
    """Put a medicine on the patient's list; the row that is there when it is on it already."""
    require(actor, "write.listed_medicine", patient)
    name = _name(typed)
    code = find(name)
    with transaction.atomic():
        _wait_for_turn(patient)
        rows = list(ListedMedicine.objects.filter(patient=patient))
        for row in rows:
            if (code and row.code == code) or folded(row.name) == folded(name):
                return row
        if len(rows) >= MOST_ROWS:
            raise NotTaken
        listed = ListedMedicine.objects.create(patient=patient, code=code, name=name)
        log.record(actor, "write.listed_medicine", patient)
    return listed


def take_off(actor: User, patient: Patient, row_id: str, reason: str = STOPPED) -> None:
    """Take a medicine off the list: it is over (`STOPPED`), or it was never true (`WRONG`)."""
    require(actor, "write.listed_medicine", patient)
    with transaction.atomic():
        for row in ListedMedicine.objects.filter(patient=patient):
            if str(row.pk) == row_id:
                row.delete()
                log.record(actor, "write.listed_medicine", patient, reason=WRONG if reason == WRONG else STOPPED)


def note_reaction(actor: User, patient: Patient, kind: str, typed: str, happened: str = "") -> Reaction:
    """Write down an allergy or a bad reaction, to a medicine or to anything else."""
    require(actor, "write.reaction", patient)
    name, happened = _name(typed), plain_text(happened)[:LONGEST_STORY]
    if kind not in ReactionKind.values:
        raise NotTaken
    with transaction.atomic():
        _wait_for_turn(patient)
        if Reaction.objects.filter(patient=patient).count() >= MOST_ROWS:
            raise NotTaken
        noted = Reaction.objects.create(patient=patient, kind=kind, code=find(name), name=name, happened=happened)
        log.record(actor, "write.reaction", patient)
    return noted


def drop_reaction(actor: User, patient: Patient, row_id: str) -> None:
    """Take off an allergy or reaction that is wrong."""
    require(actor, "write.reaction", patient)
    with transaction.atomic():
        for row in Reaction.objects.filter(patient=patient):
            if str(row.pk) == row_id:
                row.delete()
                log.record(actor, "write.reaction", patient, reason=WRONG)


def tell_about_body(actor: User, patient: Patient, said: dict[str, str]) -> None:
    """Keep the answers about the body. An empty one takes back what was said: it counts as never answered."""
    require(actor, "write.body_fact", patient)
    if any(answered and answered not in ANSWERS.get(part, ()) for part, answered in said.items()):
        raise NotTaken
    with transaction.atomic():
        _wait_for_turn(patient)
        kept = {fact.part: fact for fact in BodyFact.objects.filter(patient=patient)}
        for part, answered in said.items():
            fact = kept.get(part)
            if not answered:
                if fact is not None:
                    fact.delete()
                continue
            fact = fact or BodyFact(patient=patient, part=part)
            # Said again today is true again today, also when it is the same.
            fact.said, fact.said_at = answered, timezone.now()
            fact.save()
        log.record(actor, "write.body_fact", patient)


def read_told(actor: User, patient: Patient) -> None:
    """Note that somebody of the care team looked at what a patient told about themselves."""
    for kind in ("listed_medicine", "reaction", "body_fact"):
        require(actor, f"read.{kind}", patient)
    log.record(actor, "read.listed_medicine", patient)


def ask(actor: User, patient: Patient, typed: str, language: str) -> Answer:
    """“Can I take …?” From the patient's own released reports and what they told; refused with a reason otherwise."""
    require(actor, "ask.listed_medicine", patient)
    typed = _name(typed)
    code = find(typed)
    medicine = medicines(language).get(code)
    told = told_by(patient)
    if medicine is None:
        found = answer(typed, None, told, close=close_to(typed, language))
        log.record(actor, "ask.listed_medicine", patient, reason=found.outcome)
        return found
    reports, events, refusal = permitted_reports(actor, language)
    waits = bool(waiting(actor))
    found = answer(typed, medicine, told, reports=reports, refusal=refusal, newer_waits=waits)
    log.record(actor, "ask.listed_medicine", patient, reason=found.outcome, consent_events=events)
    return found


def permitted_reports(actor: User, language: str) -> tuple[list[Report], tuple[str, ...], Refusal | None]:
    """The reports that count and may be looked at now, the consent that rests on, or why none may be."""
    reports = reports_that_count(actor, language)
    events: dict[str, None] = {}
    try:
        for report in reports:
            events |= dict.fromkeys(require(actor, "read.report", report).consent_events)
    except Denied as denied:
        return [], denied.decision.consent_events, Refusal.NO_CONSENT
    return reports, tuple(events), None


def reports_for_card(actor: User, language: str) -> tuple[list[Report], Refusal | None]:
    """The reports that lines of a card can come from. Choosing among them is a look at them."""
    reports, events, refusal = permitted_reports(actor, language)
    for report in reports:
        log.record(actor, "read.report", report, reason="card", consent_events=events)
    return reports, refusal


def make_card(actor: User, patient: Patient, lines: list[Line], made_from: list[Report]) -> Card:
    """A signed card with these lines. Each report a line comes from is taken away by this, and the log says so."""
    require(actor, "print_card.patient", patient)
    taken = [(report, require(actor, "download.report", report)) for report in made_from]
    if not lines:
        raise CardTooFull
    card = drawn(lines, made_up=bool(patient.invented))
    with transaction.atomic():
        log.record(actor, "print_card.patient", patient)
        for report, decision in taken:
            log.record(actor, "download.report", report, reason="card", consent_events=decision.consent_events)
    return card


def _wait_for_turn(patient: Patient) -> None:
    """Two presses at once do one after the other."""
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)


def _name(typed: str) -> str:
    name = one_line(typed)
    if not name or len(name) > LONGEST_NAME:
        raise NotTaken
    return name
