"""Who is told when a signed report no longer counts: its patient, and everybody who took a copy of it.

The message itself holds nothing about anybody's health; `portal.access.notices` sends it.
"""

from __future__ import annotations

from portal.access.models import AccessEvent, NoticeOwed, Outcome
from portal.people.models import User
from portal.reports.models import Report


def tell(report: Report, kind: str, *, but: User | None = None) -> None:
    """Owe a notice to the patient and to everybody who took a copy, `but` whoever does it. Told once per report."""
    NoticeOwed.objects.get_or_create(patient=report.patient, recipient=None, kind=kind, about=report.pk)
    for holder in copy_holders(report):
        if holder != but and holder.pk != report.patient.account_id:
            NoticeOwed.objects.get_or_create(patient=report.patient, recipient=holder, kind=kind, about=report.pk)


def copy_holders(report: Report) -> list[User]:
    """Who took this report away, by button or by program, as the register of copies knows it."""
    taken = AccessEvent.objects.filter(
        resource="report", resource_id=str(report.pk), outcome=Outcome.PERMIT, actor__isnull=False
    )
    by_button, by_program = taken.filter(action="download.report"), taken.filter(reason="api")
    return list(User.objects.filter(pk__in=(by_button | by_program).values("actor")).order_by("pk"))
