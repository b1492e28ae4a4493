"""Pages of helping: who helps me, whom I help, inviting, accepting. The last step is the consent desk's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import proxies, queries
from portal.access.decide import require
from portal.access.forms import CodeForm, HelperForm
from portal.access.invitations import InvitationRefused
from portal.access.standing_in import helped_by, helpers_of
from portal.access.step_up import step_up
from portal.people.models import Role, User
from portal.people.queries import patient_of_account


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def helpers(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    patient = patient_of_account(user)
    if user.role != Role.PATIENT:
        raise Http404
    form = HelperForm(request.POST or None)
    if form.is_valid():
        require(user, "invite.proxy_invitation", patient)
        assert patient is not None
        try:
            _sent, code = proxies.invite_proxy(
                user, patient, site=request.build_absolute_uri("/"), **form.cleaned_data
            )
        except InvitationRefused:
            form.add_error("email", _("This is your own address. A helper needs one of their own."))
        else:
            told = _("Tell them this code yourself, by phone or in person: %(code)s. It is shown only once.")
            messages.success(request, told % {"code": code})
            return redirect("access:helpers")
    context = {
        "form": form,
        "patient": patient,
        "helpers": helpers_of(patient) if patient else [],
        "helped": helped_by(user),
        "invitations": queries.invitations_of(user),
        "made_up": patient.invented if patient else "",
    }
    return render(request, "access/helpers.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    user = _user(request)
    invitation = get_object_or_404(queries.invitations_for(user), pk=invitation_id)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            proxies.accept(user, invitation, form.cleaned_data["code"])
        except InvitationRefused as refused:
            wrong = _("This is not the code. Ask the person to tell it to you again.")
            over = _("This invitation is over. Ask the person to send a new one.")
            form.add_error("code", wrong if refused.reason == "wrong_code" else over)
        else:
            messages.success(request, _("Thank you. They confirm it now, and then you can help."))
            return redirect("home")
    return render(request, "access/accept.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def take_back(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Somebody who was asked is not let in after all: one press, and no proof of who you are."""
    user = _user(request)
    proxies.take_back(user, get_object_or_404(queries.invitations_of(user), pk=invitation_id))
    messages.success(request, _("The invitation is taken back. Nobody was let in."))
    return redirect("access:helpers")


@login_required
@require_POST
def end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Ending takes one press, and no proof of who you are: less than giving."""
    user = _user(request)
    grant = queries.grants_of(user).filter(pk=grant_id).first() or queries.grants_to(user).filter(pk=grant_id).first()
    if grant is None:
        raise Http404
    proxies.end(user, grant)
    if grant.proxy_id == user.pk:
        messages.success(request, _("It has ended. You see nothing of their record any more."))
        return redirect("home")
    messages.success(request, _("It has ended. They see nothing any more. We do not tell them."))
    return redirect("access:helpers")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
