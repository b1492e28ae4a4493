"""Pages of the patient's medicines: the list, "Can I take …?", allergies, the body, the card; and the team's look.

What is typed here is sent by POST and answered on the page itself: the name of a medicine stands in no address.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from consent.desk.paper import print_pdf
from portal.medicines import actions
from portal.medicines.card import CardTooFull
from portal.medicines.forms import AskForm, BodyForm, MedicineForm, ReactionForm
from portal.medicines.names import close_to, find, medicines, name_of
from portal.medicines.offered import chosen, offered
from portal.people.models import Patient, User
from portal.record import actions as record
from portal.record import queries
from portal.record.actions import NotTaken
from portal.reports.words import LANGUAGES


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_patient(request: HttpRequest) -> Patient:
    patient = queries.own_patient(_user(request))
    if patient is None:
        raise Http404
    return patient


def _language() -> str:
    """The page's own language, where there are words for reports in it."""
    spoken = get_language() or LANGUAGES[0]
    return spoken if spoken in LANGUAGES else LANGUAGES[0]


@login_required
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The patient's own list: what they take, as they say it themselves."""
    patient, user = _own_patient(request), _user(request)
    form, close = MedicineForm(), []
    if request.method == "POST":
        if row_id := request.POST.get("stopped") or request.POST.get("wrong"):
            record.take_off(user, patient, row_id, record.WRONG if "wrong" in request.POST else record.STOPPED)
            messages.success(request, _("It is off your list."))
            return redirect("medicines:mine")
        form = MedicineForm(request.POST)
        if form.is_valid():
            typed = form.cleaned_data["name"]
            close = [] if find(typed) or "as_typed" in request.POST else close_to(typed, _language())
            if not close and _listed(user, patient, form):
                return redirect("medicines:mine")
    told = queries.told_by(patient)
    listed = [(row, medicines(_language()).get(row.code)) for row in told.medicines]
    context = {
        "form": form,
        "close": close,
        "listed": listed,
        "told": told,
        "names": medicines(_language()).values(),
        "made_up": patient.invented,
    }
    return render(request, "medicines/mine.html", context, status=422 if form.errors or close else 200)


def _listed(user: User, patient: Patient, form: MedicineForm) -> bool:
    try:
        record.list_medicine(user, patient, form.cleaned_data["name"], find(form.cleaned_data["name"]))
    except NotTaken:
        form.add_error("name", _("We could not keep this. The list may be full."))
        return False
    return True


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """“Can I take …?” The answer is on the page that comes back, and is kept nowhere."""
    patient, user = _own_patient(request), _user(request)
    form, answer = AskForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            answer = actions.ask(user, patient, form.cleaned_data["name"], _language())
        except NotTaken:
            form.add_error("name", _("We could not read this. Type the name again."))
    context = {
        "form": form if answer is None else AskForm(),
        "answer": answer,
        "names": medicines(_language()).values(),
        "made_up": patient.invented,
    }
    return render(request, "medicines/ask.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def reactions(request: HttpRequest) -> HttpResponse:
    """Allergies and bad reactions: to a medicine or to anything else."""
    patient, user = _own_patient(request), _user(request)
    form = ReactionForm()
    if request.method == "POST":
        if "wrong" in request.POST:
            record.drop_reaction(user, patient, request.POST["wrong"])
            messages.success(request, _("It is off your list."))
            return redirect("medicines:reactions")
        form = ReactionForm(request.POST)
        if form.is_valid():
            sent = form.cleaned_data
            try:
                record.note_reaction(user, patient, sent["kind"], sent["name"], sent["happened"], find(sent["name"]))
            except NotTaken:
                form.add_error("name", _("We could not keep this. The list may be full."))
            else:
                return redirect("medicines:reactions")
    told = queries.told_by(patient)
    context = {
        "form": form,
        "noted": [(row, name_of(row.code, _language()) if row.code else row.name) for row in told.reactions],
        "names": medicines(_language()).values(),
        "made_up": patient.invented,
    }
    return render(request, "medicines/reactions.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def body(request: HttpRequest) -> HttpResponse:
    """Pregnancy, kidneys, liver: three questions, each of which may stay open."""
    patient, user = _own_patient(request), _user(request)
    known = queries.told_by(patient).body
    form = BodyForm(request.POST if request.method == "POST" else None, known=known)
    if request.method == "POST" and form.is_valid():
        record.tell_about_body(user, patient, form.cleaned_data)
        messages.success(request, _("We kept your answers."))
        return redirect("medicines:mine")
    context = {"form": form, "known": known.values(), "made_up": patient.invented}
    return render(request, "medicines/body.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Choose what stands on the card; the card itself is made at the press and kept nowhere."""
    patient, user, language = _own_patient(request), _user(request), _language()
    reports, refusal = actions.reports_for_card(user, language)
    # The card is for whoever treats the person: it speaks the language of their reports, on the page already.
    with override(language):
        groups = offered(patient, queries.told_by(patient), reports, language)
    ticked, problem = request.POST.getlist("line"), ""
    if request.method == "POST":
        try:
            with override(language):
                lines, made_from = chosen(groups, ticked)
                made = actions.make_card(user, patient, lines, made_from)
        except CardTooFull:
            problem = _("This is too much for one card. Tick fewer things.") if lines else _("Tick something first.")
        else:
            key_url = request.build_absolute_uri(reverse("consent:key"))
            context = {
                "card": made,
                "key_url": key_url,
                "command": "python verify_card.py card.txt clinic-key.pem",
                "clinic_name": settings.CLINIC_NAME,
                "clinic_phone": settings.CLINIC_PHONE,
                "made_up": patient.invented,
            }
            answer = HttpResponse(
                print_pdf("medicines/card_pdf.html", context, language, style="css/card.css"),
                content_type="application/pdf",
            )
            answer["Content-Disposition"] = f'attachment; filename="card-{made.made.isoformat()}.pdf"'
            return answer
    context = {
        "groups": groups,
        "ticked": ticked,
        "card_language": language,
        "problem": problem,
        "refusal": refusal,
        "has_report": bool(reports),
        "made_up": patient.invented,
    }
    return render(request, "medicines/card.html", context, status=422 if problem else 200)


@login_required
@require_GET
def of_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """For the care team: what a patient of theirs told about medicines, allergies and their body."""
    patient = queries.patient_cared_for(_user(request), patient_id)
    if patient is None:
        raise Http404
    record.read_told(_user(request), patient)
    told = queries.told_by(patient)
    context = {
        "patient": patient,
        "told": told,
        "listed": [(row, medicines(_language()).get(row.code)) for row in told.medicines],
        "made_up": patient.invented,
    }
    return render(request, "medicines/of_patient.html", context)
