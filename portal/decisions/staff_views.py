"""Pages of the care team: open a decision, its desk with the score, write one part, release it, note a call."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.decide import decide, require
from portal.decisions import actions, ipdas, queries
from portal.decisions.content import NO_CHANGE, Aid
from portal.decisions.errors import Clash, DecisionRefused
from portal.decisions.forms import PARTS, REFUSALS, OpenForm, PartForm, without
from portal.decisions.models import Decision, Edition
from portal.people.models import User
from portal.reports.gate import examine
from portal.reports.words import LANGUAGES


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _decision(request: HttpRequest, decision_id: UUID) -> Decision:
    found = queries.decision_for(_user(request), decision_id)
    if found is None or _user(request).role not in queries.CARE_ROLES:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Open a decision for a patient, out of a finding or by hand."""
    user = _user(request)
    patient = queries.patient_to_open_for(user, patient_id)
    if patient is None:
        raise Http404
    require(user, "open.decision", patient)
    found = queries.findings_to_open(patient)
    by_code = {f"{report.pk}|{medicine}": (report, medicine) for report, medicine in found}
    form = OpenForm(
        request.POST or None,
        findings=[(code, medicine.capitalize()) for code, (_report, medicine) in by_code.items()],
    )
    if request.method == "POST" and form.is_valid():
        report, medicine = by_code.get(form.cleaned_data["about"], (None, ""))
        made = actions.open_decision(user, patient, report=report, medicine=medicine)
        return redirect("decisions:show", made.pk)
    context = {"form": form, "patient": patient, "made_up": patient.invented}
    return render(request, "decisions/new.html", context, status=422 if form.errors else 200)


def desk(request: HttpRequest, decision: Decision, edition: Edition, aid: Aid) -> HttpResponse:
    """The care team's page of a decision: what it says, its score, who wrote what. The caller asked permission."""
    user = _user(request)
    context = {
        "decision": decision,
        "edition": edition,
        "aid": aid,
        "made_up": decision.patient.invented,
        "no_change": NO_CHANGE,
        "score": ipdas.score(aid),
        "reading": ipdas.reading_of(aid),
        "objections": _objections(aid),
        "history": queries.history(decision),
        "calls": queries.tasks_on(decision),
        "closed": actions.is_closed(decision),
        "may_write": decide(user, "edit.decision", decision).permitted and not actions.is_closed(decision),
        "decided": queries.joint_decisions(decision),
    }
    return render(request, "decisions/desk.html", context)


def _objections(aid: Aid) -> list[str]:
    """What the gate of the reports says to these words; told to the writer."""
    if aid.language not in LANGUAGES:
        return []
    found = examine("", aid.passages(), aid.listed_names(), aid.language)
    return [f"{objection.rule}: {objection.text}" for objection in found]


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Write one part. Two people can do it at once: what both wrote is kept, or shown to whoever comes second."""
    user, decision = _user(request), _decision(request, decision_id)
    require(user, "edit.decision", decision)
    if actions.is_closed(decision):
        raise Http404
    part, key = request.GET.get("part", "about"), request.GET.get("key", "")
    if part not in PARTS:
        raise Http404
    kind, group = PARTS[part]
    current = queries.edition_for(user, decision)
    aid = Aid.from_json(current.content)
    if part == "attestation" and key not in {answer.criterion.code for answer in ipdas.score(aid).attested}:
        raise Http404
    fresh = bool(group) and not key
    if fresh:
        key = request.POST.get("key") or get_random_string(6, "abcdefghjkmnpqrstuvwxyz")
    if request.method == "POST" and "remove" in request.POST and group:
        return _remove(request, decision, current, aid, (group, key))
    if request.method == "POST":
        number = request.POST.get("based_on", "")
        base = queries.edition_numbered(decision, int(number)) if number.isdecimal() and len(number) < 9 else None
        if base is None:
            raise Http404
        form = kind(request.POST, aid=Aid.from_json(base.content), key=key)
        if form.is_valid():
            try:
                saved = actions.save(user, decision, base.number, form.applied())
            except DecisionRefused as refused:
                form = _again(request, kind, current, key, refused)
            else:
                _tell(request, saved)
                return redirect("decisions:show", decision.pk)
    else:
        form = kind(initial={**kind.told(aid, key), "based_on": current.number}, aid=aid, key=key)
    context = {
        "form": form,
        "decision": decision,
        "part": part,
        "key": key,
        "fresh": fresh,
        "removable": not fresh
        and bool(group)
        and without(aid, group, key) is not None
        and key in getattr(aid, group),
        "made_up": decision.patient.invented,
    }
    return render(request, "decisions/edit.html", context, status=422 if form.errors else 200)


def _again(
    request: HttpRequest, kind: type[PartForm], current: Edition, key: str, refused: DecisionRefused
) -> PartForm:
    """The writer's text as it was, what stands there now said beside it; saved again, it takes its place."""
    data: Any = request.POST.copy()
    data["based_on"] = str(current.number)
    form = kind(data, aid=Aid.from_json(current.content), key=key)
    form.is_valid()
    form.add_error(None, str(REFUSALS[refused.refusal]))
    for clash in refused.clashes:
        form.add_error(None, _changed(clash, form.aid) + (f": “{clash.now}”" if clash.now else ""))
    return form


