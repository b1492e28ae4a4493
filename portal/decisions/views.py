"""Pages of a decision: the patient's way through it, the facts in five views, the page of the visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from consent.desk.paper import print_pdf
from portal.access import log
from portal.access.decide import decide, require
from portal.contact.queries import open_questions
from portal.decisions import actions, drawing, instruments, ipdas, preparing, queries, staff_views
from portal.decisions.content import LISTS, MOST_ITEMS, Aid
from portal.decisions.errors import DecisionRefused, Refusal
from portal.decisions.facts import VIEWS, Row, rows
from portal.decisions.forms import LABELS, REFUSALS, AnswersForm, JointForm, OwnWordsForm, RoleForm
from portal.decisions.models import Decision, Edition, Preparation
from portal.people.models import Role, User

STEP_VIEWS = {"what": "show", "facts": "facts", "matters": "matters", "ready": "ready", "end": "end"}


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@dataclass(frozen=True)
class Opened:
    """A decision somebody opened: what they read of it."""

    decision: Decision
    edition: Edition
    aid: Aid
    own: bool


class Closed(Exception):
    """It was put aside, or the report behind it was taken back; the page says so and shows nothing of it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


def opened(request: HttpRequest, decision_id: UUID, *, patient_only: bool = False) -> Opened:
    """The decision, or the same 404 for one that is unknown, closed to the asker, and somebody else's."""
    user = _user(request)
    found = queries.decision_for(user, decision_id)
    own = user.role == Role.PATIENT
    if found is None or (patient_only and not own):
        raise Http404
    permission = require(user, "read.decision", found)
    log.record(user, "read.decision", found, consent_events=permission.consent_events)
    if own and actions.is_closed(found):
        raise Closed(found)
    edition = queries.edition_for(user, found)
    return Opened(found, edition, Aid.from_json(edition.content), own)


def steps(decision: Decision, current: str) -> list[dict[str, str]]:
    """The way through: where one is, what lies behind."""
    labels = {
        "what": _("What it is about"),
        "facts": _("The facts"),
        "matters": _("What matters to me"),
        "ready": _("Am I ready?"),
        "end": _("For our talk"),
    }
    at = ipdas.STEPS.index(current)
    return [
        {
            "label": labels[step],
            "url": "" if step == current else reverse(f"decisions:{STEP_VIEWS[step]}", args=[decision.pk]),
            "state": "current" if step == current else "done" if number < at else "todo",
        }
        for number, step in enumerate(ipdas.STEPS)
    ]


