"""Which reports somebody may see, and at which stage of the road: always scoped to the asker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from consent.ledger.standing import permitted_subjects
from portal.access.matrix import PGX
from portal.access.standing_in import StandIn, represents
from portal.delivery.models import (
    Annotation,
    FirstSignature,
    Hold,
    OptionChange,
    Release,
    ReleasePreference,
    ResultKind,
)
from portal.delivery.release_state import State, WaitsFor
from portal.delivery.releasing import pause_on, state_of
from portal.people.models import Patient, Role, User
from portal.people.queries import patients_for
from portal.reports.models import Report, ReportStatus
from portal.results.models import FileStatus
from portal.sealing.keys import take_keys, with_keys

LONG = ("document", "interpretation__result")
LONG_OF_FILE = ("interpretation__result_file__fingerprint", "interpretation__result_file__samples")
KEPT_PRIVATE = Q(interpretation__result_file__interpretations__reports__kept_private=True)
"""Keeping one report to oneself keeps every edition of it, and what is made from the same file later."""
CARE_ROLES = frozenset({Role.CLINICIAN, Role.COUNSELLOR})


def reports(user: User, stand_in: StandIn | None = None, **which: Any) -> QuerySet[Report]:
    """Those reports the asker may open: patients their own once released, care staff those of their patients, and who
    reads for a patient that patient's released ones, without those the patient keeps to themselves."""
    now = timezone.now()
    rows = Report.objects.select_related("patient", "release", "sign_off")
    if stand_in is not None:
        if stand_in.person != user or "reports" not in stand_in.parts:
            return rows.none()
        shown = rows.filter(**which, patient=stand_in.patient, signed_at__isnull=False, release__at__lte=now)
        return shown if stand_in.grant is None else shown.exclude(KEPT_PRIVATE)
    if user.role == Role.PATIENT:
        own = rows.filter(patient__account=user, patient__identity_checked_at__isnull=False)
        return own.filter(**which, signed_at__isnull=False, release__at__lte=now)
    if user.role in CARE_ROLES:
        return rows.filter(**which, patient__in=patients_for(user))
    return rows.none()


def report_for(user: User, report_id: UUID, *, words: bool = True, stand_in: StandIn | None = None) -> Report | None:
    """One report (with its words or without), or None alike when it is unknown and when it is not the asker's.

    `earlier_id`: the report it took the place of, for `earlier_of`.
    """
    replaced = Report.objects.filter(replaced_by=OuterRef("pk"), signed_at__isnull=False).order_by("-signed_at")
    rows = with_keys(reports(user, stand_in, pk=report_id), F("patient__subject"), user.pk).annotate(
        earlier_id=Subquery(replaced.values("pk")[:1])
    )
    for found in (rows if words else rows.defer("document")).order_by():
        take_keys(found, found.patient.subject, user.pk)
        return found
    return None


def earlier_of(found: Report) -> Report | None:
    """The report it took the place of, without its words. Nothing is asked when there is none."""
    if found.earlier_id is None:  # type: ignore[attr-defined]
        return None
    return Report.objects.defer("document").get(pk=found.earlier_id)  # type: ignore[attr-defined]


def reports_for_patient(user: User, stand_in: StandIn | None = None) -> QuerySet[Report]:
    """Released reports, newest first, without their long content, replaced ones among them: the patient's own, or
    those of whom one reads for."""
    if user.role != Role.PATIENT:
        return Report.objects.none()
    return reports(user, stand_in).select_related("interpretation").defer(*LONG).order_by("-release__at")


