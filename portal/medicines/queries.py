"""The reports an answer or a card may be made from."""

from __future__ import annotations

from uuid import UUID

from portal.delivery.queries import reports
from portal.people.models import Role, User
from portal.reports.models import Report, ReportStatus


def reports_that_count(user: User, language: str) -> list[Report]:
    """The asker's own reports that are open and still count, newest first: one for each file that was read, in that
    language when it is there. Drafts, and what was replaced or taken back, are not among them."""
    if user.role != Role.PATIENT:
        return []
    rows = reports(user, status=ReportStatus.SIGNED).select_related("interpretation").order_by("-signed_at")
    chosen: dict[UUID, Report] = {}
    for report in rows:
        kept = chosen.get(report.interpretation_id)
        if kept is None or (kept.language != language == report.language):
            chosen[report.interpretation_id] = report
    return list(chosen.values())
