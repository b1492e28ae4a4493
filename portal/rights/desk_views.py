"""The second person's desk: erasures, moves and deaths, and records that were kept as long as they had to be."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import log
from portal.access.step_up import step_up
from portal.people.models import Role, User
from portal.rights import leaving, life, queries, retention
from portal.rights.forms import KeepForm, LifeForm, RefusalForm, RuleForm
from portal.rights.models import ErasureStatus, LifeEvent, RetentionKind

LISTED = 50
DESK_OF = (Role.COUNSELLOR, Role.CLINICIAN, Role.PRIVACY_OFFICER)


@login_required
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    form = LifeForm(user, request.POST or None) if user.role != Role.PRIVACY_OFFICER else None
    if form is not None and form.is_valid():
        facts = form.cleaned_data
        kind = LifeEvent.Kind(facts["kind"])
        try:
            life.record(
                user, facts["patient"], kind, basis=facts["basis"], clinic=facts["clinic"], decides=facts["decides"]
            )
        except life.NotRecorded as refused:
            form.add_error(None, _WHY_NOT[refused.reason])
        else:
            messages.success(request, _("Written down. It counts when the privacy officer has confirmed it."))
            return redirect("rights:desk")
    return _page(request, user, life_form=form)


def _page(
    request: HttpRequest, user: User, *, life_form: LifeForm | None = None, rule_form: RuleForm | None = None
) -> HttpResponse:
    wishes = [
        (wish, RefusalForm(prefix=str(wish.pk)) if wish.status == ErasureStatus.ASKED else None)
        for wish in queries.erasures_for(user)[:LISTED]
    ]
    events = list(queries.life_events_for(user))
    due = [(line, KeepForm(prefix=str(line.pk))) for line in queries.due_for(user)]
    for wish, _refusal in wishes:
        log.record(user, "read.erasure", wish)
    for event in events:
        log.record(user, "read.life_event", event)
    for line, _form in due:
        log.record(user, "read.retention_due", line)
    shown = [*(wish.patient for wish, _form in wishes), *(event.patient for event in events)]
    officer = user.role == Role.PRIVACY_OFFICER
    context = {
        "wishes": wishes,
        "events": events,
        "due": due,
        "rules": queries.rules_for(user),
        "officer": officer,
        "life_form": life_form,
        "rule_form": rule_form or (RuleForm() if officer else None),
        "made_up": any(patient.made_up for patient in shown),
    }
    wrong = (life_form is not None and life_form.errors) or (rule_form is not None and rule_form.errors)
    return render(request, "rights/desk.html", context, status=422 if wrong else 200)


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """Confirm, which erases, or say why not. A page that was asked for a proof of identity comes back as GET."""
    user = _staff(request)
    wish = get_object_or_404(queries.erasures_for(user), pk=erasure_id)
    if request.method == "GET":
        return redirect("rights:desk")
    if "refuse" in request.POST:
        why = _why(RefusalForm(request.POST, prefix=str(wish.pk)))
        return _done(
            request, lambda: leaving.refuse(user, wish, why), _("Your reason is saved. The patient is told.")
        )
    return _done(request, lambda: leaving.confirm(user, wish), _("Erased. What is left is a pseudonym."))


@login_required
@require_POST
def confirm_life(request: HttpRequest, life_event_id: UUID) -> HttpResponse:
    user = _staff(request)
    event = get_object_or_404(queries.life_events_for(user), pk=life_event_id)
    return _done(request, lambda: life.confirm(user, event), _("Confirmed. It counts from now on."))


@login_required
@require_POST
def reverse_life(request: HttpRequest, life_event_id: UUID) -> HttpResponse:
    user = _staff(request)
    event = get_object_or_404(queries.life_events_for(user), pk=life_event_id)
    told = _("Taken back. Care and helpers do not begin again by themselves.")
    return _done(request, lambda: life.undo(user, event), told)


@login_required
@require_POST
def set_rule(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    if user.role != Role.PRIVACY_OFFICER:
        raise Http404
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _page(request, user, rule_form=form)
    facts = form.cleaned_data
    retention.set_rule(user, RetentionKind(facts["kind"]), years=facts["years"], law=facts["law"])
    messages.success(request, _("Saved. Records are listed when their years are over. None is destroyed by itself."))
    return redirect("rights:desk")


@login_required
@step_up
@require_http_methods(["GET", "POST"])
def retention_line(request: HttpRequest, due_id: UUID) -> HttpResponse:
    """Ask for a record to be destroyed, keep it, or confirm as the second person."""
    user = _staff(request)
    line = get_object_or_404(queries.due_for(user), pk=due_id)
    if request.method == "GET":
        return redirect("rights:desk")
    if "keep" in request.POST:
        why = _why(KeepForm(request.POST, prefix=str(line.pk)))
        return _done(request, lambda: retention.keep(user, line, why), _("It is kept for another year."))
    if "ask" in request.POST:
        told = _("Noted. A counsellor confirms it; then it is destroyed.")
        return _done(request, lambda: retention.ask(user, line), told)
    return _done(request, lambda: retention.confirm(user, line), _("Destroyed. What is left is a pseudonym."))


def _why(form: RefusalForm | KeepForm) -> str:
    """The reason that was typed; none says so when the act asks for one."""
    return form.cleaned_data["why"] if form.is_valid() else ""


def _done(request: HttpRequest, act: Callable[[], object], told: str) -> HttpResponse:
    """Do one act of this desk and come back to it with word of what became of it."""
    try:
        act()
    except (leaving.NotNow, life.NotRecorded, retention.NotDestroyed) as refused:
        messages.error(request, _WHY_NOT[refused.reason])
    else:
        messages.success(request, told)
    return redirect("rights:desk")


_WHY_NOT = {
    "too_early": gettext_lazy("The days for thinking it over are not past yet. Nothing was erased."),
    "over": gettext_lazy("This is over. Nothing was changed."),
    "same_person": gettext_lazy("You wrote it down yourself. Another person must confirm it."),
    "no_reason": gettext_lazy("Write why. Nothing was saved."),
    "basis": gettext_lazy("Please say what you have seen."),
    "clinic": gettext_lazy("Please name the new clinic."),
    "standing": gettext_lazy("This is written down already."),
    "not_due": gettext_lazy("By the rule as it is now, this record is not due. Nothing was destroyed."),
    "not_asked": gettext_lazy("The privacy officer has not asked for this. Nothing was destroyed."),
    "in_care": gettext_lazy("Somebody looks after this patient. Nothing was destroyed."),
}


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role not in DESK_OF:
        raise Http404
    return user
