"""Pages about when a report opens: the patient's choice, opening it after all, the clinic's hold."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.decide import decide
from portal.access.queries import read_for
from portal.access.standing_in import StandIn
from portal.contact.actions import write
from portal.contact.errors import ContactRefused
from portal.contact.forms import SENTENCES
from portal.contact.models import ThreadKind
from portal.delivery import queries, releasing
from portal.delivery.actions import medicines
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.models import HoldReason, ResultKind
from portal.delivery.release_forms import HoldForm, WhenForm, WrongForm
from portal.delivery.release_state import Choice
from portal.people.models import Role, User
from portal.people.queries import patient_of_account
from portal.reports.models import Report, ReportStatus


@login_required
@require_http_methods(["GET", "POST"])
def when(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """The patient says how results should come to them, and sees what waits; or whoever decides for them does."""
    user = cast(User, request.user)
    stand_in = _decides_for(user, patient_id)
    patient = stand_in.patient if stand_in else patient_of_account(user)
    if patient is None or user.role != Role.PATIENT:
        raise Http404
    whose = stand_in.patient if stand_in else None
    here = reverse("delivery:when_for", args=[whose.pk]) if whose else reverse("delivery:when")
    chosen = queries.preferences(patient)
    forms = [WhenForm(kind, chosen.get(kind)) for kind in ResultKind]
    status = 200
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in ResultKind.values:
            raise Http404
        sent = WhenForm(ResultKind(kind), chosen.get(ResultKind(kind)), request.POST)
        if sent.is_valid():
            choice = Choice(sent.cleaned_data["choice"])
            releasing.choose(user, patient, ResultKind(kind), choice, sent.cleaned_data["on"])
            messages.success(request, _("Saved. It counts from now on."))
            return redirect(here)
        forms = [sent if form.kind == kind else form for form in forms]
        status = 422
    context = {
        "forms": forms,
        "waiting": queries.waiting(user, whose),
        "stand_in": stand_in,
        "made_up": patient.invented,
    }
    return render(request, "delivery/when.html", context, status=status)


@login_required
@require_POST
def open_report(request: HttpRequest, report_id: UUID, patient_id: UUID | None = None) -> HttpResponse:
    """Open a report that waits: its patient (or who decides for them) asks for it, or the team opens it with them."""
    user = cast(User, request.user)
    stand_in = _decides_for(user, patient_id)
    found = queries.waiting_report(user, report_id, stand_in.patient if stand_in else None)
    if found is None:
        raise Http404
    own = user.role == Role.PATIENT
    try:
        state = releasing.open_now(user, found.report)
    except DeliveryRefused:
        messages.error(request, _("The patient did not choose to open it together. Only they can open it."))
        return redirect("delivery:release", report_id)
    if not own:
        messages.success(request, _("It is open for the patient now."))
        return redirect("delivery:release", report_id)
    whose = (stand_in.patient.pk,) if stand_in else ()
    if state.is_open:
        return redirect("delivery:for:report" if whose else "delivery:report", *whose, report_id)
    messages.info(request, _("We noted it. It opens when the stop below is over."))
    return redirect("delivery:when_for" if whose else "delivery:when", *whose)


def _decides_for(user: User, patient_id: UUID | None) -> StandIn | None:
    """Who may decide for a patient chooses for them too; a helper the patient chose only reads, and finds nothing."""
    stand_in = read_for(user, patient_id)
    if stand_in is not None and stand_in.grant is not None:
        raise Http404
    return stand_in


@login_required
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """For the care team: when a report opens and why, keeping it back, opening it together."""
    user = cast(User, request.user)
    report = queries.report_for(user, report_id, words=False)
    if report is None or user.role not in queries.CARE_ROLES:
        raise Http404
    may_hold = decide(user, "place.hold", report).permitted
    form = HoldForm()
    if request.method == "POST":
        if "lift" in request.POST:
            releasing.lift(user, report)
            messages.success(request, _("The hold is over."))
            return redirect("delivery:release", report_id)
        form = HoldForm(request.POST)
        if form.is_valid():
            return _hold(request, user, report, form)
    waits = queries.waiting_report(user, report_id)
    context = {
        "report": report,
        "waits": waits,
        "hold": queries.hold_on(report),
        "is_open": report.signed_at is not None and waits is None,
        "form": form if may_hold and report.status != ReportStatus.REPLACED else None,
        "may_open": waits is not None and waits.state.waits_for == "counsellor",
        "made_up": report.patient.invented,
    }
    return render(request, "delivery/release.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def wrong(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The patient says that something in their report is wrong: it becomes a message to the care team."""
    user = cast(User, request.user)
    report = queries.report_for(user, report_id, words=False)
    if report is None or not decide(user, "hide.report", report):
        raise Http404
    form = WrongForm(medicines(report), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            thread = write(user, report.patient, form.as_text(), kind=ThreadKind.WRONG, about=report.pk)
        except ContactRefused as refused:
            form.add_error("text", SENTENCES[refused.refusal])
        else:
            messages.success(request, _("Sent. Your care team looks into it and answers you."))
            return redirect("contact:thread", thread.pk)
    context = {
        "form": form,
        "report": report,
        "report_url": reverse("delivery:report", args=[report.pk]),
        "made_up": report.patient.invented,
    }
    return render(request, "delivery/wrong.html", context, status=422 if form.errors else 200)


def _hold(request: HttpRequest, user: User, report: Report, form: HoldForm) -> HttpResponse:
    try:
        releasing.hold(user, report, HoldReason(form.cleaned_data["reason"]), form.cleaned_data["until"])
    except DeliveryRefused as refused:
        already = refused.refusal is Refusal.OPEN_ALREADY
        told = _("The patient can read it already.") if already else _("This report cannot be kept back.")
        messages.error(request, told)
    else:
        messages.success(request, _("It is kept back. The patient reads why, and until when."))
    return redirect("delivery:release", report.pk)
