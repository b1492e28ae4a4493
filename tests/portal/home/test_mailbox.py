"""In the demonstration, what the clinic would send can be read on a page; anywhere else there is no such page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client, RequestFactory
from django.utils import translation

from portal.home.demo.mailbox import letters, mailbox

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def send(folder: Path, *subjects: str) -> None:
    connection = get_connection(BACKEND, file_path=str(folder))
    for subject in subjects:
        text = f"¿Qué cambia? {'Una línea larga. ' * 60}\n\nhttps://portal.example.org/welcome/1/\n"
        EmailMessage(subject, text, "clinic@example.org", ["ines@example.org"], connection=connection).send()


def test_every_message_is_there_and_reads_as_it_was_written(tmp_path: Path) -> None:
    send(tmp_path, "Su cuenta en Riverside", "Un mensaje más")
    found = letters(tmp_path)
    assert {letter.subject for letter in found} == {"Su cuenta en Riverside", "Un mensaje más"}
    assert all(letter.to == "ines@example.org" for letter in found)
    assert all("¿Qué cambia?" in letter.text and "/welcome/1/" in letter.text for letter in found)


def test_an_empty_or_missing_folder_is_an_empty_box(tmp_path: Path) -> None:
    assert letters(tmp_path) == letters(tmp_path / "nothing") == []


def test_a_link_can_be_followed_and_markup_is_only_text(tmp_path: Path, settings: object, db: None) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)  # type: ignore[attr-defined]
    send(tmp_path, "<script>alert(1)</script>")
    request = RequestFactory().get("/mail/")
    request.user = request.csp_nonce = None  # type: ignore[attr-defined]
    with translation.override("en"):
        page = mailbox(request).content.decode()
    assert 'href="https://portal.example.org/welcome/1/"' in page
    assert "<script>alert" not in page


@pytest.mark.django_db
def test_outside_the_demonstration_there_is_no_such_page() -> None:
    assert Client().get("/mail/").status_code == 404
