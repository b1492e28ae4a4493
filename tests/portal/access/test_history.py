"""Every change of every row about a person is noted by the database itself, whichever way it is made."""

from __future__ import annotations

import datetime
import json
import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.db import connection, transaction

from portal.access import triggers
from portal.access.matrix import RESOURCES
from portal.access.models import RowHistory
from portal.people.models import Laboratory, Patient, Role
from tests.people import care, make_clinic, make_patient, make_user

pytestmark = pytest.mark.django_db


def noted(model: str, since: int = 0) -> list[tuple[str, str, list[str]]]:
    rows = RowHistory.objects.filter(model=model, sequence__gt=since)
    return [(row.operation, row.row, row.changed) for row in rows]


def latest() -> int:
    row = RowHistory.objects.order_by("-sequence").first()
    return row.sequence if row else 0


def test_what_is_added_changed_and_removed_by_the_program_is_noted() -> None:
    patient = make_patient()
    before = latest()
    patient.given_name = "Adele"
    patient.save()
    patient.save()
    assert noted("people.Patient", before) == [("update", patient.pk.hex, ["given_name"])], "and no change, no note"
    before, key = latest(), patient.pk.hex
    patient.delete()
    (operation, row, changed) = noted("people.Patient", before)[0]
    assert (operation, row) == ("delete", key)
    assert "birth_date" in changed


def test_changes_in_bulk_are_noted_row_by_row() -> None:
    patients = [make_patient() for _ in range(3)]
    before = latest()
    Patient.objects.update(language="es")
    assert len(noted("people.Patient", before)) == 3
    before = latest()
    for patient in patients:
        patient.made_up = True
    Patient.objects.bulk_update(patients, ["made_up"])
    assert [changed for _what, _row, changed in noted("people.Patient", before)] == [["made_up"]] * 3
    before = latest()
    Laboratory.objects.bulk_create([Laboratory(name=f"L{number}") for number in range(4)])
    assert [what for what, _row, _changed in noted("people.Laboratory", before)] == ["insert"] * 4
    before = latest()
    Laboratory.objects.all().delete()
    assert [what for what, _row, _changed in noted("people.Laboratory", before)] == ["delete"] * 4


def test_what_is_written_past_the_program_is_noted() -> None:
    patient = make_patient()
    before = latest()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_patient SET birth_date = given_name, language = 'es'")
        cursor.execute("UPDATE people_patient SET account_id = NULL")
        cursor.execute("DELETE FROM people_patient")
    assert [(what, changed) for what, _row, changed in noted("people.Patient", before)][:2] == [
        ("update", ["birth_date", "language"]),
        ("update", ["account_id"]),
    ]
    assert [what for what, _row, _changed in noted("people.Patient", before)] == ["update", "update", "delete"]
    assert not Patient.objects.filter(pk=patient.pk).exists()


def test_what_is_removed_along_with_something_else_is_noted() -> None:
    relationship = care(make_user(Role.CLINICIAN), make_patient())
    before = latest()
    relationship.patient.delete()
    assert [what for what, _row, _changed in noted("people.CareRelationship", before)] == ["delete"]


def test_emptying_a_table_is_noted_or_refused() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is noted row by row")
    before = latest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_carerelationship")
    assert [what for what, _row, _changed in noted("people.CareRelationship", before)] == ["truncate"]


def test_each_note_continues_where_the_last_one_ended() -> None:
    patient = make_patient()
    for language in ("es", "fr", "de"):
        Patient.objects.filter(pk=patient.pk).update(language=language)
    notes = list(RowHistory.objects.filter(model="people.Patient", row=patient.pk.hex))
    assert [note.operation for note in notes] == ["insert", "update", "update", "update"]
    for earlier, later in pairwise(notes):
        assert later.before == earlier.after != ""
    assert all(re.fullmatch(r"[0-9a-f]{64}", note.after) for note in notes)


def test_a_note_holds_no_value_of_the_row() -> None:
    patient = make_patient("Canarina", "Finchley", birth_date=datetime.date(1911, 11, 11), record_number="R-CANARY")
    patient.given_name = "Canarella"
    patient.save()
    text = json.dumps(list(RowHistory.objects.values("model", "row", "operation", "changed", "before", "after")))
    for canary in ("Canar", "Finchley", "1911", "R-CANARY"):
        assert canary not in text


def test_a_change_that_is_rolled_back_leaves_no_note() -> None:
    patient = make_patient()
    before = latest()
    with transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(language="es")
        transaction.set_rollback(True)
    assert noted("people.Patient", before) == []


def test_every_model_about_a_person_is_watched() -> None:
    watched = {model._meta.label for model in triggers.watched()}
    assert {resource.model for resource in RESOURCES} - watched == triggers.NOT_WATCHED
    assert triggers.missing(connection) == []
    make_clinic()
    seen = set(RowHistory.objects.values_list("model", flat=True))
    for label in ("people.Patient", "results.ResultFile", "results.Finding", "reports.Report", "delivery.Release"):
        assert label in seen


def test_a_column_that_a_migration_adds_is_watched_from_then_on() -> None:
    """What `migrate` does on SQLite, where a table is rebuilt: lift, change, put in force."""
    make_patient()
    with transaction.atomic():
        triggers.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE people_laboratory ADD COLUMN wing varchar(10)")
        model = apps.get_model("people", "Laboratory")
        field = type(model._meta.get_field("phone"))(max_length=10, null=True)
        field.set_attributes_from_name("wing")
        model._meta.local_fields.append(field)
        model._meta._expire_cache()
        try:
            triggers.install(connection)
            before = latest()
            Laboratory.objects.create(name="L")
            with connection.cursor() as cursor:
                cursor.execute("UPDATE people_laboratory SET wing = 'east'")
            assert noted("people.Laboratory", before)[-1][2] == ["wing"]
        finally:
            model._meta.local_fields.remove(field)
            model._meta._expire_cache()
            transaction.set_rollback(True)
