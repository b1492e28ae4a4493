"""Pages to order tests, send files and follow them. What someone may not see answers as what does not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import log
from portal.access.decide import Denied, decide, require
from portal.access.matrix import rules_for
from portal.access.proxies import note_visit
from portal.access.queries import read_for
from portal.access.standing_in import StandIn
from portal.access.step_up import step_up
from portal.people.models import Patient, Role, User
from portal.people.queries import by_name, patient_of_account, patients_for
from portal.results import actions, stopped_files
from portal.results.actions import Receipt
from portal.results.explanations import NotAccepted
from portal.results.forms import (
    ClinicianFileForm,
    ClosingForm,
    FileForm,
    IdentifiersForm,
    LaboratoryFileForm,
    OrderForm,
    ReviewForm,
    SampleForm,
)
from portal.results.models import ResultFile
from portal.results.presenting import present_file, present_progress, present_row
from portal.results.queries import file_for, files_for, open_orders_for

FILES_PER_PAGE = 25
BINARY = "application/octet-stream"
INVALID = 422


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
@require_GET
def files(request: HttpRequest, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """Files I sent, files about me, files of my patients, or of the person I read for."""
    user = _user(request)
    if not rules_for(user.role, "read.result_file"):
        raise Http404
    stand_in = read_for(user, patient_id)
    if stand_in is not None:
        note_visit(user, stand_in)
    page = Paginator(files_for(user, stand_in), FILES_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "role": user.role,
        "page": page,
        "rows": [present_row(user, file, stand_in) for file in page.object_list],
        "orders": open_orders_for(user)[:FILES_PER_PAGE],
        "patients": by_name(patients_for(user)) if user.role == Role.CLINICIAN else [],
        "stand_in": stand_in,
        "made_up": stand_in.patient.invented if stand_in else _made_up(user),
    }
    return render(request, "results/files.html", context)


def _made_up(user: User) -> str:
    patient = patient_of_account(user)
    return patient.invented if patient else ""


@login_required
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """A laboratory sends a file for an order; a patient sends a file of their own."""
    user = _user(request)
    patient = patient_of_account(user)
    if user.role == Role.LABORATORY:
        form = LaboratoryFileForm(request.POST or None, request.FILES or None, initial=_accession(request))
        if form.is_valid():
            return _received(
                request,
                form,
                accession=form.cleaned_data["accession"],
                identifiers=form.identifiers(),
                sample=form.cleaned_data["sample"],
            )
        return _send_page(request, form)
    if patient is None:
        raise Http404
    own = FileForm(request.POST or None, request.FILES or None)
    if own.is_valid():
        return _received(request, own, patient=patient)
    return _send_page(request, own, patient=patient)


def _accession(request: HttpRequest) -> dict[str, str]:
    return {"accession": request.GET.get("accession", "")}


@login_required
@require_http_methods(["GET", "POST"])
def send_for(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """A clinician sends a file about a patient they care for."""
    user = _user(request)
    patient = _patient(user, patient_id, "upload.result_file")
    form = ClinicianFileForm(request.POST or None, request.FILES or None, user=user, patient=patient)
    if form.is_valid():
        return _received(
            request,
            form,
            patient=patient,
            order=form.cleaned_data["order"],
            identifiers=form.identifiers(),
            sample=form.cleaned_data["sample"],
        )
    return _send_page(request, form, patient=patient)


def _patient(user: User, patient_id: uuid.UUID, action: str) -> Patient:
    patient = patients_for(user).filter(pk=patient_id).first()
    if patient is None or user.role != Role.CLINICIAN:
        raise Http404
    require(user, action, patient)
    return patient


def _send_page(request: HttpRequest, form: Form, patient: Patient | None = None) -> HttpResponse:
    user = _user(request)
    context = {
        "form": form,
        "role": user.role,
        "patient": patient,
        "made_up": patient.invented if patient else "",
    }
    return render(request, "results/send.html", context, status=INVALID if form.is_bound else 200)


def _received(request: HttpRequest, form: Form, **about: Any) -> HttpResponse:
    user = _user(request)
    try:
        receipt: Receipt = actions.receive_file(user, form.cleaned_data["file"], **about)
    except NotAccepted as refusal:
        form.add_error(None, refusal.explanation)
        return _send_page(request, form, patient=about.get("patient"))
    if receipt.corrected:
        messages.success(request, _("Thank you. What you sent agrees with the order now. The file was kept once."))
    elif receipt.duplicate:
        messages.info(request, _("This file had come before. It is kept once; this is where it stands."))
    return redirect("results:file", receipt.file.pk)


@login_required
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """A clinician orders a test for a patient they care for."""
    user = _user(request)
    patient = _patient(user, patient_id, "order.test_order")
    form = OrderForm(request.POST or None)
    if form.is_valid():
        try:
            placed = actions.place_order(
                user, patient, form.cleaned_data["laboratory"], form.cleaned_data["accession"]
            )
        except NotAccepted as refusal:
            form.add_error("accession", refusal.explanation)
        else:
            messages.success(
                request, _("Ordered. Give the number %(number)s to the laboratory.") % {"number": placed.accession}
            )
            return redirect("results:files")
    context = {"form": form, "patient": patient, "made_up": patient.invented}
    return render(request, "results/order.html", context, status=INVALID if form.is_bound else 200)


@login_required
@require_GET
def file(request: HttpRequest, file_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """Where one file stands, and what there is to do."""
    user = _user(request)
    stand_in = read_for(user, patient_id)
    found = file_for(user, file_id, stand_in)
    behalf = stand_in.patient if stand_in else None
    decision = require(user, "read.result_file", found, on_behalf_of=behalf)
    log.record(
        user,
        "read.result_file",
        found,
        consent_events=decision.consent_events,
        purpose=decision.purpose,
        on_behalf_of=behalf,
    )
    return _file_page(request, found, stand_in=stand_in)


def _file_page(
    request: HttpRequest,
    found: ResultFile,
    *,
    review: ReviewForm | None = None,
    sample: SampleForm | None = None,
    correction: IdentifiersForm | None = None,
    closing: ClosingForm | None = None,
    stand_in: StandIn | None = None,
) -> HttpResponse:
    user = _user(request)
    view = present_file(user, found, stand_in)
    own = found.patient.account_id == user.pk
    context = {
        "file": found,
        "view": view,
        "own": own,
        "stand_in": stand_in,
        "role": user.role,
        "review_form": (review or ReviewForm()) if view.may_review else None,
        "sample_form": (sample or SampleForm(file=found)) if view.may_choose_sample else None,
        "correction_form": (correction or IdentifiersForm(initial=found.stated)) if view.may_correct else None,
        "closing_form": (closing or ClosingForm()) if view.may_close else None,
        "made_up": found.patient.invented,
    }
    invalid = review or sample or correction or closing
    return render(request, "results/file.html", context, status=INVALID if invalid else 200)


@login_required
@require_GET
def file_progress(request: HttpRequest, file_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """The progress alone, asked for every second while a file is read."""
    stand_in = read_for(_user(request), patient_id)
    found = file_for(request.user, file_id, stand_in)
    return render(request, "results/progress.html", {"progress": present_progress(found, stand_in)})


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def take_home(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The whole gene file, to its person alone, after they have shown again who they are."""
    user = _user(request)
    found = file_for(user, file_id)
    decision = decide(user, "download.result_file", found)
    if request.method == "POST" or decision.reason not in ("permitted", "no_consent"):
        try:
            actions.take_home(user, found)
        except Denied as denied:
            decision = denied.decision
            if decision.reason != "no_consent":
                raise
        else:
            name = f"gene-file-{found.created_at:%Y-%m-%d}{'.gz' if found.compression else '.txt'}"
            return FileResponse(found.file.open("rb"), as_attachment=True, filename=name, content_type=BINARY)
    context = {"file": found, "allowed": decision.permitted, "made_up": found.patient.invented}
    return render(request, "results/take_home.html", context, status=200 if decision.permitted else 403)


