"""The only place that writes to the ledger: one act, added at the end."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils import timezone

from consent.ledger.models import ConsentEvent, Decision


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
    capacity: str = "self",
    method: str = "web",
    expires_at: datetime | None = None,
) -> ConsentEvent:
    """Add one act. The time is the ledger's own, never the caller's."""
    event = ConsentEvent(
        subject=subject,
        scope=scope,
        decision=Decision(decision),
        template=template,
        template_version=template_version,
        template_hash=template_hash,
        locale=locale,
        signer=signer,
        capacity=capacity,
        method=method,
        at=timezone.now(),
        expires_at=expires_at,
    )
    event.save()
    return event
