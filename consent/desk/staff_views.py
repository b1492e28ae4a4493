"""The counsellor's desk: who was asked, who needs me, what ends soon, who must be asked again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from consent.desk import understanding
from consent.desk.models import CounsellorTask
from consent.desk.queries import Watched, current_text, desk_of
from portal.access import log
from portal.people.models import Role, User


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or user.role not in (Role.COUNSELLOR, Role.CLINICIAN):
        raise Http404
    found = desk_of(user)
    about = {row.patient.pk: row.patient for row in (*found.asked, *found.ends_soon, *found.ask_again)}
    about |= {task.patient.pk: task.patient for task in found.needs_me}
    for patient in about.values():
        log.record(user, "read.consent_event", patient)
    context = {
        "needs_me": [{"task": task, "text": current_text(task.scope, "en")} for task in found.needs_me],
        "asked": _named(found.asked),
        "ends_soon": _named(found.ends_soon),
        "ask_again": _named(found.ask_again),
        "made_up": any(patient.made_up for patient in about.values()),
    }
    return render(request, "consent/desk.html", context)


def _named(rows: list[Watched]) -> list[dict[str, object]]:
    return [{"row": row, "text": current_text(row.scope, "en")} for row in rows]


@login_required
@require_POST
def settle(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    task = CounsellorTask.objects.filter(pk=task_id).first()
    if task is None or not isinstance(request.user, User):
        raise Http404
    understanding.settle(request.user, task)
    messages.success(request, _("Noted. The person is asked again, and decides alone."))
    return redirect("consent:desk")
