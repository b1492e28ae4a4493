"""Work about people: what patients ask, who needs a talk, whose yes ends soon or has to be given again."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from consent.desk import texts
from consent.desk.models import TaskKind
from consent.desk.queries import Watched, current_text, desk_of, open_tasks_for
from consent.ledger.scopes import UnknownScope
from consent.ledger.scopes import scope as scope_of
from consent.ledger.standing import permitted_subjects
from portal.access.matrix import PGX
from portal.contact.models import ThreadKind
from portal.contact.queries import to_answer
from portal.decisions.queries import tasks_for
from portal.home.work.rows import Kind, Row, Words, is_theirs
from portal.people.models import User
from portal.people.queries import looked_after_by

SAYS_WRONG = Kind("says_wrong", gettext_lazy("The patient says: this is wrong"), "answer")
ASKED = Kind("asked", gettext_lazy("The patient asked"), "answer")
TALK = Kind("talk", gettext_lazy("Talk with the patient"), "answer")
CONSENT_ENDS = Kind("consent_ends", gettext_lazy("Consent to renew"))

NEXT_OF_TASK: dict[str, Words] = {
    TaskKind.NOT_UNDERSTOOD: gettext_lazy("Did not find our text clear, twice. Call and talk it through."),
    TaskKind.WANTS_TO_TALK: gettext_lazy("Wants to talk before they answer. Call them."),
    TaskKind.ERASE: gettext_lazy("Agree with the privacy officer what can go, and tell the person."),
    TaskKind.OPEN_TOGETHER: gettext_lazy("Wants to open it with you. Call them."),
    TaskKind.RESULT_WAITS: gettext_lazy("Has put off a grave result. Call and ask how they want to hear it."),
}
ABOUT_A_RESULT = (TaskKind.OPEN_TOGETHER, TaskKind.RESULT_WAITS)


def messages(user: User) -> Iterator[Row]:
    """Threads in which the patient wrote last. Whoever of the team has written in one goes on with it."""
    for thread in to_answer(user):
        since = thread.waits_since
        if since is not None:
            wrong = thread.kind == ThreadKind.WRONG
            yield Row(
                SAYS_WRONG if wrong else ASKED,
                thread.patient,
                since,
                reverse("contact:thread", args=[thread.pk]),
                _("Look into it and answer.") if wrong else _("Read it and answer."),
                "" if wrong or thread.kind == ThreadKind.MESSAGE else ThreadKind(thread.kind).label,
                mine=thread.i_wrote or not thread.team_wrote,
            )


def talks(user: User) -> Iterator[Row]:
    """Talks that are to take place. What is about a result is not told of somebody whose yes does not hold."""
    tasks = list(open_tasks_for(user))
    allowed = permitted_subjects(looked_after_by(user).values("subject"), PGX) if tasks else set()
    for task in tasks:
        if task.kind in ABOUT_A_RESULT and task.patient.subject not in allowed:
            continue
        yield Row(
            TALK,
            task.patient,
            task.opened_at,
            reverse("consent:desk") + f"#task-{task.pk}",
            NEXT_OF_TASK[task.kind],
            TaskKind(task.kind).label,
            named=task.counsellor,
            mine=is_theirs(user, task.counsellor),
        )


def calls(user: User) -> Iterator[Row]:
    """Calls about decisions to be made together; nothing of somebody whose yes does not hold."""
    tasks = list(tasks_for(user))
    allowed = permitted_subjects(looked_after_by(user).values("subject"), PGX) if tasks else set()
    for task in tasks:
        patient = task.decision.patient
        if patient.subject in allowed:
            yield Row(
                TALK,
                patient,
                task.opened_at,
                reverse("decisions:visit", args=[task.decision_id]),
                _("Call, then say on that page that you did."),
                task.get_kind_display(),
                named=task.counsellor,
                mine=is_theirs(user, task.counsellor),
            )


def consents(user: User) -> Iterator[Row]:
    """Answers that end soon, and those that have to be given again."""
    found = desk_of(user)
    names: dict[str, str] = {}
    for place, rows in (("ends", found.ends_soon), ("again", found.ask_again)):
        for row in rows:
            # Nobody is asked anything about somebody who has died.
            if row.permission.event is not None and row.patient.frozen_at is None:
                name = {"name": _name(row.scope, names)}
                yield Row(
                    CONSENT_ENDS,
                    row.patient,
                    row.permission.event.at,
                    reverse("consent:desk") + f"#{place}",
                    _ask_again(row, name),
                    ends=row.ends,
                )


def _ask_again(row: Watched, name: dict[str, str]) -> str:
    if row.permission.permitted:
        return _("The yes to “%(name)s” ends. Ask if they want to give it again.") % name
    return _("The yes to “%(name)s” does not hold any more. Ask again.") % name


def _name(scope: str, names: dict[str, str]) -> str:
    """What an answer is about, in the reader's own language; asked once for each kind of scope."""
    try:
        kind = scope_of(scope).kind
    except UnknownScope:
        return scope
    if kind not in names:
        names[kind] = current_text(scope, get_language() or texts.FALLBACK_LOCALE).name
    return names[kind]
