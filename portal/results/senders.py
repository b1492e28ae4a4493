"""Who sent a file, and what only they may say about it: whose it is by their own paper, and which sample is meant."""

from __future__ import annotations

from portal.access import log
from portal.access.decide import Decision, Denied
from portal.access.models import Outcome
from portal.people.models import Role, User
from portal.results.models import FileOrigin, ResultFile

ORIGINS = {
    Role.LABORATORY: FileOrigin.LABORATORY,
    Role.CLINICIAN: FileOrigin.CLINICIAN,
    Role.PATIENT: FileOrigin.PATIENT,
}


def is_sender(actor: User, file: ResultFile) -> bool:
    """Whether a file came from somebody in this role: only they know what their own paper says. A patient may send
    files too, but never vouches for whose file it is that the laboratory or the clinic has sent."""
    return ORIGINS.get(Role(actor.role)) == file.origin


def may_choose_sample(actor: User, file: ResultFile) -> bool:
    """Whoever sent the file, or the care team."""
    return is_sender(actor, file) or actor.role == Role.CLINICIAN


def refuse_unless(true: bool, actor: User, file: ResultFile) -> None:
    """Answers as an unknown address does, and notes the refusal. Call it before a transaction is opened."""
    if not true:
        log.record(actor, "upload.result_file", file, outcome=Outcome.DENY, reason="not_the_sender")
        raise Denied(Decision(False, "not_the_sender"))
