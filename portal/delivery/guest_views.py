"""What a doctor sees with whom a patient shares a report: link and code, the page, the PDF. Nothing else, no account.

Every refusal is the same page: nobody learns whether a link was ever right, is over, or was ended.
"""

from __future__ import annotations

from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from portal.access.decide import Denied
from portal.delivery import bodies, sharing
from portal.delivery.models import Share
from portal.delivery.paper import pdf_name, pdf_of, pdf_ready

COOKIE = "shared"
"""The secret of the one browser that may read. Sent to the address of this one share only."""


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("The person who shares with you tells it to you, by phone or in person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def unlisted(view: Any) -> Any:
    """Keeps the page out of search engines."""

    @wraps(view)
    def kept_out(*arguments: Any, **named: Any) -> HttpResponseBase:
        answer: HttpResponseBase = view(*arguments, **named)
        answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return answer

    return kept_out


@unlisted
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page looks the same for every link, known or not; link and code together open it, once."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and not ratelimit.consume(request, action="open_share"):
        form.add_error(None, _("Too many tries. Wait a few minutes, then try again."))
        status = 429
    elif form.is_valid():
        found = sharing.let_in(token, form.cleaned_data["code"])
        if found is not None:
            share, secret = found
            place = reverse("shared:report", args=[share.pk])
            answer = redirect(place)
            answer.set_cookie(
                COOKIE,
                secret,
                path=place,
                expires=share.until,
                secure=request.is_secure(),
                httponly=True,
                samesite="Strict",
            )
            return answer
        form.add_error("code", _("Link and code do not open anything now. Ask the person who shared with you."))
        status = 422
    elif form.errors:
        status = 422
    return render(request, "delivery/shared_link.html", {"form": form}, status=status)


@unlisted
@require_GET
def report(request: HttpRequest, share_id: UUID) -> HttpResponse:
    try:
        share = _opened(request, share_id, "page")
    except Denied:
        return _closed(request)
    context = {
        "share": share,
        "report": share.report,
        "body": bodies.body(share.report),
        "pdf_ready": pdf_ready(share.report),
        "made_up": share.report.patient.invented,
    }
    return render(request, "delivery/shared_report.html", context)


@unlisted
@require_GET
def pdf(request: HttpRequest, share_id: UUID) -> HttpResponseBase:
    try:
        share = _opened(request, share_id, "pdf")
    except Denied:
        return _closed(request)
    if not pdf_ready(share.report):
        return redirect("shared:report", share_id)
    name = pdf_name(share.report)
    return FileResponse(pdf_of(share.report), as_attachment=True, filename=name, content_type="application/pdf")


def _opened(request: HttpRequest, share_id: UUID, way: str) -> Share:
    return sharing.opened(share_id, request.COOKIES.get(COOKIE, ""), way=way)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "delivery/shared_closed.html", status=404)
