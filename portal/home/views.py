"""First screens: one per role."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access.proxies import note_visit
from portal.access.queries import read_for
from portal.access.standing_in import helped_by
from portal.home import queries
from portal.home.work.queue import Chosen, Wish, work_queue
from portal.people.models import Role, User
from portal.results.presenting import explanation_for, present_row

ROWS_ON_A_PAGE = 25


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if request.method == "POST" and user.role not in (Role.CLINICIAN, Role.COUNSELLOR):
        return HttpResponseNotAllowed(["GET"])
    match user.role:
        case Role.PATIENT:
            return _patient(request, user)
        case Role.CLINICIAN | Role.COUNSELLOR:
            return _queue(request, user)
        case Role.LABORATORY:
            return _laboratory(request, user)
        case Role.OPERATOR:
            return render(
                request,
                "home/operator.html",
                {"jobs": queries.stopped_jobs(user), "overdue": queries.overdue_counts(user)},
            )
        case Role.PRIVACY_OFFICER:
            return render(request, "home/privacy_officer.html", {"waiting": queries.to_look_into(user)})
        case _:
            return render(request, "home/other.html")


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The living style page: every component, made of made-up content."""
    return render(request, "style/index.html")


def _patient(request: HttpRequest, user: User) -> HttpResponse:
    found = queries.patient_home(user)
    helped = helped_by(user)
    if found is None:
        return render(request, "home/other.html", {"helped": helped})
    return render(request, "home/patient.html", {"home": found, "helped": helped, "made_up": found.patient.invented})


@login_required
@require_GET
def helped(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The first page about somebody one reads for. Whose record it is stands in the address and on the page."""
    user = cast(User, request.user)
    stand_in = read_for(user, patient_id)
    assert stand_in is not None
    note_visit(user, stand_in)
    found = queries.helped_home(user, stand_in)
    rows = [present_row(user, file, stand_in) for file in found.files]
    context = {"home": found, "rows": rows, "stand_in": stand_in, "made_up": stand_in.patient.invented}
    return render(request, "home/helped.html", context)


def _laboratory(request: HttpRequest, user: User) -> HttpResponse:
    # The results room decides what a laboratory may be told about a file.
    rows = [(present_row(user, file), explanation_for(user, file)) for file in queries.sent_files(user)]
    return render(request, "home/laboratory.html", {"rows": rows})


def _queue(request: HttpRequest, user: User) -> HttpResponse:
    """The care team's list. Whom somebody looks for comes with the body of the request, never in the address."""
    wish = Wish.read(request.GET, request.POST.get("name", ""))
    chosen = Chosen(work_queue(user), wish)
    page = Paginator(chosen.shown, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "home/queue.html", {"chosen": chosen, "wish": wish, "page": page})
