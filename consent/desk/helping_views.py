"""The last step of letting somebody help: what it means, a few questions, what would change, and one press."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consent.desk import errors, letting_help, understanding
from consent.desk.queries import current_text, passed_check, talk_needed
from consent.desk.views import auth_level, chosen_options, question_rows
from portal.access import queries
from portal.access.decide import require
from portal.access.invitations import InvitationRefused
from portal.access.step_up import step_up
from portal.people.models import User


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def let_help(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    invitation = get_object_or_404(queries.invitations_of(user), pk=invitation_id)
    patient, person = invitation.patient, invitation.accepted_by
    require(user, "confirm.proxy_invitation", invitation)
    if person is None:
        messages.error(request, _("They have not accepted yet. Nothing was changed."))
        return redirect("access:helpers")
    scope = letting_help.scopes_of(person, invitation.covers)[0]
    text = current_text(scope, patient.language)
    wrong: set[str] = set()
    chosen: dict[str, int | None] = {}
    understood = passed_check(patient, user, text) is not None
    if request.method == "POST" and not understood:
        chosen = chosen_options(request, text)
        if None in chosen.values():
            messages.error(request, _("Please answer each question. There is no penalty for a wrong answer."))
        else:
            outcome = understanding.answer(user, patient, scope, chosen)
            understood, wrong = outcome.passed, {question.id for question in outcome.wrong}
    if request.method == "POST" and understood:
        try:
            letting_help.let_help(user, invitation, auth_level=auth_level(request))
        except (InvitationRefused, errors.NotTaken):
            messages.error(request, _("This cannot be done now. Nothing was changed."))
        else:
            messages.success(request, _("They can help you from now on. You can end it at any time."))
        return redirect("access:helpers")
    task = talk_needed(patient, text.group)
    context = {
        "invitation": invitation,
        "person": person,
        "patient": patient,
        "text": text,
        "task": task,
        "questions": [] if understood or task else question_rows(text, wrong, chosen),
        "again": bool(wrong),
        "preview": letting_help.preview_of(patient, invitation),
        "made_up": patient.invented,
    }
    return render(request, "consent/let_help.html", context)
