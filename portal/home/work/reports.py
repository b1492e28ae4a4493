"""Work about reports: drafts to sign, signed ones nobody has read, and those read with older facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from genomics.knowledge import load
from portal.delivery.models import FirstSignature
from portal.delivery.queries import drafts, not_read_yet, older_facts
from portal.home.work.rows import Kind, Row, Words, file_of, is_theirs
from portal.people.models import User
from portal.reports.models import Report

TO_REVIEW = Kind("to_review", gettext_lazy("To check and sign"), "review")
TO_SIGN = Kind("to_sign", gettext_lazy("Second signature"), "review")
NOT_READ = Kind("not_read", gettext_lazy("Not read by the patient yet"), "reading")
OLDER_FACTS = Kind("older_facts", gettext_lazy("Read with older facts"))
ANOTHER_LANGUAGE = Kind("another_language", gettext_lazy("Also begun in another language"))


def to_sign(user: User) -> Iterator[Row]:
    """One row for each matter: a draft of the same results in another language stands in the same row."""
    matters: dict[object, list[Any]] = defaultdict(list)
    for draft in drafts(user):
        matters[draft.interpretation_id].append(draft)
    for together in matters.values():
        # First what the patient will read; what nobody waits for leads a row only when it is alone.
        first, *others = sorted(together, key=lambda one: (one.only_in_another_language, _foreign(one)))
        also = [(_("Also in: %(language)s") % {"language": _language(one)}, _review(one)) for one in others]
        yield _draft(user, first, also)


def _draft(user: User, draft: Any, also: Sequence[tuple[Words, str]]) -> Row:
    file = file_of(draft.patient, draft.interpretation.result_file)
    orderer = file.order.ordered_by if file.order else None
    signature = _first_signature(draft)
    kind, since, named, mine = TO_REVIEW, draft.created_at, orderer, is_theirs(user, orderer)
    following = _("Check the draft against the findings, then sign.")
    if draft.only_in_another_language:
        kind, following = (
            ANOTHER_LANGUAGE,
            _("The patient has it in their own language. Sign this one if they want it."),
        )
    elif signature is not None:
        kind, since, named, mine = TO_SIGN, signature.at, None, signature.signed_by_id != user.pk
        whose = {"name": signature.name}
        following = (
            _("Waits for a second signature, by somebody other than %(name)s.") % whose
            if mine
            else _("You signed first. It waits for a second signature, by somebody else.")
        )
    what = f"{kind.label} ({_language(draft)})" if _foreign(draft) else ""
    return Row(kind, draft.patient, since, _review(draft), following, what, named, mine, file, also)


def _first_signature(draft: Report) -> FirstSignature | None:
    """The first of two signatures, given for the draft as it is now."""
    found: FirstSignature | None = getattr(draft, "first_signature", None)
    return found if found is not None and found.content_hash == draft.content_hash else None


def _foreign(report: Report) -> bool:
    return bool(report.language != report.patient.language)


def _language(report: Report) -> str:
    return str(dict(settings.LANGUAGES).get(report.language, report.language))


def _review(report: Report) -> str:
    return reverse("delivery:review", args=[report.pk])


def unread(user: User) -> Iterator[Row]:
    for report in not_read_yet(user):
        if report.release.at is not None:
            yield Row(
                NOT_READ,
                report.patient,
                report.release.at,
                reverse("delivery:report", args=[report.pk]),
                _("Sent. The patient has not opened it."),
                named=report.sign_off,
                mine=report.sign_off.signed_by_id == user.pk,
                file=file_of(report.patient, report.interpretation.result_file),
            )


def with_older_facts(user: User) -> Iterator[Row]:
    """Signed reports that a newer release of our tables would read afresh. If it would differ, nobody knows yet."""
    for report in older_facts(user, load().release.hash):
        if report.signed_at is not None:
            yield Row(
                OLDER_FACTS,
                report.patient,
                report.signed_at,
                reverse("results:file", args=[report.interpretation.result_file_id]),
                _("Our tables are newer than this report. Read the file again to see if anything changes."),
                named=report.sign_off,
                mine=report.sign_off.signed_by_id == user.pk,
                file=file_of(report.patient, report.interpretation.result_file),
            )
