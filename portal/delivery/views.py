"""Pages of delivery: the clinician's review and signature, the patient's reports and their PDF."""

from typing import cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.access.decide import decide
from portal.access.proxies import note_visit
from portal.access.queries import read_for
from portal.access.standing_in import StandIn
from portal.delivery import actions, bodies, queries
from portal.delivery.errors import DeliveryRefused, Refusal
from portal.delivery.evidence import evidence
from portal.delivery.forms import WHOLE_REPORT, AddOptionForm, LeaveOutForm, NoteForm, SignForm
from portal.delivery.models import NoteKind
from portal.delivery.paper import large_pdf_of, pdf_name, pdf_of, pdf_ready
from portal.delivery.preview import preview
from portal.delivery.snippets import snippets
from portal.people.models import Role, User
from portal.people.queries import patient_of_account
from portal.reports.models import Report, ReportStatus
from portal.reports.queries import in_language, would_replace
from portal.reports.readability import HIGHEST_GRADE, LOWEST_EASE, Reading, measure
from portal.reports.render import render_pdf
from portal.reports.words import LANGUAGES, load
from portal.results.queries import held_beside


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _report(request: HttpRequest, report_id: UUID, *, words: bool = True, stand_in: StandIn | None = None) -> Report:
    """The report, or the same 404 for one that is unknown and one that is somebody else's."""
    report = queries.report_for(_user(request), report_id, words=words, stand_in=stand_in)
    if report is None:
        raise Http404
    return report


def _addresses(found: Report | None, stand_in: StandIn | None) -> dict[str, str]:
    """The addresses that stay with whom somebody reads for: it is said in the address, never remembered."""
    if stand_in is None:
        space, whose = "delivery:", {}
    else:
        space, whose = "delivery:for:", {"patient_id": stand_in.patient.pk}
    if found is None:
        return {"list_url": reverse(f"{space}report_list", kwargs=whose)}
    return {
        f"{name}_url": reverse(f"{space}{name}", kwargs={**whose, "report_id": found.pk})
        for name in ("report", "pdf", "large_pdf", "pdf_state")
    }