def _with_a_yes(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Those of patients whose yes holds: nothing of the others is listed or counted."""
    return rows.filter(patient__subject__in=permitted_subjects(rows.values("patient__subject"), PGX))


def drafts(user: User) -> QuerySet[Any]:
    """Drafts of a clinician's patients, oldest first, without their long content.

    `first_signature`: given for the draft as it is now, if any. `only_in_another_language`: the patient has the same
    results signed in the language they chose, so nobody waits for this one.
    """
    if user.role != Role.CLINICIAN:
        return Report.objects.none()
    signed = Report.objects.filter(interpretation=OuterRef("interpretation"), status=ReportStatus.SIGNED)
    theirs = signed.filter(language=OuterRef("patient__language")).exclude(language=OuterRef("language"))
    same = signed.filter(language=OuterRef("language"))
    found = reports(user).filter(status=ReportStatus.DRAFT).exclude(content_hash="")
    return (
        _with_a_yes(found)
        .select_related("interpretation__result_file__order__ordered_by", "first_signature__signed_by")
        .annotate(only_in_another_language=Exists(theirs) & ~Exists(same))
        .defer(*LONG, *LONG_OF_FILE)
        .order_by("created_at")
    )


def to_review(user: User) -> QuerySet[Report]:
    """Drafts that wait for this clinician's own eyes: not those they signed first, and none that the patient has
    signed in their own language already."""
    if user.role != Role.CLINICIAN:
        return Report.objects.none()
    signed_first = FirstSignature.objects.filter(
        report=OuterRef("pk"), signed_by=user, content_hash=OuterRef("content_hash")
    )
    return drafts(user).filter(~Exists(signed_first), only_in_another_language=False)


def older_facts(user: User, current: str) -> QuerySet[Report]:
    """Signed reports that count, read with other facts than the `current` release, of files that nobody reads afresh
    at the moment, oldest first. Whether anything is different for the patient is known only once it is read again."""
    newest = Report.objects.filter(interpretation__result_file=OuterRef("interpretation__result_file"))
    newer = newest.filter(interpretation__created_at__gt=OuterRef("interpretation__created_at"))
    rows = recently_signed(user).filter(status=ReportStatus.SIGNED, language=F("patient__language"))
    rows = rows.exclude(interpretation__knowledge_release=current).filter(~Exists(newer))
    return rows.filter(interpretation__result_file__status=FileStatus.INTERPRETED).order_by("signed_at")


def recently_signed(user: User) -> QuerySet[Report]:
    """Reports of the asker's patients that are out, newest first; replaced ones among them."""
    if user.role not in CARE_ROLES:
        return Report.objects.none()
    signed = reports(user).filter(signed_at__isnull=False).select_related("interpretation__result_file__order")
    return _with_a_yes(signed).defer(*LONG, *LONG_OF_FILE).order_by("-signed_at")


def not_read_yet(user: User) -> QuerySet[Report]:
    """Reports that are open and still count, and that their patient has not read, newest first."""
    return recently_signed(user).filter(
        status=ReportStatus.SIGNED, release__first_read_at=None, release__at__lte=timezone.now()
    )


@dataclass(frozen=True)
class Waiting:
    """A signed report that is not open to its patient yet: what it waits for, and who can be asked."""

    report: Report
    state: State
    hold: Hold | None
    held_until: datetime | None
    """The end of the hold; never later than the longest one allows."""

    @property
    def by_wish(self) -> bool:
        """Whether the patient can open it by asking."""
        return self.state.waits_for in (WaitsFor.DATE, WaitsFor.COUNSELLOR, WaitsFor.ASKING)


def waiting(user: User, patient: Patient | None = None) -> list[Waiting]:
    """Signed reports of the asker's (or of who they look after) that wait, oldest first; of `patient` for whoever may
    decide for them. What is in them is not told; without a yes that holds, not even that they are there."""
    rows = Release.objects.filter(
        Q(at=None) | Q(at__gt=timezone.now()), report__status=ReportStatus.SIGNED, first_read_at=None
    ).select_related("report__patient", "report__sign_off", "report__interpretation__result_file__order")
    if patient is not None:
        if not represents(user, patient, timezone.now()):
            return []
        rows = rows.filter(report__patient=patient)
    elif user.role == Role.PATIENT:
        rows = rows.filter(report__patient__account=user, report__patient__identity_checked_at__isnull=False)
    elif user.role in CARE_ROLES:
        rows = rows.filter(report__patient__in=patients_for(user))
    else:
        return []
    subjects = permitted_subjects(rows.values("report__patient__subject"), PGX)
    rows = rows.filter(report__patient__subject__in=subjects)
    return [as_waiting(row) for row in rows.order_by("report__signed_at")]


def as_waiting(row: Release) -> Waiting:
    """What a report waits for, of a release that was asked for."""
    hold, state, signed_at = hold_on(row.report), state_of(row), row.report.signed_at
    pause = pause_on(row.report)
    held = pause.ends_at(signed_at) if pause and signed_at else None
    return Waiting(row.report, state, hold, held if held and held > timezone.now() else None)


def waiting_report(user: User, report_id: UUID, patient: Patient | None = None) -> Waiting | None:
    """One of them, or None alike for unknown, open and somebody else's."""
    return next((one for one in waiting(user, patient) if one.report.pk == report_id), None)


def is_open(report: Report) -> bool:
    """Whether the patient may read a report that was asked for."""
    return Release.objects.filter(report=report, at__lte=timezone.now()).exists()


def hold_on(report: Report) -> Hold | None:
    """The hold that is on a report that was asked for."""
    found = Hold.objects.filter(report=report, lifted_at=None).select_related("placed_by").first()
    return found if found is not None and found.until > timezone.now() else None


def preferences(patient: Patient) -> dict[ResultKind, ReleasePreference]:
    """What somebody chose for each kind of result; the patient's own page asks for it."""
    return {ResultKind(row.kind): row for row in ReleasePreference.objects.filter(patient=patient)}


def notes_on(report: Report) -> list[Annotation]:
    """The notes on a report that was asked for, by place, within a place the earlier author first."""
    notes = list(report.annotations.select_related("author"))
    for note in notes:
        note.report = report
    return sorted(notes, key=lambda note: (note.about, note.updated_at, str(note.pk)))


def changes_of(report: Report) -> list[OptionChange]:
    """The options left out of a report that was asked for or added to it, by name."""
    changes = list(report.option_changes.select_related("author"))
    for change in changes:
        change.report = report
    return sorted(changes, key=lambda change: (change.act, change.about, str(change.pk)))
