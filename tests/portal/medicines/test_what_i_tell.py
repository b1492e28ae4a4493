"""What a patient tells about themselves: sealed, theirs to change, seen by who treats them and nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from portal.access.decide import Denied
from portal.access.models import AccessEvent
from portal.medicines.names import close_to, find, folded, medicines
from portal.record import actions as record
from portal.record.models import BodyFact, BodyPart, ListedMedicine, Reaction, ReactionKind, Said
from portal.record.queries import told_by
from tests.people import Clinic, make_clinic
from tests.portal.medicines.conftest import client


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


def test_a_medicine_is_listed_by_its_name_once(clinic: Clinic) -> None:
    ada = client(clinic.ada_user)
    for typed in ("Omeprazole", "omeprazole 20 mg"):
        assert ada.post(reverse("medicines:mine"), {"name": typed}).status_code == 302
    row = ListedMedicine.objects.get()
    row.patient = clinic.ada
    assert (row.code, row.name) == ("omeprazole", "Omeprazole")
    page = ada.get(reverse("medicines:mine")).content.decode()
    assert "RxNorm 7646" in page and "ATC A02BC01" in page


def test_a_close_name_is_offered_and_what_was_typed_can_be_kept(clinic: Clinic) -> None:
    ada = client(clinic.ada_user)
    offered = ada.post(reverse("medicines:mine"), {"name": "omeprasole"})
    assert offered.status_code == 422 and b"Do you mean one of these?" in offered.content
    assert not ListedMedicine.objects.exists()
    ada.post(reverse("medicines:mine"), {"name": "omeprasole", "as_typed": "1"})
    page = ada.get(reverse("medicines:mine")).content.decode()
    assert told_by(clinic.ada).medicines[0].code == "" and "We do not know this name" in page


def test_each_item_can_be_put_right(clinic: Clinic) -> None:
    ada = client(clinic.ada_user)
    for name, reason in (("omeprazole", "stopped"), ("warfarin", "wrong")):
        row = record.list_medicine(clinic.ada_user, clinic.ada, name, find(name))
        assert ada.post(reverse("medicines:mine"), {reason: str(row.pk)}).status_code == 302
        assert AccessEvent.objects.filter(action="write.listed_medicine", reason=reason).exists()
    assert not ListedMedicine.objects.exists()
    harmed = record.note_reaction(
        clinic.ada_user, clinic.ada, ReactionKind.ALLERGY, "latex", "a rash", code=find("latex")
    )
    assert b"latex" in ada.get(reverse("medicines:reactions")).content.lower()
    ada.post(reverse("medicines:reactions"), {"wrong": str(harmed.pk)})
    assert not Reaction.objects.exists()


def test_somebody_elses_item_cannot_be_taken_off(clinic: Clinic) -> None:
    row = record.list_medicine(clinic.ada_user, clinic.ada, "omeprazole", find("omeprazole"))
    harmed = record.note_reaction(clinic.ada_user, clinic.ada, ReactionKind.ALLERGY, "latex", code=find("latex"))
    ben = client(clinic.ben_user)
    ben.post(reverse("medicines:mine"), {"wrong": str(row.pk)})
    ben.post(reverse("medicines:reactions"), {"wrong": str(harmed.pk)})
    assert ListedMedicine.objects.count() == Reaction.objects.count() == 1


def test_not_answered_is_not_no(clinic: Clinic) -> None:
    ada = client(clinic.ada_user)
    assert told_by(clinic.ada).not_said == tuple(BodyPart)
    ada.post(reverse("medicines:body"), {"pregnancy": "no", "kidneys": "do_not_know", "liver": ""})
    told = told_by(clinic.ada)
    assert {part: fact.said for part, fact in told.body.items()} == {"pregnancy": "no", "kidneys": "do_not_know"}
    assert told.not_said == (BodyPart.LIVER,)
    ada.post(reverse("medicines:body"), {"pregnancy": "", "kidneys": "do_not_know", "liver": ""})
    assert set(told_by(clinic.ada).body) == {"kidneys"}, "an answer that is taken back was never given"
    refused = ada.post(reverse("medicines:body"), {"pregnancy": "reduced"})
    assert refused.status_code == 422 and set(told_by(clinic.ada).body) == {"kidneys"}
    with pytest.raises(record.NotTaken):
        record.tell_about_body(clinic.ada_user, clinic.ada, {"pregnancy": Said.REDUCED})


def test_nothing_of_it_lies_in_plain(clinic: Clinic) -> None:
    record.list_medicine(clinic.ada_user, clinic.ada, "omeprazole", find("omeprazole"))
    record.note_reaction(
        clinic.ada_user, clinic.ada, ReactionKind.ALLERGY, "omeprazole", "blue-heron-rash", code=find("omeprazole")
    )
    record.tell_about_body(clinic.ada_user, clinic.ada, {BodyPart.KIDNEYS: Said.REDUCED})
    with connection.cursor() as cursor:
        for model in (ListedMedicine, Reaction, BodyFact):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            kept = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            for word in ("omeprazole", "blue-heron", "allergy", "reduced"):
                assert word not in kept, model


def test_the_team_looks_and_nobody_else(clinic: Clinic) -> None:
    record.list_medicine(clinic.ada_user, clinic.ada, "omeprazole", find("omeprazole"))
    record.note_reaction(
        clinic.ada_user, clinic.ada, ReactionKind.REACTION, "codeine", "could not breathe", code=find("codeine")
    )
    address = reverse("medicines:of_patient", args=[clinic.ada.pk])
    for member in (clinic.clinician, clinic.counsellor):
        page = client(member).get(address).content.decode()
        assert "omeprazole" in page and "could not breathe" in page and "Nobody has checked them" in page
    assert AccessEvent.objects.filter(action="read.listed_medicine", actor=clinic.clinician).count() == 1
    for other in (clinic.ben_user, clinic.ada_user, clinic.other_clinician, clinic.laboratory_user, clinic.operator):
        assert client(other).get(address).status_code == 404
    for member in (clinic.clinician, clinic.ben_user):
        with pytest.raises(Denied):
            record.list_medicine(member, clinic.ada, "warfarin", find("warfarin"))
        with pytest.raises(Denied):
            record.tell_about_body(member, clinic.ada, {})


def test_a_list_has_an_end_and_a_name_a_length(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST_ROWS", 1)
    record.list_medicine(clinic.ada_user, clinic.ada, "omeprazole", find("omeprazole"))
    sent = client(clinic.ada_user).post(reverse("medicines:mine"), {"name": "warfarin"})
    assert sent.status_code == 422 and b"The list may be full" in sent.content
    for typed in ("", "  \u202e ", "x" * 121):
        with pytest.raises(record.NotTaken):
            record.list_medicine(clinic.ada_user, clinic.ada, typed, find(typed))


@pytest.mark.pure
def test_every_name_of_ours_finds_its_own_medicine() -> None:
    for language in ("en", "es"):
        for code, medicine in medicines(language).items():
            assert find(medicine.name) == find(code.upper()) == code
    assert find("omeprazol") == "omeprazole" and find("") == find("mg") == ""
    assert len({folded(medicine.name) for medicine in medicines("es").values()}) == len(medicines("es"))


@pytest.mark.pure
def test_close_names_are_offered_never_taken() -> None:
    assert find("clomipramin") == "" and "clomipramine" in [one.code for one in close_to("clomipramin", "en")]
    assert close_to("zzzzzz", "en") == []


def test_the_pages_speak_spanish(clinic: Clinic) -> None:
    ada = client(clinic.ada_user)
    ada.post(reverse("medicines:mine"), {"name": "omeprazol"})
    for page, words in (
        ("mine", "Ya no la tomo"),
        ("ask", "¿Puedo tomar …?"),
        ("reactions", "Alergias y malas reacciones"),
        ("body", "¿Cómo van sus riñones?"),
        ("card", "Hacer una tarjeta de bolsillo"),
    ):
        assert words in ada.get(reverse(f"medicines:{page}"), headers={"accept-language": "es"}).content.decode()
