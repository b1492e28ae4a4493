"""Switching a field over: a migration seals what a table already holds, and can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from portal.sealing.errors import PersonErased, SealBroken
from portal.sealing.fields import SealedJSONField, SealedTextField
from portal.sealing.keys import destroy
from portal.sealing.lookup import SealedLookupField
from portal.sealing.switching import opening_of, sealing_of

COLUMNS = {"plain_note": "note", "plain_number": "number"}
FIRST = [
    migrations.CreateModel(
        "Chart",
        [
            ("id", models.UUIDField(primary_key=True, default=uuid.uuid4)),
            ("subject", models.UUIDField()),
            ("note", models.JSONField(null=True)),
            ("number", models.CharField(max_length=30, default="")),
        ],
    ),
]
SWITCH = [
    migrations.RenameField("chart", "note", "plain_note"),
    migrations.RenameField("chart", "number", "plain_number"),
    migrations.AddField("chart", "note", SealedJSONField(subject="subject", null=True)),
    migrations.AddField("chart", "number", SealedTextField(subject="subject", null=True)),
    migrations.AddField("chart", "number_lookup", SealedLookupField(of="number", unique=True)),
]
SEAL = [
    migrations.RunPython(sealing_of("charts", "Chart", COLUMNS), opening_of("charts", "Chart", COLUMNS)),
]
DROP = [
    migrations.AlterField("chart", "number", SealedTextField(subject="subject")),
    migrations.RemoveField("chart", "plain_note"),
    migrations.RemoveField("chart", "plain_number"),
]


class Road:
    """Applies steps one migration at a time, as `migrate` does."""

    def __init__(self) -> None:
        self.state = ProjectState()
        self.walked: list[tuple[ProjectState, migrations.Migration]] = []

    def walk(self, operations: list[Any]) -> Apps:
        step = migrations.Migration("step", "charts")
        step.operations = operations
        before = self.state.clone()
        with connection.schema_editor() as editor:
            self.state = step.apply(self.state.clone(), editor)
        self.walked.append((before, step))
        return self.state.apps

    def back(self) -> Apps:
        before, step = self.walked.pop()
        with connection.schema_editor() as editor:
            step.unapply(before.clone(), editor)
        self.state = before
        return self.state.apps


@pytest.fixture
def road() -> Iterator[Road]:
    made = Road()
    made.walk(FIRST)
    yield made
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE charts_chart")


pytestmark = pytest.mark.django_db(transaction=True)


def test_existing_rows_are_sealed_found_and_can_be_opened_again(road: Road) -> None:
    chart = road.state.apps.get_model("charts", "Chart")
    rows = [chart.objects.create(subject=uuid.uuid4(), note={"n": n}, number=f"N{n}") for n in range(7)]
    rows.append(chart.objects.create(subject=uuid.uuid4(), note=None, number=""))
    chart = road.walk(SWITCH).get_model("charts", "Chart")
    with pytest.raises(SealBroken):  # between the steps a row is an error, not an empty value
        _ = chart.objects.get(pk=rows[0].pk).note
    road.walk(SEAL)
    chart = road.walk(DROP).get_model("charts", "Chart")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM charts_chart")
        content = b"|".join(str(cell).encode() if not isinstance(cell, bytes) else cell for cell in cursor.fetchone())
    assert b'"n"' not in content
    assert [chart.objects.get(pk=row.pk).note for row in rows] == [{"n": n} for n in range(7)] + [None]
    assert [chart.objects.get(pk=row.pk).number for row in rows] == [f"N{n}" for n in range(7)] + [""]
    assert chart.objects.get(number_lookup="n3").pk == rows[3].pk


def test_the_sealing_step_can_be_run_again_and_taken_back(road: Road) -> None:
    chart = road.state.apps.get_model("charts", "Chart")
    row = chart.objects.create(subject=uuid.uuid4(), note=[1], number="N1")
    road.walk(SWITCH)
    road.walk(SEAL)
    chart = road.walk(SEAL).get_model("charts", "Chart")
    chart.objects.update(plain_note=None, plain_number="")
    road.back()
    chart = road.back().get_model("charts", "Chart")
    again = chart.objects.get(pk=row.pk)
    assert (again.plain_note, again.plain_number) == ([1], "N1")


def test_it_is_not_taken_back_over_someone_erased(road: Road) -> None:
    chart = road.state.apps.get_model("charts", "Chart")
    row = chart.objects.create(subject=uuid.uuid4(), note=[1], number="N1")
    road.walk(SWITCH)
    road.walk(SEAL)
    destroy(row.subject)
    with pytest.raises(PersonErased):
        road.back()
