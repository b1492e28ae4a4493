"""The patient's consent pages: what was asked, what holds, and one click to say yes, say no or take a yes back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from consent.desk import actions, texts
from consent.desk.queries import permission
from portal.access.decide import require
from portal.people.models import Patient, User
from portal.people.queries import patient_of_account


def _patient_and_user(request: HttpRequest) -> tuple[Patient, User]:
    patient = patient_of_account(request.user)
    if patient is None or not isinstance(request.user, User):
        raise Http404
    return patient, request.user


@login_required
@require_GET
def choices(request: HttpRequest) -> HttpResponse:
    patient, user = _patient_and_user(request)
    require(user, "read.consent_event", patient)
    rows = [
        {"text": texts.text(scope, patient.language), "permission": permission(patient, scope)}
        for scope in texts.scopes()
    ]
    return render(request, "consent/choices.html", {"rows": rows, "made_up": patient.made_up})


@login_required
@require_http_methods(["GET", "POST"])
def choice(request: HttpRequest, scope: str) -> HttpResponse:
    patient, user = _patient_and_user(request)
    require(user, "read.consent_event", patient)
    try:
        text = texts.text(scope, patient.language)
    except KeyError:
        raise Http404 from None
    if request.method == "POST":
        return _answer(request, user, patient, text)
    return render(
        request,
        "consent/choice.html",
        {"text": text, "permission": permission(patient, scope), "made_up": patient.made_up},
    )


def _answer(request: HttpRequest, user: User, patient: Patient, text: texts.ConsentText) -> HttpResponse:
    shown = request.POST.get("shown", "")
    try:
        match request.POST.get("answer"):
            case "yes":
                actions.give(user, patient, text.scope, locale=text.locale, shown_hash=shown)
                messages.success(request, _("Thank you. We have kept your yes. You can take it back at any time."))
            case "no":
                actions.refuse(user, patient, text.scope, locale=text.locale, shown_hash=shown)
                messages.success(request, _("We have kept your no. We will not read your file. Your care goes on."))
            case "withdraw":
                actions.withdraw(user, patient, text.scope, locale=text.locale)
                messages.success(request, _("We have stopped. Your yes no longer holds. Your care goes on."))
            case _:
                messages.error(request, _("Please choose yes or no. Nothing has changed."))
    except actions.TextHasChanged:
        messages.error(request, _("The text has changed since you opened this page. Please read it once more."))
    return redirect("consent:choice", scope=text.scope)
