"""The PDF maker reaches no network and no file, whatever stands in a name or a note, even if markup slipped through.

Each of the thirty payloads goes two ways: as somebody would type it, into a name and a note of a real report; and as
raw markup handed straight to the renderer, as if our escaping had a hole.
"""

from __future__ import annotations

import contextlib
import io
from http.client import HTTPException
from pathlib import Path

import pikepdf
import pytest

from portal.reports.compose import Person
from portal.reports.paper import paper
from portal.reports.render import _fetch, render_pdf
from tests.portal.reports.people import note, report
from tests.portal.reports.test_pdf import listener

pytestmark = pytest.mark.pure
SECRET = "the-word-in-the-file-739"
WEB, FILE = "http://127.0.0.1:{port}/{{}}", "file://{path}"
PAYLOADS = [
    *(
        pattern.replace("@", address)
        for address in (WEB, FILE)
        for pattern in (
            '<img src="@">',
            '<link rel="stylesheet" href="@">',
            '<link rel="attachment" href="@">',
            '<a rel="attachment" href="@">take</a>',
            '<style>@import "@";</style>'.replace("@import", "\0import"),
            "<style>body {{ background: url(@) }}</style>",
            '<style>p::before {{ content: url("@") }}</style>',
            '<style>\0font-face {{ font-family: x; src: url("@") }} p {{ font-family: x }}</style>',
            '<object data="@"></object>',
            '<embed src="@">',
            '<iframe src="@"></iframe>',
            '<svg xmlns="http://www.w3.org/2000/svg"><image href="@"/></svg>',
            '<svg xmlns="http://www.w3.org/2000/svg"><use href="@#x"/></svg>',
            '<base href="@"><img src="x.png">',
            '<ul style="list-style-image: url(@)"><li>x</li></ul>',
            '<p style="background-image: image-set(url(@) 1x)">x</p>',
        )
    ),
]


def filled(payload: str, port: int, path: Path) -> str:
    return payload.replace("\0", "@").replace("{port}", str(port)).replace("{path}", str(path)).replace(
        "{{}}", "x"
    ).replace("{{", "{").replace("}}", "}")  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.css"
    path.write_text(f"/* {SECRET} */ p::after {{ content: '{SECRET}' }}")
    return path


def holds_the_secret(pdf: bytes) -> bool:
    """Anywhere: in a stream, an attachment, a string."""
    with pikepdf.open(io.BytesIO(pdf)) as paper_file:
        assert not paper_file.attachments
        streams = [thing.read_bytes() for thing in paper_file.objects if isinstance(thing, pikepdf.Stream)]
    return any(SECRET.encode() in content for content in (*streams, pdf))


def test_there_are_thirty() -> None:
    assert len(set(PAYLOADS)) >= 30


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_raw_markup_that_slipped_through_reaches_nothing(number: int, secret: Path) -> None:
    with listener() as (port, knocks):
        markup = filled(PAYLOADS[number], port, secret)
        page = f"<!DOCTYPE html><html lang='en'><head><title>x</title></head><body><p>x</p>{markup}</body></html>"
        pdf = paper(page, _fetch).write_pdf()
        assert knocks == []
        assert not holds_the_secret(pdf)


def test_thirty_payloads_typed_into_a_name_and_notes_reach_nothing(secret: Path) -> None:
    with listener() as (port, knocks):
        typed = [filled(payload, port, secret) for payload in PAYLOADS]
        document = report(person=Person(typed[0][:60]), notes=tuple(note(text) for text in typed))
        pdf = render_pdf(document.to_json())
        assert knocks == []
        assert not holds_the_secret(pdf)


def test_the_trap_works(secret: Path) -> None:
    """With a renderer that fetches, the listener hears it and the secret is found."""
    from urllib.request import urlopen

    from weasyprint import HTML

    with listener() as (port, knocks):
        with contextlib.suppress(OSError, HTTPException):
            urlopen(f"http://127.0.0.1:{port}/x", timeout=5)
        assert knocks
    taken = HTML(string=f'<link rel="attachment" href="{secret.as_uri()}"><p>x</p>').write_pdf()
    with pikepdf.open(io.BytesIO(taken)) as paper_file:
        assert paper_file.attachments
