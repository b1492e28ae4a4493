"""Who looked at my record, questions about it, emergencies, and the privacy officer's desk."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import actions, log, queries
from portal.access.decide import require
from portal.access.emergencies import NoSuchRecord
from portal.access.forms import AnswerForm, EmergencyForm, IdentityForm, VerdictForm
from portal.access.models import BreakGlass
from portal.access.presenters import line, lines
from portal.access.queries import events_for
from portal.access.recovery import TooEarly, waits_until
from portal.access.session_limits import seconds_left
from portal.access.step_up import step_up
from portal.people.models import Role, User
from portal.people.queries import patient_of_account


@login_required
@require_GET
def access_log(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    patient = patient_of_account(user)
    decision = require(user, "read.access_event", patient)
    everyone = user.role == Role.PRIVACY_OFFICER
    with_own_acts = everyone or "mine" in request.GET
    page = Paginator(events_for(user, with_own_acts=with_own_acts), 50).get_page(request.GET.get("page"))
    shown = lines(page, user)
    log.record(user, "read.access_event", patient, consent_events=decision.consent_events)
    return render(
        request,
        "access/log.html",
        {
            "lines": shown,
            "page": page,
            "everyone": everyone,
            "with_own_acts": with_own_acts,
            "made_up": patient.invented if patient else "",
        },
    )


@login_required
@require_POST
def question(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """'I did not expect this': one press, and the privacy officer has a task."""
    user = _user(request)
    event = get_object_or_404(events_for(user), id=event_id)
    actions.question(user, event)
    messages.success(request, _("Thank you. The privacy officer looks into it and answers here."))
    return redirect("access:log")


@login_required
@require_GET
def stay(request: HttpRequest) -> HttpResponse:
    """The answer to "stay signed in": asking is enough; the answer is how long there is now."""
    ends, ends_anyway = seconds_left(request)
    return JsonResponse({"ends": ends, "ends_anyway": ends_anyway})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Quick exit: signed out here, what this browser keeps of us is dropped, and another site opens. An empty page of
    ours stands between, because a form may not lead to another origin by itself."""
    logout(request)
    page = render(request, "access/left.html", {"address": settings.QUICK_EXIT_ADDRESS})
    page.headers["Clear-Site-Data"] = '"cache", "storage"'
    page.headers["Cache-Control"] = "no-store"
    return page


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Open one record for an hour."""
    user = _user(request)
    require(user, "break.patient")
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        try:
            actions.break_glass(user, **form.cleaned_data)
        except NoSuchRecord:
            form.add_error(None, _("No record has this number and this birth date. Check both and try again."))
        else:
            messages.success(request, _("The record is open to you for 60 minutes, for reading."))
            return redirect("results:files")
    return render(request, "access/emergency.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for the privacy officer: emergencies, and questions of patients."""
    user = _user(request)
    require(user, "read.question")
    emergencies = [(broken, VerdictForm(prefix=str(broken.pk))) for broken in queries.breaks_to_review(user)]
    questions = [
        (asked, line(asked.event, user), AnswerForm(prefix=str(asked.pk)))
        for asked in queries.questions_to_answer(user)
    ]
    for seen in emergencies:
        log.record(user, "read.break_glass", seen[0])
    for shown in questions:
        log.record(user, "read.question", shown[0])
    recoveries = [
        (lost, waits_until(lost), IdentityForm(prefix=str(lost.pk))) for lost in queries.recoveries_to_approve(user)
    ]
    context = {"emergencies": emergencies, "questions": questions, "recoveries": recoveries}
    return render(request, "access/reviews.html", context)


@login_required
@require_POST
def review(request: HttpRequest, break_glass_id: UUID) -> HttpResponse:
    user = _user(request)
    broken = get_object_or_404(queries.breaks_to_review(user), pk=break_glass_id)

    def judge(said: dict[str, str]) -> str:
        verdict = BreakGlass.Verdict(said["verdict"])
        actions.review_break_glass(user, broken, verdict=verdict, note=said["note"])
        return _("Your verdict is saved.")

    form = VerdictForm(request.POST, prefix=str(broken.pk))
    return _looked_into(request, form, judge, _("Choose a verdict and write a note. Nothing was saved."))


@login_required
@require_POST
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    user = _user(request)
    asked = get_object_or_404(queries.questions_to_answer(user), pk=question_id)

    def reply(said: dict[str, str]) -> str:
        actions.answer(user, asked, said["answer"])
        return _("Your answer is saved. The patient reads it beside the line.")

    form = AnswerForm(request.POST, prefix=str(asked.pk))
    return _looked_into(request, form, reply, _("Write an answer. Nothing was saved."))


@login_required
@require_POST
def recover(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    user = _user(request)
    lost = get_object_or_404(queries.recoveries_to_approve(user), pk=recovery_id)

    def approve(said: dict[str, str]) -> str:
        actions.approve_factor_recovery(user, lost, said["identity_note"])
        return _("The second step is off. They set up a new one when they sign in.")

    form = IdentityForm(request.POST, prefix=str(lost.pk))
    return _looked_into(request, form, approve, _("Write how you made sure who it is. Nothing was changed."))


def _looked_into(
    request: HttpRequest, form: Form, act: Callable[[dict[str, str]], str], unfinished: str
) -> HttpResponse:
    """One thing of the privacy officer's desk: done with what was written, or not, and word of it on the desk."""
    if not form.is_valid():
        messages.error(request, unfinished)
        return redirect("access:reviews")
    try:
        messages.success(request, act(form.cleaned_data))
    except TooEarly:
        messages.error(request, _("The owner still has time to stop it. Nothing was changed."))
    return redirect("access:reviews")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
