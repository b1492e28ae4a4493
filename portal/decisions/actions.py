"""What the care team does here: open a decision, write it, release it, put it aside, record what was decided, call.

Each act asks `require` first and writes the access log in its own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone, translation

from portal.access import log
from portal.access.decide import require
from portal.access.models import NoticeOwed
from portal.access.plain_text import one_line, plain_text
from portal.decisions import starters
from portal.decisions.content import Aid, Author, problems_of_outcome
from portal.decisions.errors import Clash, DecisionRefused, Refusal
from portal.decisions.ipdas import score
from portal.decisions.merging import Path, leaves, merge
from portal.decisions.models import Decision, DecisionTask, Edition, JointDecision, Preparation
from portal.delivery.actions import medicines
from portal.people.models import Patient, User
from portal.reports.models import Report, ReportStatus
from portal.reports.words import LANGUAGES

LONGEST = 4000


@dataclass(frozen=True)
class Saved:
    """`meanwhile`: who else changed which places since the writer opened the page; all of it is kept."""

    edition: Edition
    meanwhile: tuple[Clash, ...] = ()


def open_decision(
    actor: User, patient: Patient, *, report: Report | None = None, medicine: str = "", language: str = ""
) -> Decision:
    """Begin a decision, from one medicine of a signed report or by hand, in the patient's language."""
    permission = require(actor, "open.decision", patient)
    language = language or (patient.language if patient.language in LANGUAGES else LANGUAGES[0])
    if report is not None:
        signed = report.patient_id == patient.pk and report.status == ReportStatus.SIGNED
        if not signed or medicine not in medicines(report):
            raise DecisionRefused(Refusal.UNKNOWN_MEDICINE)
    author = Author(str(actor.name), str(actor.get_role_display()))
    with translation.override(language):
        first = starters.start(medicine, language, author, timezone.localdate())
    with transaction.atomic():
        decision = Decision.objects.create(
            patient=patient, report=report, about=medicine, language=language, opened_by=actor
        )
        Edition.objects.create(decision=decision, number=1, content=first.to_json(), author=actor)
        log.record(actor, "open.decision", decision, consent_events=permission.consent_events)
    return decision


def save(actor: User, decision: Decision, based_on: int, aid: Aid) -> Saved:
    """Write the next edition: what the writer made of edition `based_on`, laid over what others wrote since.

    Raises `DecisionRefused` with the clashes when both changed the same place; nothing is written then.
    """
    permission = require(actor, "edit.decision", decision)
    with transaction.atomic():
        row = _held(decision)
        editions = {edition.number: edition for edition in row.editions.select_related("author")}
        current, base = editions[max(editions)], editions.get(based_on)
        if base is None:
            raise DecisionRefused(Refusal.CHANGED)
        for edition in editions.values():
            edition.decision = row
        merged = merge(base.content, aid.to_json(), current.content)
        since = [editions[number] for number in sorted(editions) if number > based_on]
        if merged.conflicts:
            now = leaves(current.content)
            clashes = tuple(Clash(path, _who(path, base, since), told(now.get(path))) for path in merged.conflicts)
            raise DecisionRefused(Refusal.CHANGED, clashes)
        result = replace(Aid.from_json(merged.content), published_on=timezone.localdate().isoformat())
        _possible(result, Aid.from_json(current.content))
        meanwhile = tuple(
            Clash(path, _who(path, base, since), "") for path in merged.theirs if path != ("published_on",)
        )
        if result.to_json() == current.content:
            return Saved(current, meanwhile)
        written = Edition.objects.create(
            decision=row, number=current.number + 1, content=result.to_json(), author=actor
        )
        log.record(actor, "edit.decision", decision, consent_events=permission.consent_events)
    return Saved(written, meanwhile)


def told(value: object) -> str:
    """A place in words for whoever must choose between two texts."""
    if isinstance(value, dict) and "numerator" in value:
        return f"{value['numerator']} / {value['denominator']}" if value.get("known") else "–"
    return "–" if value in (None, "", {}) else str(value)


def _possible(result: Aid, before: Aid) -> None:
    """Numbers that cannot stand together are not taken, also not when two people wrote them at the same time."""
    for key, row in result.outcomes.items():
        changed = row != before.outcomes.get(key)
        if changed and problems_of_outcome(result, key, row):
            raise DecisionRefused(Refusal.NOT_ACCEPTED)