@login_required
@require_POST
def keep_private(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The patient keeps one file from everybody who helps them, or shows it to them again. One press."""
    found = file_for(request.user, file_id)
    keep = request.POST.get("keep") == "1"
    actions.keep_private(_user(request), found, keep=keep)
    told = _("Kept to yourself. People who help you cannot see it.") if keep else _("Your helpers can see it again.")
    messages.success(request, told)
    return redirect("results:file", file_id)


@login_required
@require_POST
def sample(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """Whoever sent the file says which sample is the person."""
    found = file_for(request.user, file_id)
    form = SampleForm(request.POST, file=found)
    if not form.is_valid():
        return _file_page(request, found, sample=form)
    return _done(
        request, found, lambda: stopped_files.choose_sample(_user(request), found, form.cleaned_data["sample"])
    )


@login_required
@require_POST
def review(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The care team has looked at a file that was on hold."""
    found = file_for(request.user, file_id)
    form = ReviewForm(request.POST)
    answer = request.POST.get("answer")
    if not form.is_valid() or answer not in ("accept", "refuse"):
        return _file_page(request, found, review=form)
    note = form.cleaned_data["note"]
    return _done(
        request,
        found,
        lambda: stopped_files.review_hold(_user(request), found, accept=answer == "accept", note=note),
    )


@login_required
@require_POST
def identifiers(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The sender mistyped something about the person and gives it once more."""
    found = file_for(request.user, file_id)
    form = IdentifiersForm(request.POST)
    if not form.is_valid():
        return _file_page(request, found, correction=form)
    try:
        corrected = stopped_files.correct_identifiers(_user(request), found, form.identifiers())
    except NotAccepted as refusal:
        form.add_error(None, refusal.explanation)
        return _file_page(request, found, correction=form)
    if corrected.waits_for_identifiers:
        messages.warning(request, _("This does not agree with the order either. The file stays on hold."))
    else:
        messages.success(request, _("Thank you. What you sent agrees with the order now."))
    return redirect("results:file", found.pk)


@login_required
@require_POST
def close(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The care team puts a stopped file aside, with a reason."""
    found = file_for(request.user, file_id)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _file_page(request, found, closing=form)
    return _done(request, found, lambda: stopped_files.close_file(_user(request), found, form.cleaned_data["note"]))


@login_required
@require_POST
def open_again(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """A closed file comes back to the queue."""
    found = file_for(request.user, file_id)
    return _done(request, found, lambda: stopped_files.open_file_again(_user(request), found))


@login_required
@require_POST
def again(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The care team starts a stopped file once more."""
    found = file_for(request.user, file_id)
    return _done(request, found, lambda: stopped_files.try_again(_user(request), found))


@login_required
@require_POST
def read_again(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The care team has a file read afresh, with the tables as they are now."""
    found = file_for(request.user, file_id)
    return _done(request, found, lambda: stopped_files.read_again(_user(request), found))


def _done(request: HttpRequest, found: ResultFile, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotAccepted as refusal:
        messages.warning(request, refusal.explanation)
    return redirect("results:file", found.pk)
