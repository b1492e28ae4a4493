"""The only place that writes to the ledger: one act, added at the end of a person's chain."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from consent.ledger import journal
from consent.ledger.chain import seal
from consent.ledger.models import Capacity, ConsentEvent, Decision


def append(
    *,
    subject: uuid.UUID,
    scope: str,
    decision: Decision,
    template: str,
    template_version: str,
    template_hash: str,
    locale: str,
    signer: uuid.UUID,
    capacity: str = Capacity.SELF,
    capacity_basis: str = "",
    capacity_until: datetime | None = None,
    list_version: str = "",
    reach: str = "",
    corrects: uuid.UUID | None = None,
    witness: uuid.UUID | None = None,
    comprehension: Mapping[str, Any] | None = None,
    method: str = "web",
    auth_level: str = "",
    expires_at: datetime | None = None,
) -> ConsentEvent:
    """Add one act. The time is the ledger's own, never the caller's."""
    with transaction.atomic():
        _wait_for_turn(subject)
        last = ConsentEvent.objects.filter(subject=subject).order_by("-position").first()
        event = ConsentEvent(
            subject=subject,
            position=last.position + 1 if last else 1,
            scope=scope,
            decision=Decision(decision),
            reach=reach,
            corrects=corrects,
            template=template,
            template_version=template_version,
            template_hash=template_hash,
            list_version=list_version,
            locale=locale,
            signer=signer,
            capacity=capacity,
            capacity_basis=capacity_basis,
            capacity_until=capacity_until,
            witness=witness,
            comprehension=dict(comprehension or {}),
            method=method,
            auth_level=auth_level,
            at=timezone.now(),
            expires_at=expires_at,
            previous=last.seal if last else "",
        )
        event.seal = seal(event)
        event.save()
        transaction.on_commit(lambda: journal.keep_outside(event))
    return event


def _wait_for_turn(subject: uuid.UUID) -> None:
    """Acts of one person are added one after the other. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [subject.int % 2**63])