def _who(path: Path, base: Edition, since: list[Edition]) -> str:
    """Who changed a place last."""
    before, who = leaves(base.content).get(path), ""
    for edition in since:
        after = leaves(edition.content).get(path)
        if after != before:
            who = str(edition.author.name)
        before = after
    return who


def release(actor: User, decision: Decision, number: int) -> Edition:
    """Open the newest edition to the patient. `number`: the edition the clinician saw."""
    permission = require(actor, "release.decision", decision)
    with transaction.atomic():
        row = _held(decision)
        edition = row.editions.order_by("number").last()
        if edition is None or edition.number != number:
            raise DecisionRefused(Refusal.CHANGED)
        if edition.released_at is not None:
            raise DecisionRefused(Refusal.ALREADY_RELEASED)
        edition.decision = row
        if not score(Aid.from_json(edition.content)).qualifies:
            raise DecisionRefused(Refusal.BELOW_QUALIFYING)
        edition.released_at, edition.released_by = timezone.now(), actor
        edition.save(update_fields=["released_at", "released_by"])
        NoticeOwed.objects.create(patient=row.patient, kind="message", about=edition.pk)
        log.record(actor, "release.decision", decision, consent_events=permission.consent_events)
    return edition


def put_aside(actor: User, decision: Decision) -> None:
    """Nobody works on it any more, and the patient cannot open it. What was decided stays in the record."""
    permission = require(actor, "release.decision", decision)
    with transaction.atomic():
        if Decision.objects.filter(pk=decision.pk, closed_at=None).update(closed_at=timezone.now()):
            DecisionTask.objects.filter(decision=decision, settled_at=None).update(
                settled_at=timezone.now(), settled_by=actor
            )
            log.record(
                actor, "release.decision", decision, reason="put_aside", consent_events=permission.consent_events
            )


def record(
    actor: User,
    decision: Decision,
    *,
    option: str,
    why: str,
    own_words: str = "",
    present: str = "",
    after: int = 0,
    prepared: int = 0,
) -> JointDecision:
    """Write down what was decided together. `after`: how many there were on the writer's page; `prepared`: the
    version of what the patient had prepared there. A decision is never overwritten: a later one comes after it."""
    permission = require(actor, "record.joint_decision", decision)
    why, own_words, present = plain_text(why), plain_text(own_words), one_line(present)
    if not why:
        raise DecisionRefused(Refusal.NO_REASON)
    if max(len(why), len(own_words)) > LONGEST:
        raise DecisionRefused(Refusal.TOO_LONG)
    with transaction.atomic():
        row = _held(decision)
        edition = row.editions.filter(released_at__isnull=False).order_by("number").last()
        there = row.joint_decisions.count()
        if there != after:
            raise DecisionRefused(Refusal.DECIDED_MEANWHILE)
        preparation = Preparation.objects.filter(decision=row).first()
        if preparation is not None and preparation.version != prepared:
            preparation.decision = row
            clash = Clash(("own_words",), str(row.patient.full_name), str(preparation.own_words))
            raise DecisionRefused(Refusal.CHANGED, (clash,))
        if edition is None:
            raise DecisionRefused(Refusal.UNKNOWN_OPTION)
        edition.decision = row
        chosen = Aid.from_json(edition.content).options.get(option)
        if chosen is None:
            raise DecisionRefused(Refusal.UNKNOWN_OPTION)
        made = JointDecision.objects.create(
            decision=row,
            number=there + 1,
            edition=edition,
            option=option,
            option_name=chosen.name,
            why=why,
            own_words=own_words,
            present=present,
            recorded_by=actor,
        )
        log.record(actor, "record.joint_decision", decision, consent_events=permission.consent_events)
    return made


def settle(actor: User, task: DecisionTask) -> None:
    """Somebody has called. Done twice, it is done once."""
    require(actor, "settle.decision_task", task)
    with transaction.atomic():
        if DecisionTask.objects.filter(pk=task.pk, settled_at=None).update(
            settled_at=timezone.now(), settled_by=actor
        ):
            log.record(actor, "settle.decision_task", task)


def _held(decision: Decision) -> Decision:
    """The decision, its row held: acts on it are taken one after the other."""
    row = Decision.objects.select_for_update(of=("self",)).select_related("patient", "report").get(pk=decision.pk)
    if is_closed(row):
        raise DecisionRefused(Refusal.WITHDRAWN)
    return row


def is_closed(decision: Decision) -> bool:
    """Whether it was put aside, or the report behind it was taken back."""
    return decision.closed_at is not None or (
        decision.report is not None and decision.report.status == ReportStatus.WITHDRAWN
    )
