"""What a patient does here: ask whether they can take a medicine, and make a card.

Each act asks `require` first and writes the access log in its own transaction. The log holds that something was
asked and how it ended, never which medicine.
"""

from __future__ import annotations

from django.db import transaction

from portal.access import log
from portal.access.decide import Denied, require
from portal.delivery.queries import waiting
from portal.medicines.answering import Answer, Refusal, answer
from portal.medicines.card import Card, CardTooFull, Line, drawn
from portal.medicines.names import close_to, find, medicines
from portal.medicines.queries import reports_that_count
from portal.people.models import Patient, User
from portal.record.actions import name_taken
from portal.record.queries import told_by
from portal.reports.models import Report


def ask(actor: User, patient: Patient, typed: str, language: str) -> Answer:
    """“Can I take …?” From the patient's own released reports and what they told; refused with a reason otherwise."""
    require(actor, "ask.listed_medicine", patient)
    typed = name_taken(typed)
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
