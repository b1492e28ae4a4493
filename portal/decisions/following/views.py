"""The patient's pages: my plan, reminders, how it goes, my diary, looking back."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.decisions.following import actions, instruments, presenting, queries
from portal.decisions.following.calendar_file import OnDay, Repeated, calendar_file
from portal.decisions.following.diary_rules import Rule, calls_for_help
from portal.decisions.following.errors import FollowRefused
from portal.decisions.following.forms import (
    BY_MAIL,
    SENTENCES,
    CheckForm,
    DiaryForm,
    InstrumentForm,
    LookBackForm,
    PlanForm,
    ReminderForm,
)
from portal.decisions.following.models import AdherenceCheck, DiaryEntry, LookBack, Plan
from portal.decisions.following.reminding import mail_allowed
from portal.decisions.models import JointDecision
from portal.people.models import Patient, User

ANSWER_OR_ASK = ["GET", "POST"]
Row = TypeVar("Row")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _patient(request: HttpRequest) -> Patient:
    return _found(queries.own_patient(_user(request)))


def _found(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row


def _choice(request: HttpRequest, joint_decision_id: UUID) -> JointDecision:
    return _found(queries.choice_for(_user(request), joint_decision_id))


def _refused(form: Form, refused: FollowRefused, field: str | None = None) -> None:
    form.add_error(field, SENTENCES[refused.refusal])


def _urgent(request: HttpRequest) -> bool:
    """Whether the words just typed cannot wait; told also when the form itself was not complete."""
    return calls_for_help(*(said for name in ("what", "note", "words") for said in request.POST.getlist(name)))


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """What was decided, the plan, how it goes, what is felt."""
    user, patient = _user(request), _patient(request)
    rows = []
    for one in queries.followed(user, patient):
        weeks = presenting.weeks(one.checks)
        answered = [presenting.looked_back(row) for row in one.answered]
        other = [check for check in one.checks if check.instrument != actions.OWN_QUESTIONS]
        rows.append((one, weeks, presenting.weeks_picture(weeks), answered, other))
    felt = [presenting.felt(symptom) for symptom in queries.symptoms(patient)]
    context = {"rows": rows, "felt": felt, "own": True, "instruments": instruments.installed(get_language() or "en")}
    return render(request, "decisions/follow_start.html", context)


@login_required
@require_http_methods(ANSWER_OR_ASK)
def plan(request: HttpRequest, joint_decision_id: UUID) -> HttpResponse:
    """The plan for one choice, in if–then form."""
    choice = _choice(request, joint_decision_id)
    standing = queries.plan_of(choice)
    form = PlanForm(standing, request.POST or None)
    newer = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_plan(_user(request), choice, **form.cleaned_data)
        except FollowRefused as refused:
            _refused(form, refused)
            newer = standing
            typed = request.POST.copy()
            typed["version"] = str(standing.version if standing else 0)
            form.data = typed
        else:
            messages.success(request, _("Your plan is saved."))
            return redirect("following:start")
    context = {"form": form, "choice": choice, "newer": newer, "standing": standing}
    return render(request, "decisions/follow_plan.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(ANSWER_OR_ASK)
def reminder(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Ask for reminders by mail."""
    found = _found(queries.plan_for(_user(request), plan_id))
    allowed = mail_allowed(found.patient)
    form = ReminderForm(allowed, request.POST or None)
    if request.method == "POST" and form.is_valid():
        by_mail = form.cleaned_data["how"] == BY_MAIL
        try:
            actions.remind(_user(request), found, form.rhythm(), by_mail=by_mail)
        except FollowRefused as refused:
            _refused(form, refused)
        else:
            if not by_mail:
                messages.success(request, _("Your time is saved. Now save the calendar file."))
                return redirect("following:reminder", found.pk)
            messages.success(request, _("We will remind you."))
            return redirect("following:start")
    context = {"form": form, "plan": found, "mail_allowed": allowed}
    return render(request, "decisions/follow_reminder.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def stop_reminder(request: HttpRequest, reminder_id: UUID) -> HttpResponse:
    found = _found(queries.reminder_for(_user(request), reminder_id))
    actions.stop_reminder(_user(request), found)
    messages.success(request, _("Stopped. This reminder does not come any more."))
    return redirect("following:start")


@login_required
@require_GET
def calendar(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The reminders and the two days to look back, as a file for a calendar. It says "Reminder" and nothing else."""
    found = _found(queries.plan_for(_user(request), plan_id))
    actions.take_calendar(_user(request), found)
    reminders, to_look_back = queries.still_to_come(found)
    events: list[Repeated | OnDay] = [Repeated(row.pk, row.when) for row in reminders]
    events += [OnDay(row.pk, timezone.localdate(row.due_at)) for row in to_look_back]
    content = calendar_file(events, _("Reminder"), timezone.now())
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="reminders.ics"'
    return answer


@login_required
@require_http_methods(ANSWER_OR_ASK)
def check(request: HttpRequest, joint_decision_id: UUID) -> HttpResponse:
    """Our own three questions about the last seven days."""
    choice = _choice(request, joint_decision_id)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = dict(form.cleaned_data)
        sent["new_problem"] = sent["new_problem"] == "yes"
        kept = actions.say_how_it_goes(_user(request), choice, **sent)
        return redirect("following:check_kept", kept.pk)
    context = {"form": form, "choice": choice, "urgent": bool(form.errors) and _urgent(request)}
    return render(request, "decisions/follow_check.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(ANSWER_OR_ASK)
def instrument(request: HttpRequest, joint_decision_id: UUID, instrument: str) -> HttpResponse:
    """A questionnaire the clinic has a licence for, with its owner's notice."""
    choice = _choice(request, joint_decision_id)
    listed = instruments.installed(get_language() or "en")
    asked = next((one for one in listed if one.name == instrument), None)
    if asked is None:  # the clinic took it away, or it is not there in this language
        return redirect("following:start")
    form = InstrumentForm(asked, request.POST or None)
    if request.method == "POST" and form.is_valid():
        kept = actions.answer_instrument(
            _user(request), choice, asked.name, form.answers(), form.cleaned_data["sent_once"]
        )
        return redirect("following:check_kept", kept.pk)
    context = {"form": form, "choice": choice, "instrument": asked}
    return render(request, "decisions/follow_check.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def check_kept(request: HttpRequest, check_id: UUID) -> HttpResponse:
    found = _found(queries.check_for(_user(request), check_id))
    own = presenting.weeks([found])
    context = {"row": found, "week": own[0] if own else None, **_asked(found)}
    return render(request, "decisions/follow_kept.html", context)


def _asked(row: AdherenceCheck | DiaryEntry | LookBack) -> dict[str, bool]:
    rules = queries.asked_team(row)
    return {"urgent": Rule.CALL_NOW in rules, "asked_team": bool(rules)}


@login_required
@require_http_methods(ANSWER_OR_ASK)
def diary(request: HttpRequest) -> HttpResponse:
    """Write down what is felt."""
    user, patient = _user(request), _patient(request)
    form = DiaryForm(queries.symptoms(patient), request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            kept = actions.note(
                user,
                patient,
                symptom=form.chosen,
                what=sent["what"],
                since=sent["since"],
                severity=form.how_bad,
                words=sent["note"],
                sent_once=sent["sent_once"],
            )
        except FollowRefused as refused:
            _refused(form, refused, "what")
        else:
            return redirect("following:entry", kept.pk)
    context = {"form": form, "urgent": bool(form.errors) and _urgent(request)}
    return render(request, "decisions/follow_diary.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """What was just written down, and what happens now."""
    found = _found(queries.entry_for(_user(request), entry_id))
    context = {"row": found, "symptom": found.symptom, **_asked(found)}
    return render(request, "decisions/follow_kept.html", context)


@login_required
@require_http_methods(ANSWER_OR_ASK)
def look_back(request: HttpRequest, look_back_id: UUID) -> HttpResponse:
    """Is it still right? Once answered, the page shows the answer."""
    found = _found(queries.look_back_for(_user(request), look_back_id))
    if found.answered_at is not None:
        context = {"row": found, "answered": [presenting.looked_back(found)], **_asked(found)}
        return render(request, "decisions/follow_kept.html", context)
    form = LookBackForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        with suppress(FollowRefused):  # sent twice: the first one counts, and is shown
            actions.look_back(
                _user(request),
                found,
                still_right=sent["still_right"],
                same_again=sent.get("same_again", ""),
                words=sent["words"],
                wants_to_talk=sent["talk"],
            )
        return redirect("following:look_back", found.pk)
    context = {"form": form, "asked": found, "urgent": bool(form.errors) and _urgent(request)}
    return render(request, "decisions/follow_look_back.html", context, status=422 if form.errors else 200)


def _wrong(request: HttpRequest, row: AdherenceCheck | DiaryEntry | LookBack) -> HttpResponse:
    actions.mark_wrong(_user(request), row)
    if row.wrong_at:
        messages.success(request, _("Marked as wrong. Your care team sees that, and it does not count any more."))
    else:
        messages.success(request, _("It counts again."))
    return redirect("following:start")


def _remove(request: HttpRequest, row: AdherenceCheck | DiaryEntry | LookBack | Plan) -> HttpResponse:
    """Ask once more, then take it away."""
    if request.method == "POST":
        actions.remove(_user(request), row)
        messages.success(request, _("It is gone."))
        return redirect("following:start")
    return render(request, "decisions/follow_remove.html", {"is_plan": isinstance(row, Plan)})


@login_required
@require_POST
def check_wrong(request: HttpRequest, check_id: UUID) -> HttpResponse:
    return _wrong(request, _found(queries.check_for(_user(request), check_id)))


@login_required
@require_POST
def entry_wrong(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    return _wrong(request, _found(queries.entry_for(_user(request), entry_id)))


@login_required
@require_POST
def look_back_wrong(request: HttpRequest, look_back_id: UUID) -> HttpResponse:
    return _wrong(request, _found(queries.look_back_for(_user(request), look_back_id)))


@login_required
@require_http_methods(ANSWER_OR_ASK)
def remove_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    return _remove(request, _found(queries.plan_for(_user(request), plan_id)))


@login_required
@require_http_methods(ANSWER_OR_ASK)
def remove_check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    return _remove(request, _found(queries.check_for(_user(request), check_id)))


@login_required
@require_http_methods(ANSWER_OR_ASK)
def remove_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    return _remove(request, _found(queries.entry_for(_user(request), entry_id)))


@login_required
@require_http_methods(ANSWER_OR_ASK)
def remove_look_back(request: HttpRequest, look_back_id: UUID) -> HttpResponse:
    return _remove(request, _found(queries.look_back_for(_user(request), look_back_id)))
