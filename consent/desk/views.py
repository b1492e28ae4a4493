"""The consent pages: what was asked, what holds, and the way read → understand → decide → preview → done."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.desk import actions, capacity, errors, paper, texts, understanding
from consent.desk.effect import effect_of
from consent.desk.preview import preview
from consent.desk.queries import (
    Permission,
    about_whom,
    answer_again_by,
    current_text,
    open_check,
    open_task,
    passed_check,
    permission,
    permissions,
    scopes_for,
    talk_needed,
)
from consent.desk.receipt import public_key, receipt
from consent.ledger.fold import State
from consent.ledger.models import ConsentEvent, Decision, Reach
from consent.ledger.scopes import UnknownScope, groups
from consent.ledger.scopes import scope as scope_of
from portal.access import log
from portal.access.decide import require
from portal.people.models import Patient, User
from portal.people.queries import patient_of_account

STEPS = ("read", "understand", "decide", "preview")


@dataclass(frozen=True)
class Visit:
    """Who is on the page, about whom, and the addresses that stay with that person."""

    user: User
    patient: Patient
    for_another: bool

    def url(self, name: str, **arguments: Any) -> str:
        if self.for_another:
            return reverse(f"consent:for:{name}", kwargs={"patient_id": self.patient.pk, **arguments})
        return reverse(f"consent:{name}", kwargs=arguments)

    def note(self) -> None:
        """Somebody looks at what is allowed. Who decides for a patient leaves a line as everybody else does."""
        log.record(self.user, "read.consent_event", self.patient)

    def page(self, **context: Any) -> dict[str, Any]:
        return {"patient": self.patient, "for_another": self.for_another, "made_up": self.patient.invented, **context}


def _visit(request: HttpRequest, patient_id: uuid.UUID | None, action: str = "read.consent_event") -> Visit:
    user = request.user
    own = patient_of_account(user)
    patient = own if patient_id is None else Patient.objects.filter(pk=patient_id).first()
    if patient is None or not isinstance(user, User):
        raise Http404
    require(user, action, patient)
    if capacity.footing(user, patient) is None:
        raise Http404  # staff may see what holds, on their own desk; these pages are for who decides
    return Visit(user, patient, for_another=patient != own)


def _text(visit: Visit, scope: str) -> texts.ConsentText:
    try:
        kind = scope_of(scope)
    except UnknownScope:
        raise Http404 from None
    if kind.for_whom and (kind.for_whom == "child") != capacity.is_child(visit.patient):
        raise Http404
    return current_text(scope, visit.patient.language)


def _asked_here(scope: str) -> bool:
    """Whether these pages take an answer; a yes that is given on a page of its own is only taken back here."""
    kind = scope_of(scope)
    return kind.can_be_switched and not kind.asked_elsewhere


def _steps(visit: Visit, text: texts.ConsentText, now: str) -> list[dict[str, str]]:
    labels = {"read": _("Read"), "understand": _("Understand"), "decide": _("Decide"), "preview": _("Look and save")}
    place = STEPS.index(now)
    urls = {"read": visit.url("choice", scope=text.scope)}
    return [
        {
            "label": labels[step],
            "state": "current" if number == place else "done" if number < place else "todo",
            "url": urls.get(step, "") if number < place else "",
        }
        for number, step in enumerate(STEPS)
    ]


def auth_level(request: HttpRequest) -> str:
    """How surely the signer is known: the ways they signed in with, as the session remembers them."""
    used = {method.get("method", "") for method in request.session.get("account_authentication_methods", [])}
    return "+".join(sorted(filter(None, used)))[:20] or "session"


@login_required
@require_GET
def choices(request: HttpRequest, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    visit.note()
    child = capacity.is_child(visit.patient)
    codes = scopes_for(visit.patient, child=child)
    held = permissions(visit.patient, codes)
    language = visit.patient.language
    grouped = [
        {
            "name": texts.group_name(group, language),
            "rows": [_row(visit, code, held[code]) for code in codes if scope_of(code).group == group],
        }
        for group in groups()
    ]
    others = [
        {"name": patient.full_name, "url": reverse("consent:for:choices", args=[patient.pk])}
        for patient in capacity.represented_by(visit.user, timezone.now())
        if patient != visit.patient
    ]
    context = visit.page(groups=[group for group in grouped if group["rows"]], others=others)
    return render(request, "consent/choices.html", context)


def _row(visit: Visit, code: str, held: Permission) -> dict[str, Any]:
    return {
        "text": current_text(code, visit.patient.language),
        "scope": scope_of(code),
        "about": about_whom(visit.patient, code),
        "permission": held,
        "again_by": answer_again_by(held),
        "url": visit.url("choice", scope=code),
    }


@login_required
@require_http_methods(["GET", "POST"])
def choice(request: HttpRequest, scope: str, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """Step one: the text, and what holds now. A yes can be taken back right here, with one click."""
    visit = _visit(request, patient_id)
    text = _text(visit, scope)
    if request.method == "POST":
        return _withdraw(request, visit, text)
    held = permission(visit.patient, scope)
    if held.state is not State.NOT_ASKED or actions.show(visit.user, visit.patient, scope) is None:
        visit.note()
    task = talk_needed(visit.patient, text.group)
    again_by = answer_again_by(held)
    context = visit.page(
        text=text,
        scope=scope_of(scope),
        about=about_whom(visit.patient, scope),
        permission=held,
        again_by=again_by,
        asks=(not held.permitted or again_by is not None) and _asked_here(scope),
        task=None if held.permitted else task,
        talk_asked=open_task(visit.patient, scope) is not None,
        steps=_steps(visit, text, "read"),
        understood=passed_check(visit.patient, visit.user, text) is not None,
        understand_url=visit.url("understand", scope=scope),
        decide_url=visit.url("decide", scope=scope),
        talk_url=visit.url("talk", scope=scope),
        choices_url=visit.url("choices"),
        loses=preview(visit.patient, scope, yes=False) if held.permitted else None,
        reaches=[Reach.NO_CONTACT, Reach.NO_ACCESS, Reach.NO_USE, Reach.ERASE],
        **_papers(visit, held),
    )
    return render(request, "consent/choice.html", context)


def _papers(visit: Visit, held: Permission) -> dict[str, str]:
    event = held.event
    if event is None or event.decision not in (Decision.PERMIT, Decision.DENY, Decision.WITHDRAW):
        return {}
    found = {
        "receipt_url": visit.url("receipt", event_id=event.id),
        "receipt_pdf_url": visit.url("receipt_pdf", event_id=event.id),
    }
    if event.decision == Decision.WITHDRAW:
        found["effect_url"] = visit.url("effect", event_id=event.id)
    return found


def _withdraw(request: HttpRequest, visit: Visit, text: texts.ConsentText) -> HttpResponse:
    if request.POST.get("answer") != "withdraw":
        messages.error(request, _("Please choose an answer. Nothing has changed."))
        return redirect(visit.url("choice", scope=text.scope))
    reach = request.POST.get("reach", Reach.NO_USE)
    try:
        event = actions.withdraw(
            visit.user,
            visit.patient,
            text.scope,
            reach=Reach(reach) if reach in Reach.values else Reach.NO_USE,
            auth_level=auth_level(request),
        )
    except errors.CannotBeSwitched:
        messages.error(request, _("This rests on law or care and cannot be switched off here."))
        return redirect(visit.url("choice", scope=text.scope))
    messages.success(request, _("We have stopped. Your yes no longer holds. Your care goes on."))
    return redirect(visit.url("effect", event_id=event.id))


@login_required
@require_http_methods(["GET", "POST"])
def understand(request: HttpRequest, scope: str, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """Step two: say it back. Two tries; then somebody calls."""
    visit = _visit(request, patient_id)
    text = _text(visit, scope)
    if not _asked_here(scope):
        raise Http404
    wrong: set[str] = set()
    chosen: dict[str, int | None] = {}
    if request.method == "POST":
        chosen = chosen_options(request, text)
        if None in chosen.values():
            messages.error(request, _("Please answer each question. There is no penalty for a wrong answer."))
        else:
            outcome = understanding.answer(visit.user, visit.patient, scope, chosen)
            if outcome.passed:
                return redirect(visit.url("decide", scope=scope))
            if outcome.task is not None:
                return redirect(visit.url("choice", scope=scope))
            wrong = {question.id for question in outcome.wrong}
    elif talk_needed(visit.patient, text.group) is not None:
        return redirect(visit.url("choice", scope=scope))
    elif passed_check(visit.patient, visit.user, text) is not None:
        return redirect(visit.url("decide", scope=scope))
    else:
        begun = open_check(visit.patient, visit.user, text)
        wrong = set(begun.tries[-1]) if begun else set()
    context = visit.page(
        text=text,
        questions=question_rows(text, wrong, chosen),
        again=bool(wrong),
        steps=_steps(visit, text, "understand"),
        choice_url=visit.url("choice", scope=scope),
        decide_url=visit.url("decide", scope=scope),
    )
    return render(request, "consent/understand.html", context)


def chosen_options(request: HttpRequest, text: texts.ConsentText) -> dict[str, int | None]:
    """Which option was chosen for each question; None where none was."""
    return {question.id: _number(request.POST.get(question.id)) for question in text.questions}


def question_rows(text: texts.ConsentText, wrong: set[str], chosen: dict[str, int | None]) -> list[dict[str, Any]]:
    """The questions as the page asks them."""
    return [
        {"question": question, "wrong": question.id in wrong, "chosen": chosen.get(question.id)}
        for question in text.questions
    ]


def _number(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 3 else None


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, scope: str, patient_id: uuid.UUID | None = None) -> HttpResponse:
    """Steps three and four: two equal answers; then what that answer would change, before it is kept."""
    visit = _visit(request, patient_id)
    text = _text(visit, scope)
    if not _asked_here(scope):
        raise Http404
    understood = passed_check(visit.patient, visit.user, text) is not None
    if permission(visit.patient, scope).state is State.NEEDS_COUNSELLOR:
        understood = False
    answer, keep = request.POST.get("answer"), request.POST.get("keep") == "1"
    if request.method == "POST" and answer in ("yes", "no"):
        if answer == "yes" and not understood:
            messages.info(request, _("First a few short questions, so that we know our text was clear."))
            return redirect(visit.url("understand", scope=scope))
        if keep:
            return _keep(request, visit, text, answer)
        context = visit.page(
            text=text,
            answer=answer,
            preview=preview(visit.patient, scope, yes=answer == "yes"),
            steps=_steps(visit, text, "preview"),
            decide_url=visit.url("decide", scope=scope),
        )
        return render(request, "consent/preview.html", context)
    if request.method == "POST":
        messages.error(request, _("Please choose yes or no. Nothing has changed."))
    context = visit.page(
        text=text,
        understood=understood,
        steps=_steps(visit, text, "decide"),
        choice_url=visit.url("choice", scope=scope),
        understand_url=visit.url("understand", scope=scope),
    )
    return render(request, "consent/decide.html", context)


def _keep(request: HttpRequest, visit: Visit, text: texts.ConsentText, answer: str) -> HttpResponse:
    shown, level = request.POST.get("shown", ""), auth_level(request)
    try:
        if answer == "yes":
            actions.give(visit.user, visit.patient, text.scope, shown_hash=shown, auth_level=level)
            messages.success(request, _("Thank you. We have kept your yes. You can take it back at any time."))
        else:
            actions.refuse(visit.user, visit.patient, text.scope, shown_hash=shown, auth_level=level)
            messages.success(request, _("We have kept your no. Your care goes on."))
    except errors.TextHasChanged:
        messages.error(request, _("The text has changed since you opened this page. Please read it once more."))
    except errors.NotUnderstood:
        messages.info(request, _("First a few short questions, so that we know our text was clear."))
        return redirect(visit.url("understand", scope=text.scope))
    return redirect(visit.url("choice", scope=text.scope))


@login_required
@require_POST
def talk(request: HttpRequest, scope: str, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    text = _text(visit, scope)
    understanding.ask_to_talk(visit.user, visit.patient, text.scope)
    messages.success(request, _("Someone will call you to talk it through. You can answer at any time."))
    return redirect(visit.url("choice", scope=text.scope))


def _event(visit: Visit, event_id: uuid.UUID) -> ConsentEvent:
    event = ConsentEvent.objects.filter(id=event_id, subject=visit.patient.subject).first()
    if event is None or event.decision not in (Decision.PERMIT, Decision.DENY, Decision.WITHDRAW):
        raise Http404
    return event


@login_required
@require_GET
def receipt_json(request: HttpRequest, event_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    event = _event(visit, event_id)
    visit.note()
    answer = JsonResponse(receipt(event), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return answer


@login_required
@require_GET
def receipt_pdf(request: HttpRequest, event_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    event = _event(visit, event_id)
    visit.note()
    signed = receipt(event)
    key_url = request.build_absolute_uri(reverse("consent:key"))
    context = visit.page(event=event, signed=signed, receipt=signed["receipt"], key_url=key_url)
    return _paper("consent/receipt_pdf.html", context, event.locale, "receipt.pdf")


@login_required
@require_GET
def effect(request: HttpRequest, event_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    event = _event(visit, event_id)
    visit.note()
    return render(request, "consent/effect.html", _effect(visit, event))


@login_required
@require_GET
def effect_pdf(request: HttpRequest, event_id: uuid.UUID, patient_id: uuid.UUID | None = None) -> HttpResponse:
    visit = _visit(request, patient_id)
    event = _event(visit, event_id)
    visit.note()
    return _paper("consent/effect_pdf.html", _effect(visit, event), event.locale, "effect.pdf")


def _effect(visit: Visit, event: ConsentEvent) -> dict[str, Any]:
    if event.decision == Decision.PERMIT:
        raise Http404
    return visit.page(
        event=event,
        reader=visit.user,
        effect=effect_of(visit.patient, event, timezone.now()),
        text=current_text(event.scope, visit.patient.language),
        about=about_whom(visit.patient, event.scope),
        choices_url=visit.url("choices"),
        choice_url=visit.url("choice", scope=event.scope),
        receipt_url=visit.url("receipt", event_id=event.id),
        pdf_url=visit.url("effect_pdf", event_id=event.id),
    )


def _paper(template: str, context: dict[str, Any], language: str, name: str) -> HttpResponse:
    answer = HttpResponse(paper.print_pdf(template, context, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_GET
def key(request: HttpRequest) -> HttpResponseBase:
    """The clinic's public key for receipts. Anyone may have it."""
    return HttpResponse(public_key(), content_type="application/x-pem-file")
