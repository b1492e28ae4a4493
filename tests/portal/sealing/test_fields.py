"""Sealed fields: what goes in comes out, on every way in and out, and nothing plain reaches the database."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from portal.sealing.errors import SealBroken, SealRefused
from portal.sealing.fields import Sealed, SealedDateField, SealedJSONField, SealedTextField
from portal.sealing.scope import held_keys
from tests.portal.sealing.letters.models import Letter, Numbered, Person

pytestmark = pytest.mark.django_db

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
QUICK = examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BORN = datetime.date(1958, 3, 9)


def ada(**fields: Any) -> Person:
    return Person.objects.create(**{"name": "Ada Møller", "born": BORN, **fields})


def stored(row: models.Model, column: str) -> bytes:
    """The column's bytes, read past the fields."""
    meta = row._meta
    pk = meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {meta.db_table} WHERE {meta.pk.column} = %s", [pk])
        return bytes(cursor.fetchone()[0])


def put(row: models.Model, column: str, content: bytes | None) -> None:
    """Writes the column's bytes, past the fields: what someone with the database in their hands can do."""
    meta = row._meta
    pk = meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {meta.db_table} SET {column} = %s WHERE {meta.pk.column} = %s", [content, pk])


# --- round trips -----------------------------------------------------------------------------------


def test_what_is_saved_is_read_again_and_the_column_shows_nothing_of_it() -> None:
    person = ada()
    again = Person.objects.get(pk=person.pk)
    assert (again.name, again.born) == ("Ada Møller", BORN)
    assert "Møller".encode() not in stored(person, "name")
    assert b"1958" not in stored(person, "born")


@QUICK
@given(text=st.text(), answers=JSON, scan=st.binary(max_size=2000))
def test_any_text_json_and_bytes_come_back_as_they_were(text: str, answers: Any, scan: bytes) -> None:
    with held_keys():
        letter = Letter.objects.create(person=ada(), text=text, answers=answers, scan=scan)
        again = Letter.objects.get(pk=letter.pk)
        assert (again.text, again.answers, again.scan) == (text, answers, scan)


@QUICK
@given(st.dates())
def test_any_date_comes_back_as_it_was(born: datetime.date) -> None:
    with held_keys():
        assert Person.objects.get(pk=ada(born=born).pk).born == born


def test_nothing_is_a_value_too_and_differs_from_empty() -> None:
    person = ada(born=None)
    letter = Letter.objects.create(person=person, text="", other=None)
    again = Letter.objects.get(pk=letter.pk)
    assert again.text == ""
    assert again.other is None
    assert Person.objects.get(pk=person.pk).born is None
    assert len(stored(letter, "other")) > 28  # sealed, not NULL


def test_the_same_value_never_looks_the_same_twice() -> None:
    person = ada()
    first, second = (Letter.objects.create(person=person, text="same") for _ in range(2))
    assert stored(first, "text") != stored(second, "text")


def test_every_way_of_reading_and_writing_works() -> None:
    person = ada()
    Letter.objects.bulk_create([Letter(person=person, text=f"letter {n}", answers=[n]) for n in range(5)])
    read = Letter.objects.select_related("person").order_by("id")
    assert sorted(letter.text for letter in read) == [f"letter {n}" for n in range(5)]
    assert sorted(letter.text for letter in Letter.objects.only("id")) == [f"letter {n}" for n in range(5)]
    assert sorted(letter.answers[0] for letter in Letter.objects.defer("answers")) == list(range(5))

    letter = read[0]
    letter.text = "changed"
    letter.save(update_fields=["text"])
    letter.text = "unsaved"
    letter.refresh_from_db()
    assert letter.text == "changed"
    letter.answers.append("in place")
    letter.save()
    assert Letter.objects.get(pk=letter.pk).answers[-1] == "in place"
    made, created = Letter.objects.update_or_create(pk=letter.pk, defaults={"text": "again"})
    assert (created, Letter.objects.get(pk=made.pk).text) == (False, "again")
    assert Letter.objects.get(pk=letter.pk).answers[-1] == "in place"  # what was not read is kept


def test_a_row_saved_without_reading_keeps_its_bytes() -> None:
    letter = Letter.objects.create(person=ada(), text="as it was")
    before = stored(letter, "text")
    again = Letter.objects.get(pk=letter.pk)
    again.title = "new"
    again.save()
    assert stored(letter, "text") == before


