"""Pages of clinicians beside the review itself: options left out or added, a new draft, taking back."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.decide import decide
from portal.delivery import actions, options, queries, recalling, telling
from portal.delivery.errors import DeliveryRefused
from portal.delivery.forms import AddOptionForm, AmendForm, LeaveOutForm, NoteForm, SignForm, WithdrawForm
from portal.delivery.models import OptionChange
from portal.delivery.views import back_to_review, for_review, limit_of, review_page
from portal.people.models import User
from portal.reports.models import Report


@login_required
@require_POST
def option(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Leave one medicine's advice out of a draft, add an option to it, or undo either."""
    found = for_review(request, report_id)
    user = cast(User, request.user)
    act = request.POST.get("act", "")
    form = AddOptionForm(found, request.POST) if act == OptionChange.Act.ADDED else LeaveOutForm(found, request.POST)
    try:
        if "undo" in request.POST:
            options.put_back(user, found, act, request.POST.get("about", ""))
        elif not form.is_valid():
            actions.permitted(user, "annotate.report", found)
            return _with_errors(request, found, form)
        elif isinstance(form, AddOptionForm):
            options.add_option(user, found, form.cleaned_data["about"], form.cleaned_data["words"])
        else:
            options.leave_out(user, found, *(form.cleaned_data[name] for name in ("about", "reason", "words")))
    except DeliveryRefused as refused:
        return back_to_review(found, refused.refusal)
    return redirect(reverse("delivery:review", args=[found.pk]) + "#options")


def _with_errors(request: HttpRequest, found: Report, form: AddOptionForm | LeaveOutForm) -> HttpResponse:
    shown = actions.shown_hash(found, queries.notes_on(found))
    return review_page(request, found, NoteForm(found), SignForm(initial={"shown": shown}), 422, form)


@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Say what has to change in a signed report; a new draft of it opens for review."""
    found = _for_clinicians(request, report_id, "amend.report")
    form = AmendForm(found, request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            draft = recalling.amend(cast(User, request.user), found, form.cleaned_data["reason"])
            return redirect("delivery:review", draft.pk)
        except DeliveryRefused as refused:
            refusal = refused.refusal.value
    return _form_page(request, "delivery/amend.html", found, form, refusal)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Say why nobody may rely on a signed report any more. Patient and holders of copies are told."""
    found = _for_clinicians(request, report_id, "withdraw.report")
    form = WithdrawForm(found, request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            recalling.withdraw(
                cast(User, request.user), found, form.cleaned_data["reason"], form.cleaned_data["words"]
            )
            return back_to_review(found)
        except DeliveryRefused as refused:
            refusal = refused.refusal.value
    return _form_page(request, "delivery/withdraw.html", found, form, refusal)


def _for_clinicians(request: HttpRequest, report_id: UUID, action: str) -> Report:
    """The report, for who may do this to it; without the patient's yes its page says so and nothing more."""
    found = for_review(request, report_id)
    decision = decide(cast(User, request.user), action, found)
    if not decision and decision.reason != "no_consent":
        raise Http404
    return found


def _form_page(
    request: HttpRequest, template: str, found: Report, form: AmendForm | WithdrawForm, refusal: str
) -> HttpResponse:
    context = {
        "report": found,
        "form": form,
        "refusal": refusal,
        **limit_of(found),
        "holders": len(telling.copy_holders(found)),
        "made_up": found.patient.invented,
    }
    return render(request, template, context, status=422 if form.errors or refusal else 200)
