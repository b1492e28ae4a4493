"""The page behind an undo link: says what it takes back, and takes it back with one press. No sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal.access import addresses, recovery, undo_links
from portal.access.models import EmailChange, FactorRecovery


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """A link that is not ours, or is over, gets the same page as one that could not be used."""
    found = undo_links.opened(token)
    if found is None:
        return render(request, "access/undo.html", {"over": True}, status=404)
    kind, key = found
    if request.method == "GET":
        return render(request, "access/undo.html", {"kind": kind})
    done = False
    match kind:
        case undo_links.EMAIL:
            change = EmailChange.objects.filter(pk=key).first()
            done = change is not None and addresses.undo(change)
        case undo_links.RECOVERY:
            asked = FactorRecovery.objects.select_related("user").filter(pk=key).first()
            done = asked is not None and recovery.stop(asked)
    context = {"kind": kind, "done": done, "over": not done}
    return render(request, "access/undo.html", context, status=200 if done else 404)