def _page(request: HttpRequest, name: str, it: Opened, context: dict[str, Any], form: Any = None) -> HttpResponse:
    facts = {
        "decision": it.decision,
        "aid": it.aid,
        "edition": it.edition,
        "own": it.own,
        "made_up": it.decision.patient.invented,
        "replaced": it.decision.report is not None and it.decision.report.replaced_by_id is not None,
        "other_language": it.aid.language != translation.get_language(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, f"decisions/{name}.html", facts | context, status=status)


def _closed(request: HttpRequest, closed: Closed) -> HttpResponse:
    context = {"made_up": closed.decision.patient.invented, "decision": closed.decision}
    return render(request, "decisions/closed.html", context)


def told(aid: Aid) -> list[Row]:
    """The rows in the language of the decision."""
    with translation.override(aid.language):
        return rows(aid)


def side_by_side(aid: Aid) -> list[dict[str, Any]]:
    """The same heads for every option, in one order."""
    found = []
    for what in LISTS:
        cells = [option.points(what) for option in aid.options.values()]
        if any(cells):
            found.append({"label": LABELS[what], "cells": cells})
    return found


@login_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All decisions of the asker's; for the care team the calls that are due on top."""
    user = _user(request)
    own = user.role == Role.PATIENT
    if not own and user.role not in queries.CARE_ROLES:
        raise Http404
    listed = []
    for decision in queries.decisions(user):
        if decide(user, "read.decision", decision) and not (own and actions.is_closed(decision)):
            edition = queries.edition_for(user, decision)
            listed.append(
                {
                    "decision": decision,
                    "aid": Aid.from_json(edition.content),
                    "edition": edition,
                    "joint": next(iter(queries.joint_decisions(decision)), None),
                    "closed": actions.is_closed(decision),
                }
            )
            log.record(user, "read.decision", decision, reason="listed")
    context = {
        "listed": listed,
        "own": own,
        "calls": queries.tasks_for(user),
        "openable": queries.openable(user),
        "made_up": user.patient.invented if own and hasattr(user, "patient") else "",
    }
    return render(request, "decisions/list.html", context)


@login_required
@require_GET
def show(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """The patient's first step; the care team's desk of the same decision."""
    try:
        it = opened(request, decision_id)
    except Closed as closed:
        return _closed(request, closed)
    if not it.own:
        return staff_views.desk(request, it.decision, it.edition, it.aid)
    return _page(request, "what", it, {"steps": steps(it.decision, "what"), "rows": told(it.aid)})


@login_required
@require_GET
def facts(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """The same facts, in the view that was asked for; the paper is a view of its own."""
    try:
        it = opened(request, decision_id)
    except Closed as closed:
        return _closed(request, closed)
    view = request.GET.get("view", VIEWS[0])
    if view not in VIEWS:
        raise Http404
    labels = {
        "words": _("In words"),
        "numbers": _("As a table"),
        "pictures": _("As people"),
        "bars": _("As bars"),
    }
    context = {
        "steps": steps(it.decision, "facts"),
        "view": view,
        "views": [{"code": code, "label": labels[code]} for code in VIEWS],
        "side_by_side": side_by_side(it.aid),
        **views_of(it.aid),
    }
    return _page(request, "facts", it, context)


def views_of(aid: Aid) -> dict[str, Any]:
    """Rows with their drawings: what every view, and the paper, is made from."""
    drawn = []
    with translation.override(aid.language):
        for number, row in enumerate(rows(aid), start=1):
            cells = [
                {
                    "cell": cell,
                    "count": cell.count,
                    "have": cell.have if cell.figure.known else "",
                    "have_not": cell.have_not if cell.figure.known else "",
                    "sure": cell.sure,
                    "words": cell.words,
                    "people": drawing.people(cell, f"people-{number}-{place}") if cell.figure.known else "",
                    "bar": drawing.bar(cell, f"bar-{number}-{place}") if cell.figure.known else "",
                }
                for place, cell in enumerate(row.cells, start=1)
            ]
            drawn.append({"outcome": row.outcome, "known": row.known, "cells": cells})
    return {"rows": drawn, "sources": list(aid.sources.values())}


@login_required
@require_http_methods(["GET", "POST"])
def matters(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """What matters to me: a slider for each thing, things of my own, and the part I want in the decision."""
    try:
        it = opened(request, decision_id, patient_only=True)
    except Closed as closed:
        return _closed(request, closed)
    user, problem = _user(request), ""
    preparation = queries.preparation_of(it.decision)
    if request.method == "POST":
        try:
            if "drop" in request.POST:
                preparing.drop_own(user, it.decision, request.POST["drop"])
                return redirect("decisions:matters", it.decision.pk)
            weights = {
                name.removeprefix("weight-"): int(str(said))
                for name, said in request.POST.items()
                if name.startswith("weight-") and str(said).isdecimal() and len(said) < 4
            }
            preparing.say_what_matters(user, it.decision, it.aid, weights, request.POST.get("own", ""))
            if request.POST.get("role"):
                preparing.choose_role(user, it.decision, request.POST["role"])
        except DecisionRefused as refused:
            problem = str(REFUSALS[refused.refusal])
        else:
            if "add" in request.POST:
                return redirect("decisions:matters", it.decision.pk)
            return redirect(reverse("decisions:matters", args=[it.decision.pk]) + "#fit")
    context = {
        "steps": steps(it.decision, "matters"),
        "matters": _in_given_order(it, preparation),
        "fit": queries.matters_of(it.aid, preparation.matters) if preparation.matters else [],
        "options": list(it.aid.options.values()),
        "full": len(it.aid.items) + len(preparation.matters.get("own", {})) >= MOST_ITEMS,
        "problem": problem,
        "typed": request.POST.get("own", ""),
        "preparation": preparation,
        "role_form": RoleForm(initial={"role": preparation.role}),
    }
    page = _page(request, "matters", it, context)
    page.status_code = 422 if problem else 200
    return page


def _in_given_order(it: Opened, preparation: Preparation) -> list[queries.Matter]:
    """For the sliders: always in the same order, so that nothing jumps while one moves them."""
    given = [*it.aid.items, *preparation.matters.get("own", {})]
    found = queries.matters_of(it.aid, preparation.matters)
    return sorted(found, key=lambda matter: given.index(matter.key))


@login_required
@require_http_methods(["GET", "POST"])
def order(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """The other way to say what matters: what most, what least, until all have their place."""
    try:
        it = opened(request, decision_id, patient_only=True)
    except Closed as closed:
        return _closed(request, closed)
    user, problem = _user(request), ""
    if request.method == "POST":
        try:
            if "again" in request.POST:
                preparing.begin_order_again(user, it.decision)
            else:
                said = request.POST
                preparing.say_most_and_least(user, it.decision, it.aid, said.get("most", ""), said.get("least", ""))
        except DecisionRefused as refused:
            problem = (
                _("Choose one thing that matters most, and another one that matters least.")
                if refused.refusal is Refusal.NOT_ANSWERED
                else str(REFUSALS[refused.refusal])
            )
        else:
            return redirect("decisions:order", it.decision.pk)
    preparation = queries.preparation_of(it.decision)
    left = preparing.things_left(it.aid, preparation.matters)
    all_matters = {matter.key: matter for matter in queries.matters_of(it.aid, preparation.matters)}
    context = {
        "steps": steps(it.decision, "matters"),
        "left": [all_matters[key] for key in left] if len(left) > 1 else [],
        "fit": list(all_matters.values()) if preparation.matters.get("most") else [],
        "options": list(it.aid.options.values()),
        "problem": problem,
    }
    page = _page(request, "order", it, context)
    page.status_code = 422 if problem else 200
    return page


@login_required
@require_http_methods(["GET", "POST"])
def ready(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """First the short questions about the facts, then the four whether one is ready."""
    try:
        it = opened(request, decision_id, patient_only=True)
    except Closed as closed:
        return _closed(request, closed)
    user = _user(request)
    preparation = queries.preparation_of(it.decision)
    understood = preparation.understood if preparation.understood.get("edition") == str(it.edition.pk) else {}
    questions = instruments.ready(translation.get_language() or "en")
    about_facts = _questions_form(it.aid, understood)
    four = _four(questions)
    if request.method == "POST":
        if "facts" in request.POST:
            about_facts = _questions_form(it.aid, understood, request.POST)
            if about_facts.is_valid():
                wrong = preparing.answer_about_facts(user, it.decision, it.edition, about_facts.cleaned_data)
                if not wrong:
                    messages.success(request, _("Yes, that is right."))
                return redirect("decisions:ready", it.decision.pk)
        elif "four" in request.POST:
            four = _four(questions, request.POST)
            if four.is_valid():
                answers = {key: said == "yes" for key, said in four.cleaned_data.items()}
                preparing.answer_ready(user, it.decision, questions.language, answers)
                return redirect("decisions:ready", it.decision.pk)
    check = queries.last_check(it.decision)
    asked_again = queries.ask_again(it.decision, check)
    context = {
        "steps": steps(it.decision, "ready"),
        "understood": understood,
        "again": [it.aid.questions[key].again for key in understood.get("wrong", []) if key in it.aid.questions],
        "gave_up": bool(understood.get("wrong")) and understood.get("tries", 0) >= preparing.TRIES,
        "about_facts": about_facts,
        "four": four,
        "questions": questions,
        "check": check,
        "ask": check is None or asked_again or "again" in request.GET or bool(four.errors),
        "asked_again": asked_again,
        "calls": queries.tasks_on(it.decision),
    }
    return _page(request, "ready", it, context, about_facts if about_facts.errors else four)


def _questions_form(aid: Aid, understood: dict[str, Any], data: Any = None) -> AnswersForm:
    asked = understood.get("wrong") or list(aid.questions)
    listed = {key: aid.questions[key] for key in asked if key in aid.questions}
    return AnswersForm(
        data,
        questions={key: question.text for key, question in listed.items()},
        choices={key: [(choice, choice) for choice in question.choices()] for key, question in listed.items()},
    )


def _four(questions: instruments.Instrument, data: Any = None) -> AnswersForm:
    with translation.override(questions.language):
        choices = [("yes", _("Yes")), ("no", _("No"))]
    return AnswersForm(data, questions=dict(questions.items), choices=dict.fromkeys(questions.items, choices))


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """What goes into the talk: what I said, my own words, my questions, the paper."""
    try:
        it = opened(request, decision_id, patient_only=True)
    except Closed as closed:
        return _closed(request, closed)
    preparation = queries.preparation_of(it.decision)
    first = {"seen": preparation.own_words, "words": preparation.own_words}
    form = OwnWordsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            preparing.say_in_own_words(_user(request), it.decision, said["words"], said["seen"])
        except DecisionRefused as refused:
            form = _clashing(form, refused, {"seen": refused.clashes[0].now} if refused.clashes else {}, "words")
        else:
            messages.success(request, _("Kept."))
            return redirect("decisions:end", it.decision.pk)
    context = {
        "steps": steps(it.decision, "end"),
        "form": form,
        "preparation": preparation,
        "fit": queries.matters_of(it.aid, preparation.matters) if preparation.matters else [],
        "options": list(it.aid.options.values()),
        "check": queries.last_check(it.decision),
        "questions": open_questions(it.decision.patient),
        "joint": next(iter(queries.joint_decisions(it.decision)), None),
        "to_rate": queries.to_rate(_user(request), it.decision),
    }
    return _page(request, "end", it, context, form)


def _clashing(form: forms.Form, refused: DecisionRefused, hidden: dict[str, Any], field: str) -> Any:
    """The same form with its text, what stands there now beside it, and made from that from now on."""
    data = form.data.copy()  # type: ignore[attr-defined]
    for name, value in hidden.items():
        data[name] = value
    again = type(form)(data)
    again.is_valid()
    again.add_error(field, str(REFUSALS[refused.refusal]))
    for clash in refused.clashes:
        again.add_error(field, _("%(who)s wrote meanwhile: “%(now)s”") % {"who": clash.who, "now": clash.now})
    return again


@login_required
@require_GET
def paper(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """The whole decision on paper, to take along. The name of the file says nothing."""
    try:
        it = opened(request, decision_id)
    except Closed as closed:
        return _closed(request, closed)
    answer = HttpResponse(paper_of(it.decision, it.edition, it.aid), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="paper-{it.edition.at:%Y-%m-%d}.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def paper_of(decision: Decision, edition: Edition, aid: Aid) -> bytes:
    """The fifth view: PDF/UA-1, in the language of the decision, with its IPDAS score."""
    with translation.override(aid.language):
        context = {
            "aid": aid,
            "edition": edition,
            "made_up": decision.patient.invented,
            "side_by_side": side_by_side(aid),
            "score": ipdas.score(aid),
            "reading": ipdas.reading_of(aid),
            "annotations": [option for option in aid.options.values() if option.annotation],
            **views_of(aid),
        }
    return print_pdf("decisions/paper_pdf.html", context, aid.language)


@login_required
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """One page for both: what matters, what is unclear, the options side by side, and what was decided."""
    try:
        it = opened(request, decision_id)
    except Closed as closed:
        return _closed(request, closed)
    user = _user(request)
    may_record = decide(user, "record.joint_decision", it.decision).permitted and not actions.is_closed(it.decision)
    preparation = queries.preparation_of(it.decision)
    decided = queries.joint_decisions(it.decision)
    released = it.edition.released_at is not None
    first = {"after": len(decided), "prepared": preparation.version, "own_words": preparation.own_words}
    form = JointForm(request.POST or None, aid=it.aid, initial=first) if may_record and released else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                actions.record(user, it.decision, **form.cleaned_data)
            except DecisionRefused as refused:
                data = request.POST.copy()
                data["after"], data["prepared"] = str(len(decided)), str(preparation.version)
                form = JointForm(data, aid=it.aid)
                form.is_valid()
                field = "own_words" if refused.clashes else None
                form.add_error(field, str(REFUSALS[refused.refusal]))
                for clash in refused.clashes:
                    said = {"who": clash.who, "now": clash.now}
                    form.add_error(field, _("%(who)s wrote meanwhile: “%(now)s”") % said)
            else:
                messages.success(request, _("Written down."))
                return redirect("decisions:visit", it.decision.pk)
    check = queries.last_check(it.decision)
    questions = instruments.ready("es" if check and check.instrument.endswith("-es") else "en")
    context = {
        "form": form,
        "released": released,
        "preparation": preparation,
        "fit": queries.matters_of(it.aid, preparation.matters) if preparation.matters else [],
        "options": list(it.aid.options.values()),
        "check": check,
        "unsure": [questions.items.get(key, key) for key, said in check.answers.items() if not said] if check else [],
        "understood": preparation.understood,
        "own_questions": open_questions(it.decision.patient) if it.own else [],
        "threads": queries.question_threads(user, it.decision),
        "calls": queries.tasks_on(it.decision),
        "decided": decided,
        "to_rate": queries.to_rate(user, it.decision),
        "side_by_side": side_by_side(it.aid),
        **views_of(it.aid),
    }
    return _page(request, "visit", it, context, form)


@login_required
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """After the visit: three questions about the talk, for the patient alone."""
    try:
        it = opened(request, decision_id, patient_only=True)
    except Closed as closed:
        return _closed(request, closed)
    joint = queries.to_rate(_user(request), it.decision)
    if joint is None:
        messages.info(request, _("There is nothing to answer here now."))
        return redirect("decisions:end", it.decision.pk)
    questions = instruments.talk(translation.get_language() or "en")
    choices = [(str(number), words) for number, words in enumerate(questions.scale)]
    form = AnswersForm(
        request.POST or None, questions=dict(questions.items), choices=dict.fromkeys(questions.items, choices)
    )
    if request.method == "POST" and form.is_valid():
        answers = {key: int(said) for key, said in form.cleaned_data.items()}
        preparing.rate(_user(request), joint, questions.language, answers)
        messages.success(request, _("Thank you."))
        return redirect("decisions:end", it.decision.pk)
    return _page(request, "talk", it, {"form": form, "questions": questions}, form)
