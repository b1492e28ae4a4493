"""Whether a person allows something, what they were last told and answered, and what a counsellor has to do."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from consent.desk import hooks, texts
from consent.desk.models import TALKS, ComprehensionCheck, CounsellorTask, Guardianship, TaskKind
from consent.ledger.fold import GRACE, State, Suspension, Terms, later_texts
from consent.ledger.models import ConsentEvent, ConsentTemplate, Decision
from consent.ledger.scopes import UnknownScope, asked_of_everyone
from consent.ledger.scopes import scope as scope_of
from consent.ledger.standing import Standing, standings, standings_of, terms
from portal.people.models import Patient, ProxyGrant, Role, User
from portal.people.queries import care_team, looked_after_by, open_care

logger = logging.getLogger("consent")
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Permission:
    """The answer to "may this move?". `state` is None when the ledger could not be read; that is a no."""

    permitted: bool
    state: State | None
    event_ids: list[str] = field(default_factory=list)
    event: ConsentEvent | None = None
    suspended: Suspension | None = None


def permission(patient: Patient, scope: str, *, at: datetime | None = None) -> Permission:
    """Read the ledger now. Never raises: an error is not a permit."""
    return permissions(patient, [scope], at=at)[scope]


def permissions(patient: Patient, scopes: Iterable[str], *, at: datetime | None = None) -> dict[str, Permission]:
    """Several scopes from one reading of the ledger. Never raises: an error is not a permit."""
    scopes = list(scopes)
    try:
        found = standings(patient.subject, scopes, at)
    except Exception:
        logger.exception("ledger_unreadable")
        return {scope: Permission(permitted=False, state=None) for scope in scopes}
    return {scope: _permission(patient, where) for scope, where in found.items()}


def _permission(patient: Patient, where: Standing) -> Permission:
    if where.state is State.SHOWN:
        return Permission(permitted=False, state=where.state)  # there is no answer yet it could rest on
    answer = Permission(where.permitted, where.state, where.event_ids, where.event, where.suspended)
    # What somebody allowed while they lived starts nothing new; it still says what they had answered.
    over = patient.frozen_at is not None or patient.erased_at is not None
    return replace(answer, permitted=False) if over else answer


def current_text(scope: str, locale: str) -> texts.ConsentText:
    """The text a person is asked with now: the newest the clinic published, else the one that comes with the portal.

    A person whose language lacks the newest version reads it in English, never an older one. Raises KeyError for a
    scope nobody can be asked about.
    """
    kind = scope_of(scope).kind
    published = list(ConsentTemplate.objects.filter(scope=kind, published_at__isnull=False).order_by("-published_at"))
    if not published:
        return texts.text(scope, locale)
    newest = {text.locale: text for text in published if text.version == published[0].version}
    found = newest.get(texts.locale_for(locale)) or newest.get(texts.FALLBACK_LOCALE) or published[0]
    return texts.read(scope, found.locale, found.content)


def answer_again_by(permission: Permission, held: Terms | None = None) -> datetime | None:
    """For a yes to an older text: when it stops to hold. None when nothing changed. `held`: the terms of the scope,
    for who has them at hand."""
    if permission.state is not State.PERMITTED or permission.event is None:
        return None
    changes = later_texts(permission.event, terms(permission.event.scope) if held is None else held)
    return min(change.at for change in changes) + GRACE if changes else None


def passed_check(patient: Patient, actor: User, text: texts.ConsentText) -> ComprehensionCheck | None:
    """This signer's passed answers to exactly the questions of this text, if any."""
    return ComprehensionCheck.objects.filter(
        patient=patient,
        answered_by=actor,
        group=text.group,
        questions_hash=text.questions_hash,
        passed_at__isnull=False,
    ).last()


def tries_at(patient: Patient, actor: User, text: texts.ConsentText) -> int:
    """How often this signer has answered the questions of this text, failed rounds before a talk among them."""
    rounds = ComprehensionCheck.objects.filter(
        patient=patient, answered_by=actor, group=text.group, questions_hash=text.questions_hash
    )
    return sum(len(check.tries) for check in rounds)


def open_check(patient: Patient, actor: User, text: texts.ConsentText) -> ComprehensionCheck | None:
    """Answers this signer has begun and neither passed nor failed."""
    return ComprehensionCheck.objects.filter(
        patient=patient, answered_by=actor, group=text.group, questions_hash=text.questions_hash,
        passed_at=None, closed_at=None,
    ).first()  # fmt: skip


def open_task(patient: Patient, scope: str) -> CounsellorTask | None:
    """A talk about this scope that has not taken place yet."""
    return CounsellorTask.objects.filter(patient=patient, scope=scope, settled_at=None, kind__in=TALKS).first()


def talk_needed(patient: Patient, group: str) -> CounsellorTask | None:
    """The talk that must come before any further try at this group's questions."""
    return CounsellorTask.objects.filter(
        patient=patient, group=group, settled_at=None, kind=TaskKind.NOT_UNDERSTOOD
    ).first()


def counsellor_for(patient: Patient) -> User | None:
    """Who calls: the counsellor who looks after the person, else a clinician who does. None: the clinic must name
    one, and the page gives its telephone number."""
    lasting = open_care().filter(patient=patient, emergency=False)
    called = (Role.COUNSELLOR, Role.CLINICIAN)
    team = care_team(patient).filter(pk__in=lasting.values("member"), role__in=called)
    return min(team, key=lambda member: (called.index(Role(member.role)), str(member.name)), default=None)


