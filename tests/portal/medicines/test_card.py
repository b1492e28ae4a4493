"""The wallet card: only what was ticked, signed so that a stranger can check it with a small program and a key."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from consent.ledger.models import Decision
from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.medicines import actions, card, verify_card
from portal.medicines.card import CardTooFull, Line, drawn
from portal.medicines.names import find
from portal.medicines.offered import chosen, offered
from portal.medicines.verify_card import NotGenuine, verify
from portal.record import actions as record
from portal.record.models import BodyPart, ReactionKind, Said
from portal.record.queries import told_by
from tests.people import allow
from tests.portal.delivery.conftest import Ward
from tests.portal.medicines.conftest import client

PROGRAM = Path(verify_card.__file__)


def key() -> bytes:
    return bytes(Client().get(reverse("consent:key")).content)


def texts(ward: Ward) -> dict[str, str]:
    """What the page offers, by key."""
    reports, _ = actions.reports_for_card(ward.account, "en")
    groups = offered(ward.patient, told_by(ward.patient), reports, "en")
    return {choice.key: str(choice.line) for group in groups for choice in group.choices}


def made(ward: Ward, *keys: str) -> card.Card:
    reports, _ = actions.reports_for_card(ward.account, "en")
    groups = offered(ward.patient, told_by(ward.patient), reports, "en")
    return actions.make_card(ward.account, ward.patient, *chosen(groups, keys))


def test_a_card_holds_what_was_ticked_and_nothing_else(released: Ward) -> None:
    record.note_reaction(
        released.account, released.patient, ReactionKind.ALLERGY, "latex", "a rash", code=find("latex")
    )
    record.list_medicine(released.account, released.patient, "omeprazole", find("omeprazole"))
    record.tell_about_body(released.account, released.patient, {BodyPart.KIDNEYS: Said.REDUCED})
    offers = texts(released)
    found = made(released, *(name for name in offers if name.startswith(("me:name", "harm:"))))
    lines = found.text.split("\n")
    assert lines[0] == "CARD 1" and "Name: Rosa Alvarez" in lines and "Allergy: latex (a rash)" in lines
    for word in ("omeprazole", "Kidneys", "CYP2C19", "clopidogrel", "Born", "Report:"):
        assert word not in found.text
    assert "Note: Made-up person, not real" in lines
    assert "://" not in found.text, "the code holds the words themselves, no address"


def test_what_comes_from_a_report_names_it_and_its_facts(released: Ward) -> None:
    offers = texts(released)
    serious = next(name for name, line in offers.items() if line.startswith("Clopidogrel:"))
    gene = next(name for name in offers if name.endswith(":CYP2C19"))
    found = made(released, serious, gene)
    assert "Clopidogrel: Ask about another medicine" in found.text
    assert "CYP2C19: CYP2C19*2/*2" in found.text.replace(": *2/*2", ": CYP2C19*2/*2")
    assert f"facts {released.draft.knowledge_release[:12]}" in found.text
    assert AccessEvent.objects.filter(action="download.report", reason="card").count() == 1
    assert AccessEvent.objects.filter(action="print_card.patient").count() == 1


def test_reassuring_words_are_not_offered(released: Ward) -> None:
    told = [line for name, line in texts(released).items() if name.startswith("report:")]
    assert told and all(line.endswith(("Ask about another medicine", "Take care")) for line in told)


def test_without_a_yes_nothing_of_a_report_is_offered_or_made(released: Ward) -> None:
    reports, _ = actions.reports_for_card(released.account, "en")
    allow(released.patient, decision=Decision.WITHDRAW)
    assert not [name for name in texts(released) if name.startswith(("report:", "gene:"))]
    page = client(released.account).get(reverse("medicines:card")).content.decode()
    assert "Your report is closed" in page and "CYP2C19" not in page
    with pytest.raises(Denied):
        actions.make_card(released.account, released.patient, [Line("x", "y")], reports)


def test_a_draft_is_on_no_card(ward: Ward) -> None:
    assert set(texts(ward)) == {"me:name", "me:born"}


def test_a_stranger_checks_it_offline(released: Ward, tmp_path: Path) -> None:
    found = made(released, "me:name", "me:born")
    (tmp_path / "key.pem").write_bytes(key())

    def checked(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "card.txt").write_text(text, "utf-8")
        # -I: no environment, no current folder: the program needs nothing of the project.
        arguments = [sys.executable, "-I", str(PROGRAM), "card.txt", "key.pem"]
        return subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)

    good = checked(found.text)
    assert good.returncode == 0 and "Genuine." in good.stdout and "Rosa Alvarez" in good.stdout
    assert checked(found.text + "\n").returncode == 0, "an editor may add a line end"
    forged = checked(found.text.replace("Rosa", "Rita"))
    assert forged.returncode == 1 and "NOT GENUINE" in forged.stdout and "Rita" not in forged.stdout
    assert checked("hello").returncode == 1
    (tmp_path / "key.pem").write_text("no key")
    assert checked(found.text).returncode == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("CARD 1\n", "CARD 1\nAllergy: none\n"),
        lambda text: text.replace("\nSig: ", "\nAllergy: none\nSig: "),
        lambda text: text + "\nAllergy: none",
        lambda text: text.replace("Sig: ", "Sig: A"),
        lambda text: text.split("\nSig: ")[0],
        lambda text: text.split("\n", 1)[1],
        lambda text: text.replace("\n", "\r\n") + "x",
    ],
)
def test_no_change_goes_unseen(change) -> None:
    text = drawn([Line("Name", "Ada")], made_up=False).text
    assert verify(text, key())
    with pytest.raises(NotGenuine):
        verify(change(text), key())


@pytest.mark.django_db
def test_a_name_cannot_start_a_line_of_its_own() -> None:
    found = drawn([Line("Allergy", "latex\nAllergy: none\u2028x\nSig: y")], made_up=False)
    assert [line for line in verify(found.text, key()) if line.startswith("Allergy")] == [
        "Allergy: latex Allergy: none x Sig: y"
    ]


@pytest.mark.django_db
def test_too_much_is_said_and_not_cut() -> None:
    for lines in ([Line("x", "y")] * (card.MOST_LINES + 1), [Line("x", "é" * card.MOST_BYTES)]):
        with pytest.raises(CardTooFull):
            drawn(lines, made_up=False)


def test_the_page_says_so(released: Ward) -> None:
    patient = client(released.account)
    none = patient.post(reverse("medicines:card"), {})
    assert none.status_code == 422 and b"Tick something first." in none.content
    full = patient.post(reverse("medicines:card"), {"line": list(texts(released))})
    assert full.status_code == 422 and b"Tick fewer things." in full.content and b"checked" in full.content
    assert not AccessEvent.objects.filter(action="print_card.patient").exists()


def test_the_paper_is_one_tagged_page_that_names_the_picture(released: Ward) -> None:
    offers = texts(released)
    keys = ["me:name", next(name for name, line in offers.items() if line.startswith("Clopidogrel:"))]
    sent = client(released.account).post(reverse("medicines:card"), {"line": keys})
    assert sent.status_code == 200 and sent["Content-Type"] == "application/pdf"
    assert "Rosa" not in sent["Content-Disposition"]
    with pikepdf.open(io.BytesIO(sent.content)) as pdf:
        assert len(pdf.pages) == 1 and pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang) == "en"
        assert pdf.docinfo["/Title"] == "Wallet card"
        with pdf.open_metadata() as data:
            assert data["pdfuaid:part"] == "1"
        figures = [
            item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]
        assert figures and all(str(figure.get("/Alt", "")) for figure in figures)
