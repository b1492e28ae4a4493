"""Who looked at my record: the patient's own list, and the whole log for the privacy officer."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.access import log
from portal.access.decide import require
from portal.access.presenters import line
from portal.access.queries import events_for
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
    lines = [line(event, user) for event in page]
    log.record(user, "read.access_event", patient, consent_events=decision.consent_events)
    return render(
        request,
        "access/log.html",
        {
            "lines": lines,
            "page": page,
            "everyone": everyone,
            "with_own_acts": with_own_acts,
            "made_up": patient.made_up if patient else False,
        },
    )
