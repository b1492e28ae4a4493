"""Look-up fields: a sealed value is found by what people would call the same value, and by nothing else."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction

from portal.sealing.errors import SealRefused
from portal.sealing.keys import destroy
from portal.sealing.lookup import digest
from tests.portal.sealing.letters.models import Person
from tests.portal.sealing.test_fields import ada

pytestmark = pytest.mark.django_db


def hashes() -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number_lookup FROM letters_person")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("typed", ["AB 12", "ab 12", "  ab   12 ", "ＡＢ\u00a012", "Ab\t12"])
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    person = ada(number="AB 12")
    assert Person.objects.get(number_lookup=typed).pk == person.pk
    assert Person.objects.filter(number_lookup__in=["x", typed]).exists()


@pytest.mark.parametrize("typed", ["AB12", "AB 1", "AB 123", "", "%"])
def test_another_number_finds_nobody(typed: str) -> None:
    ada(number="AB 12")
    assert not Person.objects.filter(number_lookup=typed).exists()


def test_the_column_holds_a_hash_of_its_own() -> None:
    ada(number="AB 12")
    (shown,) = hashes()
    assert shown is not None
    assert len(shown) == 44
    assert digest("AB 12", "elsewhere") != shown  # the same value in another column does not show as the same


def test_two_people_cannot_have_one_number() -> None:
    ada(number="AB 12")
    with pytest.raises(IntegrityError), transaction.atomic():
        ada(number=" ab 12")
    ada(number=None)
    ada(number="")
    assert Person.objects.filter(number_lookup__isnull=True).count() == 2


def test_a_changed_number_is_found_and_the_old_one_is_not() -> None:
    person = ada(number="old")
    person.number = "new"
    with pytest.raises(SealRefused):
        person.save(update_fields=["number"])
    person.save(update_fields=["number", "number_lookup"])
    assert Person.objects.get(number_lookup="new").pk == person.pk
    assert not Person.objects.filter(number_lookup="old").exists()


@pytest.mark.parametrize("lookup", ["contains", "startswith", "gt", "regex", "iexact"])
def test_only_exact_look_ups_are_possible(lookup: str) -> None:
    with pytest.raises(FieldError):
        Person.objects.filter(**{f"number_lookup__{lookup}": "a"}).exists()


def test_nobody_is_found_by_the_number_of_someone_erased() -> None:
    person, other = ada(number="1"), ada(number="2")
    before = set(hashes())
    destroy(person.subject)
    assert not Person.objects.filter(number_lookup="1").exists()
    assert Person.objects.get(number_lookup="2").pk == other.pk
    assert len(before & set(hashes())) == 1
    again = Person.objects.get(pk=person.pk)
    again.save()
    assert not Person.objects.filter(number_lookup="1").exists()
    ada(subject=uuid.uuid4(), number="1")  # the number is free again
