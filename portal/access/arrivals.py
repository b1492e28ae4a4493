"""Pages of arrival: staff register a patient, write down the identity check and invite; the patient is welcomed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import actions, arriving, log, queries
from portal.access.decide import require
from portal.access.forms import IdentityCheckForm, InvitationForm, NewPatientForm, WelcomeForm
from portal.access.invitations import InvitationRefused
from portal.people.models import Patient, Role, User


@login_required
@require_http_methods(["GET", "POST"])
def patients(request: HttpRequest) -> HttpResponse:
    """The people I look after: known? invited? here? And a form for a new one."""
    user = _staff(request)
    form = NewPatientForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.register_patient(user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("record_number", _("Another patient has this record number. Check it."))
        else:
            messages.success(request, _("The patient is registered. Now make sure who it is."))
            return redirect("access:patients")
    return _page(request, user, form)


def _page(request: HttpRequest, user: User, form: NewPatientForm) -> HttpResponse:
    people = [
        (patient, IdentityCheckForm(prefix=f"i{patient.pk}"), InvitationForm(prefix=f"m{patient.pk}"))
        for patient in queries.arriving(user)
    ]
    for patient, _check, _invitation in people:
        log.record(user, "read.patient", patient)
    context = {
        "people": people,
        "unsigned": queries.without_clinician(user),
        "form": form,
        "made_up": any(patient.made_up for patient, _check, _invitation in people),
    }
    return render(request, "access/patients.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def identity(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    user, patient = _about(request, patient_id)
    form = IdentityCheckForm(request.POST, prefix=f"i{patient.pk}")
    if not form.is_valid():
        messages.error(request, _("Choose two things you compared, and the paper you saw. Nothing was saved."))
        return redirect("access:patients")
    arriving.record_identity(user, patient, **form.cleaned_data)
    messages.success(request, _("Written down. You can invite the patient now."))
    return redirect("access:patients")


@login_required
@require_POST
def invitation(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    user, patient = _about(request, patient_id)
    form = InvitationForm(request.POST, prefix=f"m{patient.pk}")
    if not form.is_valid():
        messages.error(request, _("Write the patient's own email address. Nothing was sent."))
        return redirect("access:patients")
    site = request.build_absolute_uri("/")
    try:
        _sent, code = arriving.invite_patient(user, patient, email=form.cleaned_data["email"], site=site)
    except InvitationRefused as refused:
        messages.error(request, _WHY_NOT[refused.reason])
    else:
        told = _("The link is on its way. Give this code to the patient yourself, never by mail: %(code)s")
        messages.success(request, told % {"code": code})
    return redirect("access:patients")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, welcome_id: UUID) -> HttpResponse:
    """Code and password open the account. The page looks the same for every number, known or not."""
    form = WelcomeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            arriving.accept_invitation(welcome_id, form.cleaned_data["code"], form.cleaned_data["password"])
        except InvitationRefused:
            form.add_error("code", _("This code does not fit, or the link is over. Ask the clinic for a new one."))
        else:
            messages.success(request, _("Your account is open. Sign in with your email and your new password."))
            return redirect("account_login")
    return render(request, "access/welcome.html", {"form": form}, status=422 if form.errors else 200)


_WHY_NOT = {
    "not_identified": gettext_lazy("First make sure who it is, and write it down. Nothing was sent."),
    "has_account": gettext_lazy("This patient has an account already. Nothing was sent."),
    "taken_address": gettext_lazy("This address belongs to another account. Each person needs one of their own."),
}


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role not in (Role.CLINICIAN, Role.COUNSELLOR):
        raise Http404
    return user


def _about(request: HttpRequest, patient_id: UUID) -> tuple[User, Patient]:
    user = _staff(request)
    patient = get_object_or_404(queries.arriving(user), pk=patient_id)
    require(user, "read.patient", patient)
    return user, patient