@login_required
@require_GET
def report_list(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """One's own reports, those of one's patients, or those of the person one reads for."""
    user = _user(request)
    stand_in = read_for(user, patient_id)
    own = user.role == Role.PATIENT
    if stand_in is not None:
        note_visit(user, stand_in)
    rows = queries.reports_for_patient(user, stand_in) if own else queries.recently_signed(user)
    patient = stand_in.patient if stand_in else patient_of_account(user)
    context = {
        "reports": [(report, _addresses(report, stand_in)["report_url"]) for report in rows],
        "own": own,
        "stand_in": stand_in,
        "waits": [] if stand_in else [one.report.pk for one in queries.waiting(user)],
        "made_up": patient.invented if patient else "",
    }
    return render(request, "delivery/report_list.html", context)


@login_required
@require_GET
def report(request: HttpRequest, report_id: UUID, patient_id: UUID | None = None) -> HttpResponse:
    """The released report as its patient reads it; the care team and who reads for the patient see the same page."""
    stand_in = read_for(_user(request), patient_id)
    found = _report(request, report_id, words=not bodies.is_held(report_id), stand_in=stand_in)
    if found.signed_at is None:
        return redirect("delivery:review", report_id)
    try:
        actions.read(_user(request), found, on_behalf_of=stand_in.patient if stand_in else None)
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    own = found.patient.account_id == _user(request).pk
    withdrawn = found.status == ReportStatus.WITHDRAWN
    context = {
        "report": found,
        "withdrawn": withdrawn,
        # What was taken back is never shown as if it still held: first why and whom to ask, the old words on request.
        "body": "" if withdrawn and "old" not in request.GET else bodies.body(found),
        "own": own,
        "stand_in": stand_in,
        "pdf_ready": pdf_ready(found),
        "newer_is_open": found.replaced_by is not None and queries.is_open(found.replaced_by),
        "earlier": queries.earlier_of(found),
        "made_up": found.patient.invented,
        **_addresses(found, stand_in),
    }
    return render(request, "delivery/report.html", context)


@login_required
@require_GET
def report_pdf(request: HttpRequest, report_id: UUID, patient_id: UUID | None = None) -> HttpResponse | FileResponse:
    """The signed PDF. Its file name says nothing about health."""
    user = _user(request)
    stand_in = read_for(user, patient_id)
    behalf = stand_in.patient if stand_in else None
    found = _report(request, report_id, words=False, stand_in=stand_in)
    if found.signed_at is None:
        raise Http404
    try:
        actions.permitted(user, "download.report", found, behalf)
        if not pdf_ready(found):
            context = {
                "report": found,
                "pdf_ready": False,
                "stand_in": stand_in,
                "made_up": found.patient.invented,
                **_addresses(found, stand_in),
            }
            return render(request, "delivery/pdf_waiting.html", context, status=202)
        actions.read(user, found, action="download.report", on_behalf_of=behalf)
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    return FileResponse(pdf_of(found), as_attachment=True, filename=pdf_name(found), content_type="application/pdf")


@login_required
@require_GET
def large_pdf(request: HttpRequest, report_id: UUID, patient_id: UUID | None = None) -> HttpResponse | FileResponse:
    """The signed report in large print, taken away like the PDF: made from the same words when it is asked for."""
    user = _user(request)
    stand_in = read_for(user, patient_id)
    found = _report(request, report_id, stand_in=stand_in)
    if found.signed_at is None:
        raise Http404
    try:
        actions.read(user, found, action="download.report", on_behalf_of=stand_in.patient if stand_in else None)
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    made = large_pdf_of(found)
    return FileResponse(made, as_attachment=True, filename=pdf_name(found, "-large"), content_type="application/pdf")


@login_required
@require_GET
def pdf_state(request: HttpRequest, report_id: UUID, patient_id: UUID | None = None) -> HttpResponse:
    """The button to take the PDF away, or word that it is still being made. Asked for again and again by htmx."""
    stand_in = read_for(_user(request), patient_id)
    behalf = stand_in.patient if stand_in else None
    found = _report(request, report_id, words=False, stand_in=stand_in)
    allowed = decide(_user(request), "download.report", found, on_behalf_of=behalf)
    if found.signed_at is None or not allowed:
        raise Http404
    context = {"report": found, "pdf_ready": pdf_ready(found), **_addresses(found, stand_in)}
    return render(request, "delivery/_pdf.html", context)


@login_required
@require_POST
def keep_private(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The patient keeps one report from everybody who helps them, or shows it to them again. One press, no trace."""
    found = _report(request, report_id, words=False)
    keep = request.POST.get("keep") == "1"
    try:
        actions.keep_private(_user(request), found, keep=keep)
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    told = _("Kept to yourself. People who help you cannot see it.") if keep else _("Your helpers can see it again.")
    messages.success(request, told)
    return redirect("delivery:report", report_id)


@login_required
@require_GET
def review(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Findings, evidence, coverage and caveats beside the patient's draft; notes and the signature below."""
    found = for_review(request, report_id)
    about = request.GET.get("about", "")
    notes = queries.notes_on(found)
    place = (about, _user(request).pk, request.GET.get("kind") == NoteKind.CHANGED)
    mine = (note for note in notes if (note.about, note.author_id, note.kind == NoteKind.CHANGED) == place)
    written = next(({"text": note.text, "kind": note.kind} for note in mine), {"text": ""})
    form = NoteForm(found, initial={"about": about or WHOLE_REPORT, **written})
    shown = {"shown": actions.shown_hash(found, notes, queries.changes_of(found))}
    # A signature sent without the tick comes back here: the form says so at the box, over a fresh look at the draft.
    unticked = request.GET.get("refused") == Refusal.NOT_CHECKED
    return review_page(request, found, form, SignForm(shown) if unticked else SignForm(initial=shown))


@login_required
@require_POST
def note(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Save, replace or remove one note."""
    found = for_review(request, report_id)
    user = _user(request)
    about = request.POST.get("about", "")
    if "remove" in request.POST:
        try:
            actions.remove_annotation(user, found, about)
        except DeliveryRefused as refused:
            return back_to_review(found, refused.refusal)
        return back_to_review(found)
    form = NoteForm(found, request.POST)
    if "snippet" in request.POST or "measure" in request.POST:
        form = _started(found, request)
        sign_form = SignForm(initial={"shown": actions.shown_hash(found, queries.notes_on(found))})
        return review_page(request, found, form, sign_form)
    if not form.is_valid():
        sign_form = SignForm(initial={"shown": actions.shown_hash(found, queries.notes_on(found))})
        return review_page(request, found, form, sign_form, status=422)
    try:
        actions.annotate(user, found, *(form.cleaned_data[name] for name in ("about", "text", "kind")))
    except DeliveryRefused as refused:
        return back_to_review(found, refused.refusal)
    return back_to_review(found)


def _started(found: Report, request: HttpRequest) -> NoteForm:
    """The note as far as it is written, with a ready-made sentence added when one was chosen. Nothing is kept."""
    text, listed = request.POST.get("text", "").strip(), snippets(found.language)
    chosen = request.POST.get("snippet", "")
    if chosen.isdecimal() and int(chosen) < len(listed):
        text = f"{text} {listed[int(chosen)]}".strip()
    written = {"about": request.POST.get("about", ""), "kind": request.POST.get("kind", ""), "text": text}
    return NoteForm(found, initial=written)


@login_required
@require_POST
def grade(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """How hard the note is to read, while it is being typed. A score, never a block."""
    found = for_review(request, report_id)
    text = next((request.POST[name] for name in ("text", "words", "reason") if name in request.POST), "")
    return render(request, "delivery/_grade.html", {"reading": _reading(found, text), **limit_of(found)})


def _reading(found: Report, text: object) -> Reading | None:
    text = str(text or "").strip()[: actions.NOTE_LIMIT]
    return measure([text], load(found.language).names(), found.language) if text else None


def limit_of(found: Report) -> dict[str, object]:
    """From where on a note is easy to read, by the measure of the report's language."""
    easier_is_more = found.language == "es"
    return {"limit": LOWEST_EASE if easier_is_more else HIGHEST_GRADE, "easier_is_more": easier_is_more}


@login_required
@require_POST
def language(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The same draft in another language: made when it is not there yet, then shown."""
    found = for_review(request, report_id)
    try:
        other = actions.compose_in(_user(request), found, request.POST.get("language", ""))
    except DeliveryRefused as refused:
        return back_to_review(found, refused.refusal)
    return back_to_review(other)


@login_required
@require_POST
def sign(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Sign what was on the page, right after the signer has shown again who they are."""
    found = for_review(request, report_id)
    form = SignForm(request.POST)
    if not form.is_valid():
        return back_to_review(found, Refusal.NOT_CHECKED)
    return _sign(request, found, form.cleaned_data["shown"])


@reauthentication_required
def _sign(request: HttpRequest, found: Report, shown: str) -> HttpResponse:
    """Not before the form is whole: nobody types a password for a page that then comes back."""
    try:
        actions.sign(_user(request), found, shown)
    except DeliveryRefused as refused:
        return back_to_review(found, refused.refusal)
    return back_to_review(found)


@login_required
@require_GET
def draft_pdf(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The draft as it would look on paper, marked as a draft on every page."""
    found = for_review(request, report_id)
    if found.status != ReportStatus.DRAFT:
        raise Http404
    try:
        actions.read(_user(request), found, way="draft_pdf")
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    drafted = preview(found, queries.notes_on(found), queries.changes_of(found))
    response = HttpResponse(render_pdf(drafted), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="draft.pdf"'
    return response


def for_review(request: HttpRequest, report_id: UUID) -> Report:
    found = _report(request, report_id)
    if _user(request).role not in queries.CARE_ROLES:
        raise Http404
    return found


def _closed(request: HttpRequest, found: Report, refused: DeliveryRefused) -> HttpResponse:
    """The page that says why a report cannot be opened now."""
    context = {
        "refusal": refused.refusal.value,
        "own": found.patient.account_id == _user(request).pk,
        "made_up": found.patient.invented,
    }
    return render(request, "delivery/closed.html", context, status=403)


def back_to_review(found: Report, refusal: Refusal | None = None) -> HttpResponse:
    """Answer a sent form by sending the reader on, so that a reload never sends it twice."""
    address = reverse("delivery:review", args=[found.pk])
    if refusal is None:
        return redirect(address)
    place = "#sign" if refusal is Refusal.NOT_CHECKED else ""
    return redirect(f"{address}?{urlencode({'refused': refusal.value})}{place}")


def _spoken_here() -> str:
    """Findings and evidence are for the clinician, in the language of the page, whatever the report's is."""
    spoken = get_language() or LANGUAGES[0]
    return spoken if spoken in LANGUAGES else LANGUAGES[0]


def _named(language: str) -> str:
    """A language by its name in the language of the page; one we do not speak by its code."""
    return str(dict(settings.LANGUAGES).get(language, language)).capitalize()


def _other_languages(request: HttpRequest, found: Report) -> list[tuple[str, str, bool]]:
    """For who may have it written anew: each other language, its name, and whether the report is there in it."""
    over = found.status in (ReportStatus.REPLACED, ReportStatus.WITHDRAWN)
    if over or not decide(_user(request), "compose.report", found):
        return []
    return [
        (code, _named(code), in_language(found, code) is not None) for code in LANGUAGES if code != found.language
    ]


def review_page(
    request: HttpRequest,
    found: Report,
    note_form: NoteForm,
    sign_form: SignForm,
    status: int = 200,
    option_form: LeaveOutForm | AddOptionForm | None = None,
) -> HttpResponse:
    """The whole page; `option_form` is one that was sent and could not be taken.

    Every way onto this page is a look at the findings: permitted now and noted, a form that came back too.
    """
    try:
        actions.read(_user(request), found)
    except DeliveryRefused as refused:
        return _closed(request, found, refused)
    decision = decide(_user(request), "sign.report", found)
    is_draft = found.status == ReportStatus.DRAFT
    notes, changes = queries.notes_on(found), queries.changes_of(found)
    shown = actions.shown_hash(found, notes, changes)
    first = actions.first_signature(found, shown) if is_draft else None
    asked = request.GET.get("refused", "")
    context = {
        "report": found,
        "document": preview(found, notes, changes) if is_draft else found.document,
        "evidence": evidence(found.interpretation.result, found.document, _spoken_here()),
        "written_in": _named(found.language),
        "patient_reads": _named(found.patient.language),
        "other_languages": _other_languages(request, found),
        "replaces": would_replace(found) if is_draft else None,
        "file": found.interpretation.result_file,
        "held_beside": held_beside(_user(request), found.interpretation.result_file),
        "notes": notes,
        "note_form": note_form,
        **limit_of(found),
        "note_reading": _reading(found, note_form["text"].value()),
        "snippets": snippets(found.language),
        "changes": changes,
        "leave_out_form": option_form if isinstance(option_form, LeaveOutForm) else LeaveOutForm(found),
        "add_option_form": option_form if isinstance(option_form, AddOptionForm) else AddOptionForm(found),
        "options_open": option_form is not None,
        "needs_two": is_draft and actions.needs_two(found),
        "first": first,
        "may_sign_now": first is None or first.signed_by_id != _user(request).pk,
        "sign_form": sign_form,
        "may_sign": is_draft and decision.permitted,
        "is_draft": is_draft,
        "may_amend": _may_amend(request, found),
        "refusal": asked if asked in {refusal.value for refusal in Refusal} else "",
        "made_up": found.patient.invented,
    }
    return render(request, "delivery/review.html", context, status=status)


def _may_amend(request: HttpRequest, found: Report) -> bool:
    signed = found.status in (ReportStatus.SIGNED, ReportStatus.WITHDRAWN) and found.replaced_by_id is None
    return signed and bool(decide(_user(request), "amend.report", found))
