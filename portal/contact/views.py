"""Pages of contact: threads, writing, an appointment, questions for the visit."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.access.decide import decide
from portal.contact import actions, queries
from portal.contact.attachments import CONTENT_TYPES
from portal.contact.errors import ContactRefused
from portal.contact.forms import SENTENCES, AppointmentForm, MessageForm, QuestionForm
from portal.contact.models import AttachmentKind, Thread, ThreadKind
from portal.people.models import Patient, Role, User
from portal.people.queries import patient_of_account


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_patient(request: HttpRequest) -> Patient:
    user = _user(request)
    patient = patient_of_account(user)
    if patient is None or user.role != Role.PATIENT:
        raise Http404
    return patient


def _thread(request: HttpRequest, thread_id: UUID) -> Thread:
    found = queries.thread_for(_user(request), thread_id)
    if found is None:
        raise Http404
    return found


def _refused(form: forms.Form, refused: ContactRefused, field: str = "text") -> None:
    form.add_error(field, SENTENCES[refused.refusal])


@login_required
@require_GET
def threads(request: HttpRequest) -> HttpResponse:
    """All matters, what waits for an answer first for the care team."""
    user = _user(request)
    own = user.role == Role.PATIENT
    if not own and user.role not in queries.CARE_ROLES:
        raise Http404
    context = {
        "threads": queries.threads(user),
        "waiting": queries.to_answer(user),
        "own": own,
        "may_write": decide(user, "write.message", patient_of_account(user)).permitted,
    }
    return render(request, "contact/threads.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """Begin a thread: a patient with their team, or the team with a patient."""
    if patient_id is None:
        patient = _own_patient(request)
    else:
        found = queries.writable_patient(_user(request), patient_id)
        if found is None:
            raise Http404
        patient = found
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            thread = actions.write(_user(request), patient, sent["text"], files=sent["attached"])
        except ContactRefused as refused:
            _refused(form, refused)
        else:
            messages.success(request, _("Sent."))
            return redirect("contact:thread", thread.pk)
    context = {"form": form, "to": patient if patient_id else None, "made_up": patient.invented}
    return render(request, "contact/write.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def thread(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """One matter, oldest message first, and the next one below."""
    found = _thread(request, thread_id)
    user = _user(request)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(user, found, form.cleaned_data["text"], files=form.cleaned_data["attached"])
        except ContactRefused as refused:
            _refused(form, refused)
        else:
            messages.success(request, _("Sent."))
            return redirect("contact:thread", found.pk)
    actions.open_thread(user, found)
    context = {
        "thread": found,
        "said": queries.messages_of(found),
        "form": form,
        "own": user.role == Role.PATIENT,
        "made_up": found.patient.invented,
    }
    return render(request, "contact/thread.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def attachment(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """A file that was sent along, to be saved: never shown or run by the browser, its name says nothing."""
    found = queries.attachment_for(_user(request), attachment_id)
    if found is None:
        raise Http404
    actions.take(_user(request), found)
    kind = AttachmentKind(found.kind)
    name = f"attachment-{found.message.at:%Y-%m-%d}.{kind.value}"
    answer = FileResponse(found.file.open("rb"), as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def appointment(request: HttpRequest) -> HttpResponse:
    """Ask for a talk."""
    patient = _own_patient(request)
    form = AppointmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = actions.write(_user(request), patient, form.as_text(), kind=ThreadKind.APPOINTMENT)
        except ContactRefused as refused:
            _refused(form, refused, "why")
        else:
            messages.success(request, _("Sent. Your care team answers with a day and a time."))
            return redirect("contact:thread", sent.pk)
    return render(request, "contact/appointment.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """The patient's own list for the next visit: add, take off, send."""
    patient, user = _own_patient(request), _user(request)
    form = QuestionForm()
    if request.method == "POST":
        if "drop" in request.POST:
            actions.drop_question(user, patient, request.POST["drop"])
            return redirect("contact:questions")
        if "send" in request.POST:
            return _send(request, user, patient)
        form = QuestionForm(request.POST)
        if form.is_valid():
            try:
                actions.note_question(user, patient, form.cleaned_data["text"])
            except ContactRefused as refused:
                _refused(form, refused)
            else:
                return redirect("contact:questions")
    context = {"form": form, "questions": queries.open_questions(patient)}
    return render(request, "contact/questions.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, user: User, patient: Patient) -> HttpResponse:
    try:
        sent = actions.send_questions(user, patient)
    except ContactRefused:
        messages.error(request, _("Your list is empty."))
        return redirect("contact:questions")
    messages.success(request, _("Your questions are sent."))
    return redirect("contact:thread", sent.pk)
