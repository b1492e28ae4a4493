"""What a patient writes down here: what they take and what is true of them; and putting it right.

Each act asks `require` first and writes the access log in its own transaction. The log holds that something was
changed, never which medicine.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.plain_text import one_line, plain_text
from portal.people.models import Patient, User
from portal.record.models import ANSWERS, BodyFact, ListedMedicine, Reaction, ReactionKind
from portal.record.names import folded

LONGEST_NAME = 120
LONGEST_STORY = 300
MOST_ROWS = 100
STOPPED = "stopped"
WRONG = "wrong"


class NotTaken(Exception):
    """Nothing was kept: there was nothing in it, or there are too many already."""


def list_medicine(actor: User, patient: Patient, name: str, code: str = "") -> ListedMedicine:
    """Put a medicine on the patient's list; the row that is there when it is on it already. `code`: its name in our
    facts, empty when they do not know it."""
    require(actor, "write.listed_medicine", patient)
    name = name_taken(name)
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


def note_reaction(
    actor: User, patient: Patient, kind: str, name: str, happened: str = "", code: str = ""
) -> Reaction:
    """Write down an allergy or a bad reaction, to a medicine or to anything else."""
    require(actor, "write.reaction", patient)
    name, happened = name_taken(name), plain_text(happened)[:LONGEST_STORY]
    if kind not in ReactionKind.values:
        raise NotTaken
    with transaction.atomic():
        _wait_for_turn(patient)
        if Reaction.objects.filter(patient=patient).count() >= MOST_ROWS:
            raise NotTaken
        noted = Reaction.objects.create(patient=patient, kind=kind, code=code, name=name, happened=happened)
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


def _wait_for_turn(patient: Patient) -> None:
    """Two presses at once do one after the other."""
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)


def name_taken(typed: str) -> str:
    """One short line, or `NotTaken`."""
    name = one_line(typed)
    if not name or len(name) > LONGEST_NAME:
        raise NotTaken
    return name
