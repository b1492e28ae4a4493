"""The care team's pages: who waits for somebody, and how it goes for one patient."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.decisions.following import actions, presenting, queries
from portal.decisions.following.errors import FollowRefused
from portal.decisions.following.forms import SettleForm
from portal.people.models import Patient, User


@login_required
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Whom to call, the most urgent first."""
    user = cast(User, request.user)
    if user.role not in queries.CARE_ROLES:
        raise Http404
    now = timezone.now()
    rows = [(task, task.due_at < now) for task in queries.tasks(user)]
    return render(request, "decisions/follow_tasks.html", {"rows": rows})


@login_required
@require_GET
def person(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """How it goes for one patient since a choice. The look is in the log the patient reads."""
    user = cast(User, request.user)
    patient = queries.person_for(user, patient_id)
    if patient is None:
        raise Http404
    actions.open_person(user, patient)
    return _person(request, user, patient, SettleForm(), None)


def _person(
    request: HttpRequest, user: User, patient: Patient, form: SettleForm, about: UUID | None, status: int = 200
) -> HttpResponse:
    rows = []
    for one in queries.followed(user, patient):
        weeks = presenting.weeks(one.checks)
        answered = [presenting.looked_back(row) for row in one.answered]
        other = [check for check in one.checks if check.instrument != actions.OWN_QUESTIONS]
        rows.append((one, weeks, presenting.weeks_picture(weeks), answered, other))
    felt = [presenting.felt(symptom) for symptom in queries.symptoms(patient)]
    said = presenting.causes(felt, [one for one, *_rest in rows])
    now = timezone.now()
    waiting = [
        (task, task.due_at < now, said.get(task.cause, ""), form if about == task.pk else SettleForm())
        for task in queries.tasks(user)
        if task.patient_id == patient.pk
    ]
    context = {
        "patient": patient,
        "rows": rows,
        "felt": felt,
        "waiting": waiting,
        "settled": queries.settled(user, patient)[:20],
        "own": False,
        "made_up": patient.invented,
    }
    return render(request, "decisions/follow_person.html", context, status=status)


@login_required
@require_POST
def settle(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """Say what was done."""
    user = cast(User, request.user)
    task = queries.task_for(user, follow_up_id)
    if task is None:
        raise Http404
    form = SettleForm(request.POST)
    if form.is_valid():
        try:
            actions.settle(user, task, form.cleaned_data["done"])
        except FollowRefused:
            form.add_error("done", _("Say what you did."))
        else:
            messages.success(request, _("Written down."))
            return redirect("following:person", task.patient_id)
    actions.open_person(user, task.patient)
    return _person(request, user, task.patient, form, task.pk, status=422)
