"""One's own pages: take everything, leave."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.desk.queries import permission
from portal.access import log
from portal.access.decide import decide, require
from portal.access.step_up import step_up
from portal.delivery.paper import pdf_ready
from portal.delivery.queries import reports_for_patient
from portal.people.models import Patient, Role, User
from portal.people.queries import patient_of_account
from portal.reports.models import ReportStatus
from portal.results.queries import files_for
from portal.rights import exporting, leaving, queries
from portal.rights.erasing import outlook
from portal.rights.forms import LeaveForm
from portal.rights.making import RAW
from portal.rights.models import OPEN, ErasureStatus


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    user, patient = _who(request)
    require(user, "read.export", patient)
    log.record(user, "read.export", patient)
    open_wish = queries.erasures_of(user).filter(status__in=OPEN).first()
    context = {
        "patient": patient,
        "exports": queries.exports_of(user)[:5],
        "with_files": permission(patient, RAW).permitted,
        "wish": open_wish,
        "refused": queries.erasures_of(user).filter(status=ErasureStatus.REFUSED).first(),
        "made_up": patient.made_up,
    }
    return render(request, "rights/mine.html", context)


@login_required
@require_GET
def downloads(request: HttpRequest) -> HttpResponse:
    """All that can be taken along, in one place, and what each is for. Each asks again where it is taken."""
    user, patient = _who(request)
    require(user, "read.export", patient)
    log.record(user, "read.export", patient)
    reports = [
        (report, decide(user, "download.report", report) and pdf_ready(report))
        for report in reports_for_patient(user).filter(status=ReportStatus.SIGNED)
    ]
    context = {
        "reports": reports,
        "files": files_for(user).order_by("-created_at"),
        "with_files": permission(patient, RAW).permitted,
        "made_up": patient.invented,
    }
    return render(request, "rights/downloads.html", context)


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def make_copy(request: HttpRequest) -> HttpResponse:
    user, patient = _who(request)
    if request.method == "POST":
        exporting.ask(user, patient)
        messages.success(request, _("We are making your copy. You find it here when it is ready."))
    return redirect("rights:mine")


@login_required
@step_up
@require_GET
def take_copy(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    user, _patient = _who(request)
    export = get_object_or_404(queries.exports_of(user), pk=export_id)
    try:
        stream = exporting.take(user, export)
    except exporting.NotThere:
        messages.error(request, _("This copy is not there any more. Ask for a new one."))
        return redirect("rights:mine")
    return FileResponse(stream, as_attachment=True, filename="my-record.zip", content_type="application/zip")


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Look at what goes and what stays; then ask."""
    user, patient = _who(request)
    require(user, "ask.erasure", patient)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wish = leaving.ask(user, patient)
        assert wish.not_before is not None
        messages.success(request, _("We have your wish. You can stop it until a second person has confirmed it."))
        return redirect("rights:mine")
    log.record(user, "read.erasure", patient)
    context = {"form": form, "outlook": outlook(patient), "made_up": patient.made_up}
    return render(request, "rights/leave.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def stop(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """One press, and no proof of who you are: staying takes less than leaving."""
    user, _patient = _who(request)
    leaving.stop(user, get_object_or_404(queries.erasures_of(user), pk=erasure_id))
    messages.success(request, _("Stopped. Nothing was erased."))
    return redirect("rights:mine")


def _who(request: HttpRequest) -> tuple[User, Patient]:
    user = request.user
    assert isinstance(user, User)
    patient = patient_of_account(user)
    if user.role != Role.PATIENT or patient is None or not decide(user, "read.patient", patient):
        raise Http404
    return user, patient
