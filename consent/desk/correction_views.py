"""The privacy officer strikes out an answer that was entered in error. It is never removed, and it opens nothing."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.desk import actions
from consent.desk.queries import acts_of, correctable_act, current_text, patient_to_correct
from portal.access import log
from portal.access.decide import require
from portal.access.matrix import rules_for
from portal.people.models import User

REASONS = [
    ("wrong_person", gettext_lazy("It was the wrong person's record")),
    ("wrong_answer", gettext_lazy("The answer was taken down wrongly")),
    ("trial", gettext_lazy("It was a trial")),
]


class RecordForm(forms.Form):
    """Both must fit, so that a slip of the pen opens nobody else's answers. Neither goes into an address."""

    record_number = forms.CharField(label=gettext_lazy("Record number"), max_length=30)
    birth_date = forms.DateField(label=gettext_lazy("Birth date"), widget=forms.DateInput(attrs={"type": "date"}))


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=REASONS, widget=forms.RadioSelect)


def _officer(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not rules_for(user.role, "correct.consent_event"):
        raise Http404
    return user


@login_required
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    user = _officer(request)
    form = RecordForm(request.POST or None)
    if form.is_valid():
        patient = patient_to_correct(user, form.cleaned_data["record_number"], form.cleaned_data["birth_date"])
        if patient is not None:
            return redirect("consent:corrections", patient.pk)
        form.add_error(None, _("No record has this number and this birth date. Check both and try again."))
    return render(request, "consent/find_record.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def corrections(request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
    """Every answer of one person, newest first, each struck out with one form."""
    user = _officer(request)
    patient, acts = acts_of(user, patient_id)
    if patient is None:
        raise Http404
    require(user, "read.consent_event", patient)
    log.record(user, "read.consent_event", patient)
    rows = [
        {
            "act": act,
            "text": current_text(act.scope, "en"),
            "form": None if struck_out else ReasonForm(prefix=str(act.id)),
        }
        for act, struck_out in acts
    ]
    return render(
        request, "consent/corrections.html", {"patient": patient, "rows": rows, "made_up": patient.invented}
    )


@login_required
@require_POST
def correct(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    user = _officer(request)
    found = correctable_act(user, event_id)
    if found is None:
        raise Http404
    patient, act = found
    form = ReasonForm(request.POST, prefix=str(act.id))
    if not form.is_valid():
        messages.error(request, _("Choose why. Nothing was changed."))
    else:
        actions.correct(user, act, reason=form.cleaned_data["reason"])
        messages.success(request, _("Struck out. It opens nothing any more, and the person is told and asked again."))
    return redirect("consent:corrections", patient.pk)