def open_tasks_for(user: User) -> QuerySet[CounsellorTask]:
    """People who need somebody to talk with, among those this person looks after."""
    return CounsellorTask.objects.filter(patient__in=looked_after_by(user), settled_at=None).select_related(
        "patient", "counsellor"
    )


def guardianships_for(user: User) -> QuerySet[Guardianship]:
    """Who decides for the people this person looks after, not ended yet."""
    return (
        Guardianship.objects.filter(patient__in=looked_after_by(user))
        .exclude(until__lte=timezone.now())
        .select_related("patient", "guardian", "recorded_by", "confirmed_by")
    )


@dataclass(frozen=True)
class Watched:
    """One person's answer to one scope, as a counsellor's desk lists it."""

    patient: Patient
    scope: str
    permission: Permission
    ends: datetime | None = None


@dataclass(frozen=True)
class Desk:
    """What a counsellor finds on their desk."""

    needs_me: list[CounsellorTask]
    asked: list[Watched]
    ends_soon: list[Watched]
    ask_again: list[Watched]


def desk_of(user: User, at: datetime | None = None) -> Desk:
    """The consent of everybody this person looks after now. However many they are, the questions are as many."""
    at = at or timezone.now()
    asked, ends_soon, ask_again = [], [], []
    patients = looked_after_by(user)
    standing = standings_of(patients.values("subject"))
    for patient in patients:
        for scope, where in standing.get(patient.subject, {}).items():
            found = _permission(patient, where)
            again = answer_again_by(found, where.held)
            if found.state is State.SUSPENDED or again is not None:
                ask_again.append(Watched(patient, scope, found, again))
                continue
            ends = _end(found)
            if found.permitted and ends is not None and ends <= at + SOON:
                ends_soon.append(Watched(patient, scope, found, ends))
            elif found.state in (State.SHOWN, State.NEEDS_COUNSELLOR, State.EXPIRED, State.ENTERED_IN_ERROR):
                asked.append(Watched(patient, scope, found, ends))
    return Desk(list(open_tasks_for(user)), asked, ends_soon, ask_again)


def _end(found: Permission) -> datetime | None:
    if found.event is None:
        return None
    return min(filter(None, [found.event.expires_at, found.event.capacity_until]), default=None)


def newest_text(kind: str, locale: str) -> texts.ConsentText:
    """The words of one language that hold now, for whoever writes the next version; `kind` needs no name yet."""
    published = ConsentTemplate.objects.filter(scope=kind, locale=locale, published_at__isnull=False)
    newest = published.order_by("-published_at").first()
    return texts.read(kind, locale, newest.content if newest else texts.shipped(kind, locale))


ANSWERS = (Decision.PERMIT, Decision.DENY, Decision.WITHDRAW)


def patient_to_correct(user: User, record_number: str, birth_date: date) -> Patient | None:
    """The record whose answers the privacy officer looks at; both facts must fit."""
    if user.role != Role.PRIVACY_OFFICER:
        return None
    found = Patient.objects.filter(record_number_lookup=record_number).first()
    return found if found is not None and found.birth_date == birth_date else None


def acts_of(user: User, patient_id: UUID) -> tuple[Patient | None, list[tuple[ConsentEvent, bool]]]:
    """One person's answers, newest first, each with whether it was struck out: for the privacy officer only."""
    patient = Patient.objects.filter(pk=patient_id).first() if user.role == Role.PRIVACY_OFFICER else None
    if patient is None:
        return None, []
    events = list(ConsentEvent.objects.filter(subject=patient.subject).order_by("-sequence"))
    struck_out = {event.corrects for event in events if event.decision == Decision.IN_ERROR}
    return patient, [(event, event.id in struck_out) for event in events if event.decision in ANSWERS]


def correctable_act(user: User, event_id: UUID) -> tuple[Patient, ConsentEvent] | None:
    """One answer and whose it is: for the privacy officer only."""
    if user.role != Role.PRIVACY_OFFICER:
        return None
    event = ConsentEvent.objects.filter(id=event_id, decision__in=ANSWERS).first()
    patient = Patient.objects.filter(subject=event.subject).first() if event else None
    return (patient, event) if patient is not None and event is not None else None


def about_whom(patient: Patient, scope: str) -> str:
    """The name of the helper an answer is about, when this patient asked them to help, or whom another room knows."""
    if not scope.startswith("proxy."):
        return hooks.whom(patient, scope)
    person = UUID(scope.split(".")[1])
    asked = ProxyGrant.objects.filter(patient=patient, proxy_id=person).select_related("proxy").first()
    return asked.proxy.name if asked else ""


def scopes_for(patient: Patient, *, child: bool) -> list[str]:
    """What this person is asked, in order: the general scopes, then named ones they were asked before."""
    general = [scope.code for scope in asked_of_everyone(child=child)]
    answered = ConsentEvent.objects.filter(subject=patient.subject).values_list("scope", flat=True).distinct()
    named = sorted(scope for scope in answered if scope not in general and _is_named(scope))
    return [*general, *named]


def _is_named(scope: str) -> bool:
    try:
        return bool(scope_of(scope).names)
    except UnknownScope:
        return False
