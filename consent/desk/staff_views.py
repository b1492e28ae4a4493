"""The counsellor's desk: who was asked, who needs me, what ends soon, who must be asked again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.desk import guardians, texts, understanding
from consent.desk.forms import GuardianForm
from consent.desk.models import CounsellorTask, Guardianship
from consent.desk.queries import Watched, current_text, desk_of, guardianships_for
from portal.access import log
from portal.people.models import Role, User


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role not in (Role.COUNSELLOR, Role.CLINICIAN):
        raise Http404
    return user


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    found = desk_of(user)
    about = {row.patient.pk: row.patient for row in (*found.asked, *found.ends_soon, *found.ask_again)}
    about |= {task.patient.pk: task.patient for task in found.needs_me}
    for patient in about.values():
        log.record(user, "read.consent_event", patient)
    context = {
        "needs_me": [{"task": task, "text": current_text(task.scope, spoken())} for task in found.needs_me],
        "asked": _named(found.asked),
        "ends_soon": _named(found.ends_soon),
        "ask_again": _named(found.ask_again),
        "made_up": next((patient.invented for patient in about.values() if patient.invented), ""),
    }
    return render(request, "consent/desk.html", context)


def spoken() -> str:
    """Staff read names in their own language, whatever the patient's is."""
    return get_language() or texts.FALLBACK_LOCALE


def _named(rows: list[Watched]) -> list[dict[str, object]]:
    return [{"row": row, "text": current_text(row.scope, spoken())} for row in rows]


@login_required
@require_POST
def settle(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    task = CounsellorTask.objects.filter(pk=task_id).first()
    if task is None or not isinstance(request.user, User):
        raise Http404
    understanding.settle(request.user, task)
    messages.success(request, _("Noted. The person is asked again, and decides alone."))
    return redirect("consent:desk")


@login_required
@require_http_methods(["GET", "POST"])
def guardianship(request: HttpRequest) -> HttpResponse:
    """Who decides for whom: write a footing down, and see those that wait for a second person."""
    user = _staff(request)
    form = GuardianForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            guardians.record(
                user,
                facts["patient"],
                facts["email"],
                capacity=facts["capacity"],
                basis=facts["basis"],
                until=facts["until"],
            )
        except guardians.NotConfirmed as refused:
            form.add_error(None, _WHY_NOT.get(str(refused), _("This footing cannot count.")))
        else:
            messages.success(request, _("Written down. It counts when a second person has confirmed it."))
            return redirect("consent:guardianship")
    held = guardianships_for(user)
    return render(request, "consent/guardianship.html", {"form": form, "held": held, "user_id": user.pk})


_WHY_NOT = {
    "of_age": gettext_lazy("This patient is of age: a parent or guardian no longer decides."),
    "own": gettext_lazy("Nobody needs a footing to decide for themselves."),
    "basis": gettext_lazy("Please say what you have seen."),
}


@login_required
@require_POST
def confirm(request: HttpRequest, guardianship_id: uuid.UUID) -> HttpResponse:
    return _on_footing(request, guardianship_id, ending=False)


@login_required
@require_POST
def end(request: HttpRequest, guardianship_id: uuid.UUID) -> HttpResponse:
    return _on_footing(request, guardianship_id, ending=True)


def _on_footing(request: HttpRequest, guardianship_id: uuid.UUID, *, ending: bool) -> HttpResponse:
    held = Guardianship.objects.filter(pk=guardianship_id).first()
    if held is None or not isinstance(request.user, User):
        raise Http404
    if ending:
        guardians.end(request.user, held)
        messages.success(request, _("Ended. What was allowed on it is on hold until somebody answers again."))
        return redirect("consent:guardianship")
    try:
        guardians.confirm(request.user, held)
        messages.success(request, _("Confirmed. From now on they can decide."))
    except guardians.NotConfirmed:
        messages.error(request, _("You wrote it down yourself. Another member of the team must confirm it."))
    return redirect("consent:guardianship")
