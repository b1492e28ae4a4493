"""What a patient does with a decision: say what matters, which part they want, whether they are ready, in own words.

Every act asks `require` first, holds the decision's row, and never loses text of another page of the same person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.desk.queries import counsellor_for
from portal.access import log
from portal.access.decide import Decision as Permission
from portal.access.decide import require
from portal.access.plain_text import one_line, plain_text
from portal.decisions.actions import is_closed
from portal.decisions.content import MOST_ITEMS, Aid
from portal.decisions.errors import Clash, DecisionRefused, Refusal
from portal.decisions.instruments import ready as ready_questions
from portal.decisions.instruments import talk as talk_questions
from portal.decisions.models import (
    Decision,
    DecisionTask,
    Edition,
    JointDecision,
    Preparation,
    ReadinessCheck,
    Role,
    TaskKind,
    VisitRating,
)
from portal.people.models import User

MOST = 10
"""How much something can matter, from 0."""
LONGEST_LABEL = 120
LONGEST = 4000
CALL_WITHIN_WORKING_DAYS = 2
TRIES = 2


def say_what_matters(actor: User, decision: Decision, aid: Aid, weights: Mapping[str, int], own: str = "") -> None:
    """How much each thing matters, from 0 to 10; `own`: one more thing in the patient's words."""
    permission = require(actor, "prepare.decision", decision)
    own = one_line(own)[:LONGEST_LABEL]
    with transaction.atomic():
        row = _preparation(decision)
        matters = _matters(row)
        known = {*aid.items, *matters["own"]}
        matters["weights"] |= {key: min(MOST, max(0, int(said))) for key, said in weights.items() if key in known}
        matters["way"] = "sliders"
        if own and own.casefold() not in {said.casefold() for said in matters["own"].values()}:
            if len(aid.items) + len(matters["own"]) >= MOST_ITEMS:
                raise DecisionRefused(Refusal.TOO_MANY)
            key = f"own{matters['count'] + 1}"
            matters["count"] += 1
            matters["own"][key] = own
        _keep(actor, row, permission, matters=matters)


def drop_own(actor: User, decision: Decision, key: str) -> None:
    """Take a thing of one's own off the list again."""
    permission = require(actor, "prepare.decision", decision)
    with transaction.atomic():
        row = _preparation(decision)
        matters = _matters(row)
        matters["own"].pop(key, None)
        matters["weights"].pop(key, None)
        for end in ("most", "least"):
            matters[end] = [other for other in matters[end] if other != key]
        _keep(actor, row, permission, matters=matters)


def say_most_and_least(actor: User, decision: Decision, aid: Aid, most: str, least: str) -> None:
    """Of the things left, which matters most and which least. Said again until all have their place."""
    permission = require(actor, "prepare.decision", decision)
    with transaction.atomic():
        row = _preparation(decision)
        matters = _matters(row)
        left = things_left(aid, matters)
        if most not in left or least not in left or most == least:
            raise DecisionRefused(Refusal.NOT_ANSWERED)
        matters["most"].append(most)
        matters["least"].insert(0, least)
        matters["way"] = "order"
        _keep(actor, row, permission, matters=matters)


def begin_order_again(actor: User, decision: Decision) -> None:
    permission = require(actor, "prepare.decision", decision)
    with transaction.atomic():
        row = _preparation(decision)
        _keep(actor, row, permission, matters=_matters(row) | {"most": [], "least": []})


def choose_role(actor: User, decision: Decision, role: str) -> None:
    """The part the patient wants in the decision."""
    permission = require(actor, "prepare.decision", decision)
    if role not in Role.values:
        raise DecisionRefused(Refusal.NOT_ANSWERED)
    with transaction.atomic():
        _keep(actor, _preparation(decision), permission, role=role)


def say_in_own_words(actor: User, decision: Decision, words: str, seen: str) -> None:
    """The patient's own words. `seen`: what stood there when the page was opened; if another page of theirs changed
    it meanwhile, neither text is lost."""
    permission = require(actor, "prepare.decision", decision)
    words, seen = plain_text(words), plain_text(seen)
    if len(words) > LONGEST:
        raise DecisionRefused(Refusal.TOO_LONG)
    with transaction.atomic():
        row = _preparation(decision)
        if row.own_words not in (seen, words):
            raise DecisionRefused(Refusal.CHANGED, (Clash(("own_words",), str(actor.name), row.own_words),))
        _keep(actor, row, permission, own_words=words)


