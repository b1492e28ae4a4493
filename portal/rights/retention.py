"""How long records are kept: the clinic sets the years, the system lists what is due, two people destroy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.access import log
from portal.access.decide import require
from portal.access.models import AccessEvent, Outcome
from portal.people.models import CareRelationship, Patient, User
from portal.people.queries import open_care
from portal.rights.erasing import carry_out
from portal.rights.models import OPEN, Erasure, ErasureStatus, LifeEvent, RetentionDue, RetentionKind, RetentionRule

KEPT_LONGER = timedelta(days=365)
SHORTEST_YEARS = 1


class NotDestroyed(Exception):
    """`reason`: years, law, not_due, not_asked, same_person, in_care, no_reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def set_rule(actor: User, kind: RetentionKind, *, years: int, law: str) -> RetentionRule:
    """The privacy officer says how many years, and which law the clinic follows. It destroys nothing."""
    require(actor, "set.retention_rule")
    if years < SHORTEST_YEARS:
        raise NotDestroyed("years")
    if not law.strip():
        raise NotDestroyed("law")
    with transaction.atomic():
        rule, _made = RetentionRule.objects.update_or_create(
            kind=kind, defaults={"years": years, "law": law.strip(), "set_by": actor, "set_at": timezone.now()}
        )
        log.record(actor, "set.retention_rule", rule, reason=f"{kind}:{years}")
    return rule


def list_due(at: datetime | None = None) -> int:
    """Put every record on the list whose years are over; how many are new. Nothing else happens by itself."""
    at = at or timezone.now()
    listed = 0
    for rule in RetentionRule.objects.all():
        for patient, since in _over(RetentionKind(rule.kind), years_before(at, rule.years)):
            with transaction.atomic():
                due, made = RetentionDue.objects.get_or_create(
                    patient=patient, kind=rule.kind, defaults={"since": since}
                )
                if made:
                    log.record(None, "list.retention_due", due)
                    listed += 1
    return listed


def years_before(at: datetime, years: int) -> datetime:
    """The same day so many years earlier; 29 February becomes 1 March, so that nothing is due a day too soon.

    >>> from datetime import UTC
    >>> years_before(datetime(2028, 2, 29, tzinfo=UTC), 1).date().isoformat()
    '2027-02-28'
    """
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def _over(kind: RetentionKind, before: datetime) -> Iterator[tuple[Patient, datetime]]:
    """Records whose clock began before that moment. One whose clock is unknown is never due."""
    found = Patient.objects.filter(erased_at=None)
    match kind:
        case RetentionKind.LAST_CARE:
            cared_for = open_care().values("patient")
            for patient in found.exclude(pk__in=cared_for).annotate(since=_last_use()).filter(since__lt=before):
                yield patient, patient.since
        case RetentionKind.MOVED | RetentionKind.DIED:
            happened = LifeEvent.objects.filter(kind=str(kind), confirmed_at__lt=before, reversed_at=None)
            for event in happened.filter(patient__in=found).select_related("patient"):
                assert event.confirmed_at is not None
                yield event.patient, event.confirmed_at


def _last_use() -> Subquery:
    """When a person last did or read anything in the record; what the system or a refused stranger did is no use."""
    used: QuerySet[AccessEvent] = AccessEvent.objects.filter(
        patient=OuterRef("pk"), outcome=Outcome.PERMIT, actor__isnull=False
    ).exclude(action__endswith="retention_due")
    return Subquery(used.order_by().values("patient").annotate(last=Max("at")).values("last"))


def ask(actor: User, due: RetentionDue) -> RetentionDue:
    """The privacy officer wants a record destroyed that is due. Nothing is destroyed yet."""
    require(actor, "ask.retention_due", due)
    with transaction.atomic():
        if RetentionDue.objects.filter(pk=due.pk, asked_by=None).update(asked_by=actor, asked_at=timezone.now()):
            log.record(actor, "ask.retention_due", due)
        due.refresh_from_db()
    return due


def keep(actor: User, due: RetentionDue, why: str) -> RetentionDue:
    """Keep the record for another year, and say why; what was asked is taken back."""
    require(actor, "keep.retention_due", due)
    if not why.strip():
        raise NotDestroyed("no_reason")
    with transaction.atomic():
        row = RetentionDue.objects.select_for_update(of=("self",)).select_related("patient").get(pk=due.pk)
        row.asked_by, row.asked_at = None, None
        row.kept_until, row.kept_why = timezone.now() + KEPT_LONGER, why.strip()
        row.save(update_fields=["asked_by", "asked_at", "kept_until", "kept_why"])
        log.record(actor, "keep.retention_due", due)
        due.refresh_from_db()
    return due


def confirm(actor: User, due: RetentionDue) -> Erasure:
    """A second person destroys a record that is due. It must still be due: the rule is worked out afresh."""
    require(actor, "confirm.retention_due", due)
    with transaction.atomic():
        row = RetentionDue.objects.select_for_update(of=("self",)).select_related("patient").get(pk=due.pk)
        patient, now = row.patient, timezone.now()
        if row.asked_by_id is None or (row.kept_until is not None and row.kept_until > now):
            raise NotDestroyed("not_asked")
        if row.asked_by_id == actor.pk:
            raise NotDestroyed("same_person")
        if CareRelationship.objects.filter(patient=patient, until=None).exists():
            raise NotDestroyed("in_care")
        rule = RetentionRule.objects.filter(kind=row.kind).first()
        if rule is None or patient.pk not in {
            found.pk for found, _since in _over(RetentionKind(row.kind), years_before(now, rule.years))
        }:
            raise NotDestroyed("not_due")
        Erasure.objects.filter(patient=patient, status__in=OPEN).update(status=ErasureStatus.STOPPED)
        erasure = Erasure.objects.create(
            patient=patient,
            cause=Erasure.Cause.RETENTION,
            status=ErasureStatus.ASKED,
            asked_by=row.asked_by,
            decided_by=actor,
            decided_at=now,
        )
        log.record(actor, "confirm.retention_due", row)
        return carry_out(erasure, actor)