def _changed(clash: Clash, aid: Aid) -> str:
    return _("%(who)s changed meanwhile: %(place)s") % {"who": clash.who, "place": _place(aid, clash.place)}


def _place(aid: Aid, path: tuple[str, ...]) -> str:
    """Where in a decision, as the pages call it: the thing by its name, then the label of the field."""
    group, inside = path[0], path[1:]
    kind = next((form for form, named in PARTS.values() if named == group and group), None)
    if kind is None or not inside:
        labels = [form.base_fields[group].label for form, _group in PARTS.values() if group in form.base_fields]
        return str(labels[0] if labels else group)
    thing = getattr(aid, group).get(inside[0])
    names = [getattr(thing, name, "") for name in ("name", "label", "text", "title", "by")]
    field = kind.base_fields.get(inside[-1])
    return (
        " · ".join(filter(None, [*[name for name in names if name][:1], str(field.label) if field else ""])) or group
    )


def _tell(request: HttpRequest, saved: actions.Saved) -> None:
    messages.success(request, _("Saved."))
    aid = Aid.from_json(saved.edition.content)
    for who in dict.fromkeys(clash.who for clash in saved.meanwhile):
        places = "; ".join(dict.fromkeys(_place(aid, clash.place) for clash in saved.meanwhile if clash.who == who))
        said = {"who": who, "places": places}
        messages.info(request, _("%(who)s changed this meanwhile, and it is kept: %(places)s") % said)


def _remove(
    request: HttpRequest, decision: Decision, current: Edition, aid: Aid, what: tuple[str, str]
) -> HttpResponse:
    left = without(aid, *what)
    if left is None:
        messages.error(request, _("This must stay."))
    else:
        try:
            actions.save(_user(request), decision, current.number, left)
        except DecisionRefused as refused:
            messages.error(request, str(REFUSALS[refused.refusal]))
        else:
            messages.success(request, _("Taken out. Earlier editions keep it."))
    return redirect("decisions:show", decision.pk)


@login_required
@require_POST
def release(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Open the edition the clinician saw to the patient."""
    decision = _decision(request, decision_id)
    require(_user(request), "release.decision", decision)
    number = request.POST.get("number", "")
    try:
        actions.release(_user(request), decision, int(number) if number.isdecimal() and len(number) < 9 else 0)
    except DecisionRefused as refused:
        messages.error(request, str(REFUSALS[refused.refusal]))
    else:
        messages.success(request, _("Released. The patient is told that there is news."))
    return redirect("decisions:show", decision.pk)


@login_required
@require_POST
def aside(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Close a decision: the patient cannot open it any more."""
    decision = _decision(request, decision_id)
    actions.put_aside(_user(request), decision)
    messages.success(request, _("Put aside. The patient cannot open it any more."))
    return redirect("decisions:show", decision.pk)


@login_required
@require_POST
def settle(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Somebody has called."""
    task = queries.tasks_for(_user(request)).filter(pk=call_id).first()
    if task is None:
        raise Http404
    actions.settle(_user(request), task)
    messages.success(request, _("Noted that you called. The patient is asked again."))
    return redirect("decisions:list")
