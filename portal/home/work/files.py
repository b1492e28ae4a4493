"""Work about files: those that stopped, those that wait for a yes, and those on their way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from portal.home.work.rows import Kind, Row, file_of, is_theirs
from portal.people.models import User
from portal.results.explanations import in_words
from portal.results.models import FileStatus
from portal.results.queries import files_for

ON_HOLD = Kind("on_hold", gettext_lazy("On hold"), "review")
FAILED = Kind("failed", gettext_lazy("Could not be read"), "review")
WAITING_FOR_CONSENT = Kind("waiting_for_consent", gettext_lazy("Waiting for consent"))
ON_THE_ROAD = Kind("on_the_road", gettext_lazy("Being read"))

KIND_OF_STATUS = {
    FileStatus.HELD: ON_HOLD,
    FileStatus.FAILED: FAILED,
    FileStatus.REFUSED: FAILED,
    FileStatus.WAITING_FOR_CONSENT: WAITING_FOR_CONSENT,
    FileStatus.RECEIVED: ON_THE_ROAD,
    FileStatus.QUEUED: ON_THE_ROAD,
    FileStatus.INTERPRETING: ON_THE_ROAD,
}
NEXT = {
    ON_HOLD: gettext_lazy("Look at it and decide if it may go on."),
    FAILED: gettext_lazy("See what happened."),
    WAITING_FOR_CONSENT: gettext_lazy("Stored, not read. The patient has not said yes."),
    ON_THE_ROAD: gettext_lazy("Nothing to do. The draft comes here when it is ready."),
}
REFUSED_LISTED_FOR = timedelta(days=30)


def not_read(user: User) -> Iterator[Row]:
    listed = Q(status__in=[status for status in KIND_OF_STATUS if status != FileStatus.REFUSED])
    # A refused file is for its sender to mend: told to the care team for a while, then left.
    listed |= Q(status=FileStatus.REFUSED, created_at__gte=timezone.now() - REFUSED_LISTED_FOR)
    files = files_for(user).filter(listed, closed_at=None).select_related("order__ordered_by")
    for file in files.defer("fingerprint", "samples"):
        kind = KIND_OF_STATUS[FileStatus(file.status)]
        orderer = file.order.ordered_by if file.order else None
        why = in_words(file.reason, file.explanation) if kind in (ON_HOLD, FAILED) else ""
        yield Row(
            kind,
            file.patient,
            file.created_at,
            reverse("results:file", args=[file.pk]),
            why or NEXT[kind],
            named=orderer,
            mine=is_theirs(user, orderer),
            file=file_of(file.patient, file),
        )
