"""The receipt can be checked by a stranger offline, and tells strangers nothing that joins people up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client
from django.urls import reverse

from consent import verify_receipt
from consent.desk import actions, paper, texts
from consent.desk.receipt import pseudonym, public_key, receipt
from tests.people import Clinic, make_clinic, say_yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(consent=False)


@pytest.fixture
def client(clinic: Clinic) -> Client:
    client = Client()
    client.force_login(clinic.ada_user)
    return client


def test_a_stranger_can_check_it_offline_with_the_small_program(clinic: Clinic, client: Client, tmp_path) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    (tmp_path / "receipt.json").write_bytes(client.get(reverse("consent:receipt", args=[event.id])).content)
    (tmp_path / "key.pem").write_bytes(Client().get(reverse("consent:key")).content)
    # Copied away from the project, run without it.
    program = tmp_path / "verify_receipt.py"
    program.write_text(Path(verify_receipt.__file__).read_text())

    def run() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", str(program), "receipt.json", "key.pem"],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={},
        )  # fmt: skip
        return done.returncode, done.stdout

    code, said = run()
    assert code == 0 and said.startswith("Genuine. permit to pgx at ")
    changed = json.loads((tmp_path / "receipt.json").read_text())
    changed["receipt"]["scope"] = "research.gru"
    (tmp_path / "receipt.json").write_text(json.dumps(changed))
    code, said = run()
    assert code == 1 and said.startswith("NOT GENUINE: the signature does not fit")
    # What cannot be looked at is not called false.
    (tmp_path / "key.pem").write_text("no key")
    code, said = run()
    assert code == 2 and said.startswith("Not checked: key.pem")
    (tmp_path / "receipt.json").unlink()
    code, said = run()
    assert code == 2 and said.startswith("Not checked: receipt.json")


def test_every_change_and_every_other_key_is_found(clinic: Clinic) -> None:
    signed = receipt(say_yes(clinic.ada_user, clinic.ada))
    assert verify_receipt.verify(signed, public_key())["decision"] == "permit"
    for field in signed["receipt"]:
        changed = {**signed, "receipt": {**signed["receipt"], field: "x"}}
        with pytest.raises(verify_receipt.NotGenuine):
            verify_receipt.verify(changed, public_key())
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(verify_receipt.NotGenuine):
        verify_receipt.verify(signed, other)
    for nonsense in ({}, {"receipt": {}, "signature": "§"}, {"receipt": {}, "signature": ""}):
        with pytest.raises(verify_receipt.NotGenuine):
            verify_receipt.verify(nonsense, public_key())


def test_it_holds_the_exact_text_and_every_field_of_the_answer(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada, "research.hmb")
    body = receipt(event)["receipt"]
    text = texts.text("research.hmb")
    assert texts.hash_of(body["text"]["content"]) == body["text"]["sha256"] == event.template_hash
    assert (body["duo"], body["purpose"], body["recipient"]) == (
        "DUO:0000006", text.legal.purpose, text.legal.recipient,
    )  # fmt: skip
    assert body["expires_at"] is not None
    assert body["signer"]["capacity"] == "self"
    assert body["comprehension"]["passed"] is True
    assert body["ledger_seal"] == event.seal


def test_it_names_nobody_and_two_receivers_cannot_compare(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    written = json.dumps(receipt(event))
    for known in (
        clinic.ada.subject,
        clinic.ada.pk,
        clinic.ada_user.pk,
        clinic.ada.family_name,
        clinic.ada_user.email,
    ):
        assert str(known) not in written
    assert pseudonym(event, "registry") != pseudonym(event, "biobank")
    later = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert pseudonym(event, "registry") == pseudonym(later, "registry")


def everything_in(pdf: bytes) -> bytes:
    """The file with its packed parts unpacked."""
    found = pdf
    for packed in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found += zlib.decompress(packed)
        except zlib.error:
            found += packed
    return found


def test_the_paper_is_tagged_and_names_nobody_in_its_properties(clinic: Clinic, client: Client) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    pdf = client.get(reverse("consent:receipt_pdf", args=[event.id])).content
    assert pdf.startswith(b"%PDF-") and b"pdfuaid" in everything_in(pdf)
    properties = everything_in(pdf).split(b"<x:xmpmeta")[1].split(b"</x:xmpmeta>")[0]
    assert b"Receipt" in properties
    pdf = properties
    for known in (clinic.ada.family_name, clinic.ada_user.email, str(clinic.ada.subject)):
        assert known.encode() not in pdf
    event = actions.withdraw(clinic.ada_user, clinic.ada, "pgx")
    assert client.get(reverse("consent:effect_pdf", args=[event.id])).content.startswith(b"%PDF-")


def test_the_paper_reads_no_file_and_no_network() -> None:
    for address in ("file:///etc/passwd", "http://localhost/", str(Path(settings.ROOT / "manage.py").as_uri())):
        with pytest.raises(paper.FetchRefused):
            paper._fetch(address)


def test_nobody_else_gets_the_receipt(clinic: Clinic) -> None:
    event = say_yes(clinic.ada_user, clinic.ada)
    for name, user in clinic.everyone().items():
        stranger = Client()
        stranger.force_login(user)
        expected = 200 if name == "ada" else 404
        assert stranger.get(reverse("consent:receipt", args=[event.id])).status_code == expected


def test_the_clinics_key_is_kept_for_its_owner_only(clinic: Clinic) -> None:
    receipt(say_yes(clinic.ada_user, clinic.ada))
    for name in ("receipts.pem", "ledger.key"):
        assert (Path(settings.CONSENT_KEYS) / name).stat().st_mode & 0o077 == 0
