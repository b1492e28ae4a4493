"""The patient's pages of sharing a report with another doctor: whom and how long, what it means, ending it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from consent.desk import errors, understanding
from consent.desk.queries import current_text, passed_check, talk_needed
from consent.desk.views import auth_level, chosen_options, question_rows
from portal.access.decide import require
from portal.access.step_up import step_up
from portal.delivery import queries, sharing
from portal.delivery.models import Share
from portal.people.models import User
from portal.reports.models import Report, ReportStatus

TIMES = {1: gettext_lazy("1 day"), 7: gettext_lazy("1 week"), 28: gettext_lazy("4 weeks")}


class ShareForm(forms.Form):
    doctor = forms.CharField(label=gettext_lazy("Name of the doctor"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Their email"), help_text=gettext_lazy("We send the link there."))
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"),
        choices=[(days, TIMES[days]) for days in sharing.DAYS],
        coerce=int,
        initial=7,
        widget=forms.RadioSelect,
    )


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Whom, and for how long; and with whom it was shared before."""
    user = cast(User, request.user)
    report = _own(user, report_id)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = sharing.prepare(user, report, **form.cleaned_data)
        except sharing.ShareRefused:
            form.add_error("email", _("This is your own address. Write the address of the doctor."))
        else:
            return redirect("delivery:agree", made.pk)
    context = {
        "form": form,
        "report": report,
        "shares": sharing.shares_of(report, user),
        "current": report.status == ReportStatus.SIGNED,
        "made_up": report.patient.invented,
    }
    return render(request, "delivery/share.html", context, status=422 if form.errors else 200)


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """What it means, a few questions, and the yes. Then the code, shown once."""
    user = cast(User, request.user)
    found = _share(user, share_id)
    patient = found.report.patient
    require(user, "share.report", found.report)
    if found.given_at is not None:
        return redirect("delivery:share", found.report_id)
    text = current_text(sharing.scope_of(found), patient.language)
    wrong: set[str] = set()
    chosen: dict[str, int | None] = {}
    understood = passed_check(patient, user, text) is not None
    if request.method == "POST" and not understood:
        chosen = chosen_options(request, text)
        if None in chosen.values():
            messages.error(request, _("Please answer each question. There is no penalty for a wrong answer."))
        else:
            outcome = understanding.answer(user, patient, text.scope, chosen)
            understood, wrong = outcome.passed, {question.id for question in outcome.wrong}
    if request.method == "POST" and understood:
        return _given(request, user, found)
    task = talk_needed(patient, text.group)
    context: dict[str, Any] = {
        "share": found,
        "time": TIMES[found.days],
        "text": text,
        "task": task,
        "questions": [] if understood or task else question_rows(text, wrong, chosen),
        "again": bool(wrong),
        "made_up": patient.invented,
    }
    return render(request, "delivery/agree.html", context)


def _given(request: HttpRequest, user: User, found: Share) -> HttpResponse:
    site = request.build_absolute_uri("/")
    try:
        code = sharing.give(user, found, site=site, auth_level=auth_level(request))
    except sharing.ShareRefused as refused:
        mail = _("The mail could not be sent. Nothing is shared. Check the address and try again.")
        messages.error(request, mail if refused.reason == "mail" else _("This cannot be done now."))
    except errors.NotTaken:
        messages.error(request, _("This cannot be done now. Nothing was changed."))
    else:
        told = _("The link is on its way. Call %(name)s and tell them this code: %(code)s. It is shown only once.")
        messages.success(request, told % {"code": code, "name": found.doctor})
    return redirect("delivery:share", found.report_id)


@login_required
@require_POST
def end(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """One press, and no proof of who you are: less than giving."""
    user = cast(User, request.user)
    found = _share(user, share_id)
    event = sharing.end(user, found)
    messages.success(request, _("It has ended. They see nothing any more."))
    if event is not None:
        return redirect("consent:effect", event_id=event.id)
    return redirect("delivery:share", found.report_id)


def _own(user: User, report_id: UUID) -> Report:
    """The patient's own released report, or the same 404 for all else."""
    report = queries.report_for(user, report_id, words=False)
    if report is None or report.patient.account_id != user.pk or report.signed_at is None:
        raise Http404
    return report


def _share(user: User, share_id: UUID) -> Share:
    found = sharing.share_for(user, share_id)
    if found is None:
        raise Http404
    return found