def test_a_key_given_as_text_binds_like_the_key_it_stands_for() -> None:
    pk, subject = str(uuid.uuid4()), str(uuid.uuid4())
    Person.objects.create(pk=pk, subject=subject, name="Ada")
    assert Person.objects.get(pk=pk).name == "Ada"


def test_a_row_numbered_by_the_database_holds_to_another_unique_field() -> None:
    row = Numbered.objects.create(mark="n-1", subject=uuid.uuid4(), text="Hello")
    assert Numbered.objects.get(pk=row.pk).text == "Hello"
    Numbered.objects.filter(pk=row.pk).update(mark="n-2")
    with pytest.raises(SealBroken):
        _ = Numbered.objects.get(pk=row.pk).text


# --- what cannot work says so ----------------------------------------------------------------------


@pytest.mark.parametrize("lookup", ["name", "name__exact", "name__in", "name__icontains", "name__isnull", "name__x"])
def test_looking_up_a_sealed_field_raises(lookup: str) -> None:
    with pytest.raises(FieldError):
        list(Person.objects.filter(**{lookup: ["Ada"]}))


def test_writing_plain_values_past_the_row_raises_and_changes_nothing() -> None:
    person = ada()
    with pytest.raises(SealRefused), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(name="Eve")
    person.name = "Eve"
    with pytest.raises(SealRefused), transaction.atomic():
        Person.objects.bulk_update([person], ["name"])
    assert Person.objects.get(pk=person.pk).name == "Ada Møller"


def test_one_column_copied_into_another_does_not_open() -> None:
    letter = Letter.objects.create(person=ada(), text="one", other="two")
    Letter.objects.filter(pk=letter.pk).update(other=F("text"))
    with pytest.raises(SealBroken):
        _ = Letter.objects.get(pk=letter.pk).other


def test_values_give_tokens_that_show_nothing() -> None:
    ada()
    (token,) = Person.objects.values_list("name", flat=True)
    assert isinstance(token, Sealed)
    assert repr(token) == f"Sealed({len(token.content)} bytes)"


@pytest.mark.parametrize("wrong", [{"name": None}, {"name": 3}, {"subject": None}, {"born": "9 March"}])
def test_a_value_of_the_wrong_kind_or_of_nobody_is_not_stored(wrong: dict[str, Any]) -> None:
    with (
        pytest.raises(Exception, match=r"may not be empty|takes text|does not lead to a person|date"),
        transaction.atomic(),
    ):
        ada(**wrong)
    assert Person.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"a": BORN}, float("nan"), {1, 2}])
def test_what_json_cannot_say_is_refused(wrong: Any) -> None:
    with pytest.raises(SealRefused):
        Letter.objects.create(person=ada(), answers=wrong)


def test_sealed_fields_are_not_written_to_fixtures() -> None:
    from django.core import serializers

    ada()
    with pytest.raises(SealRefused):
        serializers.serialize("json", Person.objects.all())


def test_fields_that_cannot_be_sealed_are_found_by_check() -> None:
    class Wrong(models.Model):
        subject = models.UUIDField()
        text = SealedTextField(subject="subject", unique=True)

        class Meta:
            app_label = "letters_wrong"
            ordering = ["-text"]

    found = {error.id for error in Wrong._meta.get_field("text").check(databases=None)}
    assert {"sealing.E001", "sealing.E002", "sealing.E003"} <= found


def test_fields_are_rebuilt_by_migrations_as_they_were() -> None:
    for field in (
        SealedTextField(subject="a.b", max_length=80, blank=True),
        SealedJSONField(subject="a", row="mark", null=True),
        SealedDateField(subject="a", sealed_as="people_patient|born"),
    ):
        name, path, args, options = field.deconstruct()
        again = type(field)(*args, **options)
        assert again.deconstruct() == (name, path, args, options)
    json.dumps(options)


def test_a_renamed_table_reads_its_old_seals_when_told_the_old_name() -> None:
    person = ada()
    field = SealedTextField(subject="subject", sealed_as="letters_person|name")
    field.set_attributes_from_name("full_name")
    field.model = Letter  # any other table
    assert field.opened(person, Sealed(stored(person, "name"))) == "Ada Møller"
