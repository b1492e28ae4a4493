"""The clinic's own consent texts on pages: a counsellor writes a version, the privacy officer approves exactly it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from consent.desk import publishing, texts
from consent.desk.queries import newest_text
from consent.desk.text_form import TextForm
from consent.ledger.models import ConsentTemplate
from consent.ledger.scopes import UnknownScope, kind_of, kinds
from portal.access.matrix import rules_for
from portal.people.models import User


def _user(request: HttpRequest) -> User:
    """Whoever writes or approves texts; all others find nothing here."""
    user = request.user
    if isinstance(user, User) and (_may_write(user) or _may_approve(user)):
        return user
    raise Http404


def _may_write(user: User) -> bool:
    return bool(rules_for(user.role, "draft.consent_template"))


def _may_approve(user: User) -> bool:
    return bool(rules_for(user.role, "approve.consent_template"))


@login_required
@require_GET
def all_texts(request: HttpRequest) -> HttpResponse:
    """Every text people are asked with now, and the versions that wait for approval."""
    user = _user(request)
    rows = [(kind.kind, [newest_text(kind.kind, locale) for locale in texts.LOCALES]) for kind in kinds()]
    waiting = [
        (draft, texts.read(draft.scope, draft.locale, draft.content))
        for draft in ConsentTemplate.objects.filter(published_at=None).order_by("drafted_at")
    ]
    context = {"rows": rows, "waiting": waiting, "may_write": _may_write(user)}
    return render(request, "consent/texts.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def write_text(request: HttpRequest, scope: str, locale: str) -> HttpResponse:
    """A new version, beginning with the words that hold now."""
    user = _user(request)
    if not _may_write(user) or locale not in texts.LOCALES or not _is_kind(scope):
        raise Http404
    now = newest_text(scope, locale)
    form = TextForm(now.content, request.POST or None)
    if form.is_valid():
        version, material = form.cleaned_data["version"], form.cleaned_data["material"]
        try:
            draft = publishing.draft(user, scope, locale, version, form.content(), material=material)
        except publishing.NotPublishable as refused:
            form.add_error("version" if str(refused) == "version" else None, _WHY_NOT[str(refused)])
        else:
            messages.success(request, _("Written. It is shown to nobody before somebody else approves it."))
            return redirect("consent:text_draft", draft.pk)
    return render(request, "consent/write_text.html", {"form": form, "text": now})


def _is_kind(scope: str) -> bool:
    try:
        return kind_of(scope).kind == scope
    except UnknownScope:
        return False


_WHY_NOT = {
    "incomplete": gettext_lazy("A part of the text is missing."),
    "questions": gettext_lazy("There must be three to five questions."),
    "version": gettext_lazy("This version is there already. Give it another number."),
    "own_text": gettext_lazy("You wrote this text yourself. Somebody else must approve it."),
    "other_words": gettext_lazy("These are not the words you read. Read them again."),
}


@login_required
@require_http_methods(["GET", "POST"])
def text_draft(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """One version, every word of it; the privacy officer publishes exactly these words."""
    user = _user(request)
    draft = get_object_or_404(ConsentTemplate, pk=template_id)
    if request.method == "POST":
        try:
            publishing.approve(user, draft, request.POST.get("shown", ""))
        except publishing.NotPublishable as refused:
            messages.error(request, str(_WHY_NOT[str(refused)]))
            return redirect("consent:text_draft", draft.pk)
        messages.success(request, _("Published. From now on nobody can change a word of it."))
        return redirect("consent:texts")
    context = {
        "draft": draft,
        "text": texts.read(draft.scope, draft.locale, draft.content),
        "may_approve": _may_approve(user) and draft.published_at is None and draft.drafted_by != user.pk,
    }
    return render(request, "consent/text_draft.html", context)
