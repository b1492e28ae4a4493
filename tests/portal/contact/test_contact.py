"""Patient and care team write to each other: sealed, told without saying what, closed to everybody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.access.notices import send_owed
from portal.contact import actions, queries
from portal.contact.errors import ContactRefused, Refusal
from portal.contact.models import Attachment, Message, Thread, ThreadKind, VisitQuestion
from portal.people.models import Patient, User
from tests.people import Clinic, allow, make_clinic

PDF = b"%PDF-1.7\nblue-heron-note\n%%EOF\n"


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def upload(content: bytes = PDF, name: str = "letter.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_patient_writes_and_the_team_answers(clinic: Clinic) -> None:
    patient, team = client(clinic.ada_user), client(clinic.counsellor)
    sent = patient.post(reverse("contact:write"), {"text": "May I take it with food?", "attached": upload()})
    thread = Thread.objects.get()
    assert sent.status_code == 302 and sent.url == reverse("contact:thread", args=[thread.pk])
    assert thread.waits_since is not None
    assert "The patient asked" in team.get("/").content.decode()
    page = team.get(reverse("contact:thread", args=[thread.pk])).content.decode()
    assert "May I take it with food?" in page and "PDF" in page
    assert Message.objects.get().read_at is not None
    team.post(reverse("contact:thread", args=[thread.pk]), {"text": "Yes, you may."})
    thread.refresh_from_db()
    assert thread.waits_since is None and queries.unread_threads(clinic.ada_user) == 1
    assert "Your care team wrote to you" in patient.get("/").content.decode()
    assert "Yes, you may." in patient.get(reverse("contact:thread", args=[thread.pk])).content.decode()
    assert queries.unread_threads(clinic.ada_user) == 0
    assert AccessEvent.objects.filter(action="write.message", patient=clinic.ada).count() == 2


def test_mail_says_that_there_is_news_and_nothing_else(clinic: Clinic) -> None:
    allow(clinic.ada, "contact.email")
    actions.write(clinic.clinician, clinic.ada, "Your clopidogrel needs a change.")
    assert send_owed() == 1
    (letter,) = mail.outbox
    assert "clopidogrel" not in letter.body + letter.subject and "Sign in to" in letter.body
    assert "message from" not in letter.body.lower()


@pytest.mark.parametrize("who", ["ben_user", "other_clinician", "researcher", "operator", "privacy_officer"])
def test_nobody_else_writes_or_reads(clinic: Clinic, who: str) -> None:
    thread = actions.write(clinic.ada_user, clinic.ada, "Hello", files=[upload()])
    user = getattr(clinic, who)
    for act in (
        lambda: actions.write(user, clinic.ada, "Hello"),
        lambda: actions.answer(user, thread, "Hello"),
        lambda: actions.open_thread(user, thread),
        lambda: actions.take(user, Attachment.objects.get()),
    ):
        with pytest.raises(Denied):
            act()
    assert queries.thread_for(user, thread.pk) is None
    assert queries.attachment_for(user, Attachment.objects.get().pk) is None


def test_nobody_reads_messages_before_it_is_sure_who_they_are(clinic: Clinic) -> None:
    actions.write(clinic.clinician, clinic.ada, "Hello")
    Patient.objects.filter(pk=clinic.ada.pk).update(identity_checked_at=None)
    page = client(clinic.ada_user).get(reverse("contact:threads")).content.decode()
    assert "made sure who you are" in page
    assert reverse("contact:thread", args=[Thread.objects.get().pk]) not in page
    assert client(clinic.ada_user).post(reverse("contact:write"), {"text": "Hello"}).status_code == 404


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ([upload(b"<html><script>alert(1)</script>", "x.pdf")], Refusal.UNKNOWN_FILE),
        ([upload(b"MZ\x90\x00", "x.png")], Refusal.UNKNOWN_FILE),
        ([upload(b"", "x.pdf")], Refusal.FILE_TOO_LARGE),
        ([upload(PDF + b"0" * (10 << 20))], Refusal.FILE_TOO_LARGE),
        ([upload() for _ in range(4)], Refusal.TOO_MANY_FILES),
    ],
)
def test_what_cannot_be_taken_is_refused_whole(clinic: Clinic, files: list, refusal: Refusal) -> None:
    with pytest.raises(ContactRefused) as refused:
        actions.write(clinic.ada_user, clinic.ada, "Look", files=files)
    assert refused.value.refusal is refusal
    assert not Thread.objects.exists() and not Message.objects.exists()


def test_a_refused_file_is_told_on_the_page_and_the_text_stays(clinic: Clinic) -> None:
    sent = {"text": "Look at this", "attached": upload(b"#!/bin/sh", "x.pdf")}
    answer = client(clinic.ada_user).post(reverse("contact:write"), sent)
    assert answer.status_code == 422
    assert "PDF files and pictures" in answer.content.decode() and "Look at this" in answer.content.decode()


def test_words_and_files_are_sealed_and_files_are_only_saved(clinic: Clinic) -> None:
    actions.write(clinic.ada_user, clinic.ada, "purple-otter", files=[upload()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM contact_message")
        assert b"purple-otter" not in bytes(cursor.fetchone()[0])
    attachment = Attachment.objects.get()
    assert b"blue-heron" not in (Path(settings.MEDIA_ROOT) / attachment.file.name).read_bytes()
    answer = client(clinic.clinician).get(reverse("contact:attachment", args=[attachment.pk]))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "letter" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_questions_stay_private_until_they_are_sent(clinic: Clinic) -> None:
    page = client(clinic.ada_user)
    for text in ("Why this dose?", "For how long?", "Not this one"):
        page.post(reverse("contact:questions"), {"text": text})
    dropped = next(row for row in VisitQuestion.objects.all() if row.text == "Not this one")
    page.post(reverse("contact:questions"), {"drop": str(dropped.pk)})
    assert not queries.threads(clinic.clinician).exists()
    with pytest.raises(Denied):
        actions.send_questions(clinic.clinician, clinic.ada)
    page.post(reverse("contact:questions"), {"send": "1"})
    thread = queries.threads(clinic.clinician).get()
    assert thread.kind == ThreadKind.QUESTIONS
    (message,) = queries.messages_of(thread)
    assert message.text == "1. Why this dose?\n2. For how long?"
    assert queries.open_questions(clinic.ada) == []
    assert "list is empty" in page.post(reverse("contact:questions"), {"send": "1"}, follow=True).content.decode()


def test_an_appointment_is_asked_for_in_words(clinic: Clinic) -> None:
    sent = {"how": "phone", "when": "Mornings", "why": "My new result"}
    assert client(clinic.ada_user).post(reverse("contact:appointment"), sent).status_code == 302
    (message,) = queries.messages_of(Thread.objects.get(kind=ThreadKind.APPOINTMENT))
    assert "By phone" in message.text and "Mornings" in message.text and "My new result" in message.text


def test_this_is_wrong_becomes_a_message_about_the_report(clinic: Clinic) -> None:
    address = reverse("delivery:wrong", args=[clinic.report.pk])
    page = client(clinic.ada_user)
    assert "This is wrong" in page.get(reverse("delivery:report", args=[clinic.report.pk])).content.decode()
    assert page.post(address, {"about": "-", "text": ""}).status_code == 422
    page.post(address, {"about": "-", "text": "I do not take this."})
    thread = Thread.objects.get(kind=ThreadKind.WRONG)
    assert thread.about == clinic.report.pk and thread.waits_since is not None
    assert client(clinic.clinician).get(address).status_code == 404, "only the patient says so"
    draft = reverse("delivery:wrong", args=[clinic.draft.pk])
    assert page.get(draft).status_code == 404