def answer_about_facts(actor: User, decision: Decision, edition: Edition, answers: Mapping[str, str]) -> list[str]:
    """The short questions about the facts: the keys answered wrongly. Two wrong tries open a task."""
    permission = require(actor, "prepare.decision", decision)
    questions = Aid.from_json(edition.content).questions
    with transaction.atomic():
        row = _preparation(decision)
        before = row.understood if row.understood.get("edition") == str(edition.pk) else {}
        asked = before.get("wrong") or list(questions)
        if any(key not in answers for key in asked):
            raise DecisionRefused(Refusal.NOT_ANSWERED)
        wrong = [key for key in asked if key in questions and answers[key] != questions[key].right]
        tries = before.get("tries", 0) + 1
        understood = {"edition": str(edition.pk), "wrong": wrong, "tries": tries, "passed": not wrong}
        _keep(actor, row, permission, understood=understood)
        if wrong and tries >= TRIES:
            _open_task(decision, TaskKind.NOT_UNDERSTOOD, edition.pk)
    return wrong


def answer_ready(actor: User, decision: Decision, language: str, answers: Mapping[str, bool]) -> ReadinessCheck:
    """Four questions, yes or no. With any no, somebody of the care team is asked to call, at once."""
    permission = require(actor, "prepare.decision", decision)
    questions = ready_questions(language)
    if set(answers) != set(questions.items):
        raise DecisionRefused(Refusal.NOT_ANSWERED)
    with transaction.atomic():
        _preparation(decision)
        check = ReadinessCheck.objects.create(
            decision=decision, instrument=questions.id, answers={key: said is True for key, said in answers.items()}
        )
        if not check.ready:
            _open_task(decision, TaskKind.NOT_READY, check.pk)
        log.record(actor, "prepare.decision", decision, reason="ready", consent_events=permission.consent_events)
    return check


def rate(actor: User, joint: JointDecision, language: str, answers: Mapping[str, int]) -> VisitRating:
    """How the talk went. Answered once; a second answer changes nothing."""
    permission = require(actor, "rate.visit_rating", joint)
    questions = talk_questions(language)
    if set(answers) != set(questions.items) or not all(0 <= said < len(questions.scale) for said in answers.values()):
        raise DecisionRefused(Refusal.NOT_ANSWERED)
    with transaction.atomic():
        rating, new = VisitRating.objects.get_or_create(
            joint_decision=joint, defaults={"instrument": questions.id, "answers": dict(answers)}
        )
        if new:
            log.record(actor, "rate.visit_rating", joint, consent_events=permission.consent_events)
    return rating


def things_left(aid: Aid, matters: Mapping[str, Any]) -> list[str]:
    """What has no place yet between most and least."""
    placed = {*matters.get("most", ()), *matters.get("least", ())}
    return [key for key in (*aid.items, *matters.get("own", {})) if key not in placed]


def working_days_after(at: datetime, days: int) -> datetime:
    """The same hour so many working days later; weekends do not count.

    >>> working_days_after(datetime(2026, 11, 20, 9), 2).date().isoformat()
    '2026-11-24'
    """
    while days:
        at += timedelta(days=1)
        if at.weekday() < 5:
            days -= 1
    return at


def _open_task(decision: Decision, kind: TaskKind, cause: Any) -> None:
    """Once for a cause, and never two open ones of a kind: who calls about one, calls about both."""
    if DecisionTask.objects.filter(decision=decision, kind=kind, settled_at=None).exists():
        return
    DecisionTask.objects.get_or_create(
        decision=decision,
        kind=kind,
        cause=cause,
        defaults={
            "counsellor": counsellor_for(decision.patient),
            "due_at": working_days_after(timezone.now(), CALL_WITHIN_WORKING_DAYS),
        },
    )


def _preparation(decision: Decision) -> Preparation:
    """What is prepared so far, the decision's row held."""
    row = Decision.objects.select_for_update(of=("self",)).select_related("patient", "report").get(pk=decision.pk)
    if is_closed(row):
        raise DecisionRefused(Refusal.WITHDRAWN)
    found, _new = Preparation.objects.get_or_create(decision=row)
    found.decision = row
    return found


def _matters(row: Preparation) -> dict[str, Any]:
    return {"weights": {}, "own": {}, "most": [], "least": [], "way": "", "count": 0} | dict(row.matters)


def _keep(actor: User, row: Preparation, permission: Permission, **told: Any) -> None:
    for name, value in told.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    log.record(actor, "prepare.decision", row.decision, consent_events=permission.consent_events)
