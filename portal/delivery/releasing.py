"""The acts that decide when a signed report opens: the patient's wish, the clinic's hold, opening it after all.

Each asks `require` first, works out the moment anew with `release_state` and writes it on the release, in one
transaction that holds the patient's row: a wish and a signature cannot pass each other unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consent.desk.actions import keep_task_about_result
from consent.desk.models import TaskKind
from portal.access import log
from portal.access.decide import require
from portal.access.matrix import PGX
from portal.access.models import NoticeOwed
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.high_impact import has_grave_findings
from portal.delivery.models import Hold, HoldReason, Release, ReleasePreference, ResultKind
from portal.delivery.release_state import LONGEST_HOLD, Choice, Pause, State, Wish, release_state
from portal.people.models import Patient, Role, User
from portal.reports.models import Report, ReportStatus


def kind_of(report: Report) -> ResultKind:
    """The kind of result a report tells of. All that is read today is about medicines."""
    return ResultKind.MEDICINES


def wish_for(report: Report, opened_at: datetime | None) -> Wish:
    """What the patient chose for this kind of result, as `release_state` takes it. A day begins at the clinic."""
    chosen = ReleasePreference.objects.filter(patient=report.patient_id, kind=kind_of(report)).first()
    if chosen is None:
        return Wish(opened_at=opened_at)
    on = timezone.make_aware(datetime.combine(chosen.on, time.min)) if chosen.on else None
    return Wish(Choice(chosen.choice), on, opened_at)


def pause_on(report: Report) -> Pause | None:
    """The hold that is on it now, if any."""
    hold = Hold.objects.filter(report=report, lifted_at=None).first()
    return Pause(hold.until) if hold else None


def begin(report: Report, consent_events: Iterable[str]) -> Release:
    """Put a report that has just been signed on its way. Done by the system; done twice, it is done once."""
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=report.patient_id)
        row, new = Release.objects.get_or_create(report=report)
        if new:
            state = reckon(row)
            _name_somebody(report.patient)
            log.record(
                None, "release.report", report, reason="" if state.is_open else "waits", consent_events=consent_events
            )
    return row


def state_of(row: Release) -> State:
    """Whether a report is open now, and what it waits for."""
    wish = wish_for(row.report, row.opened_at)
    return release_state(wish, pause_on(row.report), row.report.signed_at, timezone.now())


def reckon(row: Release) -> State:
    """Work out anew from when a report is open, and write it down. Call it holding the patient's row.

    What the patient has read stays open: nobody can unread it.
    """
    state = state_of(row)
    if row.first_read_at is None:
        row.at = state.opens_at
        row.save(update_fields=["at"])
    return state


def _name_somebody(patient: Patient, by: User | None = None) -> None:
    """While results wait by the patient's wish, somebody is named: to open one together, or because an important one
    is put off and must not be left to itself."""
    unread = Release.objects.filter(
        report__patient=patient, report__status=ReportStatus.SIGNED, first_read_at=None
    ).select_related("report__interpretation")
    needed = {_task(row) for row in unread}
    kind = next((kind for kind in (TaskKind.OPEN_TOGETHER, TaskKind.RESULT_WAITS) if kind in needed), None)
    keep_task_about_result(patient, PGX, kind, by=by)


def _task(row: Release) -> TaskKind | None:
    match state_of(row).waits_for, wish_for(row.report, row.opened_at):
        case None, _:
            return None
        case _, Wish(opened_at=datetime()) | Wish(choice=Choice.NOW):
            return None  # a hold ends by itself
        case _, Wish(choice=Choice.WITH_COUNSELLOR):
            return TaskKind.OPEN_TOGETHER
    return TaskKind.RESULT_WAITS if has_grave_findings(row.report) else None


def choose(actor: User, patient: Patient, kind: ResultKind, choice: Choice, on: date | None = None) -> None:
    """The patient says how they want a kind of result. It holds at once, also for what is here and unread."""
    require(actor, "choose.release_preference", patient)
    on = on if choice is Choice.ON_DATE else None
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        facts = {"choice": choice.value, "on": on}
        if ReleasePreference.objects.filter(patient=patient, kind=kind, **facts).exists():
            return
        ReleasePreference.objects.update_or_create(
            patient=patient, kind=kind, defaults={**facts, "chosen_at": timezone.now()}
        )
        log.record(actor, "choose.release_preference", patient, reason=choice.value)
        unread = Release.objects.filter(report__patient=patient, first_read_at=None).select_related(
            "report__patient", "report__interpretation"
        )
        for row in unread.order_by("report__signed_at"):
            if kind_of(row.report) == kind:
                row.opened_at = None  # a new word takes the place of what was asked for before
                row.save(update_fields=["opened_at"])
                reckon(row)
        _name_somebody(patient, by=actor)


def open_now(actor: User, report: Report) -> State:
    """Open a report that waits by the patient's wish: they ask for it, or a member of the team opens it with them
    when that is what they chose. A hold of the clinic still runs to its end."""
    require(actor, "open.release", report)
    with transaction.atomic():
        row = _release(report)
        if actor.role != Role.PATIENT and wish_for(row.report, None).choice is not Choice.WITH_COUNSELLOR:
            raise DeliveryRefused(Refusal.NOT_THEIRS_TO_OPEN)
        if row.opened_at is None and row.first_read_at is None:
            row.opened_at = timezone.now()
            row.save(update_fields=["opened_at"])
            log.record(actor, "open.release", row)
        state = reckon(row)
        _name_somebody(report.patient, by=actor)
        return state


def hold(actor: User, report: Report, reason: HoldReason, until: date) -> Hold:
    """The clinic keeps a report back until the end of a day, for a reason the patient reads. Before it is open only,
    and never longer than `LONGEST_HOLD`. A new hold takes the place of the one before."""
    require(actor, "place.hold", report)
    ends = timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))
    now = timezone.now()
    if not now < ends <= now + LONGEST_HOLD + timedelta(days=1):
        raise DeliveryRefused(Refusal.HOLD_TOO_LONG)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=report.patient_id)
        if Report.objects.get(pk=report.pk).status == ReportStatus.REPLACED:
            raise DeliveryRefused(Refusal.REPLACED)
        row = Release.objects.filter(report=report).select_related("report__patient").first()
        if row is not None and row.at is not None and row.at <= now:
            raise DeliveryRefused(Refusal.OPEN_ALREADY)
        Hold.objects.filter(report=report, lifted_at=None).update(lifted_at=now)
        placed = Hold.objects.create(report=report, reason=reason, until=ends, placed_by=actor)
        log.record(actor, "place.hold", placed, reason=reason)
        if row is not None:
            reckon(row)
    return placed


def lift(actor: User, report: Report) -> None:
    """End the hold on a report before its time. Nothing happens when there is none."""
    require(actor, "place.hold", report)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=report.patient_id)
        placed = Hold.objects.filter(report=report, lifted_at=None).first()
        if placed is None:
            return
        placed.lifted_at = timezone.now()
        placed.save(update_fields=["lifted_at"])
        log.record(actor, "place.hold", placed, reason="lifted")
        row = Release.objects.filter(report=report).select_related("report__patient").first()
        if row is not None:
            reckon(row)


def tell_of_open_reports() -> None:
    """Owe the patient word of every report that has opened and was not told of. Run every few seconds."""
    due = Release.objects.filter(at__lte=timezone.now(), told_at=None, first_read_at=None)
    for key in due.filter(report__status=ReportStatus.SIGNED).values_list("pk", flat=True):
        _tell(key)


def _tell(key: UUID) -> None:
    with transaction.atomic():
        if Release.objects.filter(pk=key, told_at=None).update(told_at=timezone.now()):
            row = Release.objects.select_related("report__patient").get(pk=key)
            NoticeOwed.objects.get_or_create(patient=row.report.patient, kind="report_open", about=row.pk)


def _release(report: Report) -> Release:
    """The release of a report, with the patient's row held."""
    Patient.objects.select_for_update().get(pk=report.patient_id)
    return Release.objects.select_related("report__patient", "report__interpretation").get(report=report)
