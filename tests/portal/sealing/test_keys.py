"""Keys: erasing is destroying one; none stays in memory beyond its request or task; none seals after a roll-back."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from celery import shared_task
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from portal.sealing import register, scope
from portal.sealing.errors import PersonErased, SealBroken
from portal.sealing.fields import Erased
from portal.sealing.keys import destroy, is_erased, reconcile_register
from portal.sealing.models import PersonKey
from portal.sealing.scope import held_keys
from tests.portal.sealing.letters.models import Letter, Person
from tests.portal.sealing.test_fields import ada, stored

# --- erasure ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_erased_person_reads_as_erased_and_nobody_else_does() -> None:
    person, other = ada(number="1"), ada(name="Bert", number="2")
    letter = Letter.objects.create(person=person, text="text", answers={"a": 1})
    assert not is_erased(person.subject)
    at = destroy(person.subject)
    assert is_erased(person.subject)
    assert destroy(person.subject) == at
    again = Letter.objects.get(pk=letter.pk)
    for value in (again.text, again.answers, again.other, again.person.name, again.person.born, again.person.number):
        assert isinstance(value, Erased)
        assert value != ""
        assert value is not None
        assert "bytes)" in repr(value)
        assert str(value) == "—"
    assert Person.objects.get(pk=other.pk).name == "Bert"
    assert Person.objects.get(number_lookup="2").pk == other.pk


@pytest.mark.django_db
def test_keys_already_held_are_let_go_when_destroyed() -> None:
    person = ada()
    with held_keys():
        assert Person.objects.get(pk=person.pk).name == "Ada Møller"
        with held_keys():
            destroy(person.subject)
        assert isinstance(Person.objects.get(pk=person.pk).name, Erased)


@pytest.mark.django_db
def test_a_row_of_an_erased_person_can_be_saved_and_keeps_its_bytes() -> None:
    letter = Letter.objects.create(person=ada(), text="text")
    before = stored(letter, "text")
    destroy(letter.person.subject)
    again = Letter.objects.get(pk=letter.pk)
    assert isinstance(again.text, Erased)
    again.title = "closed"
    again.full_clean(exclude=["content"])
    again.save()
    assert stored(letter, "text") == before
    assert Letter.objects.get(pk=letter.pk).title == "closed"


@pytest.mark.django_db
def test_nothing_new_is_sealed_for_an_erased_person() -> None:
    person = ada()
    destroy(person.subject)
    with pytest.raises(PersonErased), transaction.atomic():
        Letter.objects.create(person=person, text="new")
    person.name = "new"
    with pytest.raises(PersonErased), transaction.atomic():
        person.save()
    assert Letter.objects.count() == 0


@pytest.mark.django_db
def test_someone_without_a_key_can_be_erased_before_one_is_made() -> None:
    subject = uuid.uuid4()
    destroy(subject)
    with pytest.raises(PersonErased), transaction.atomic():
        ada(subject=subject)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_erases_nobody(places: Path) -> None:
    person = ada()
    with pytest.raises(RuntimeError), transaction.atomic():
        destroy(person.subject)
        assert isinstance(Person.objects.get(pk=person.pk).name, Erased)
        raise RuntimeError
    assert Person.objects.get(pk=person.pk).name == "Ada Møller"
    assert register.destroyed() == {}


@pytest.mark.django_db(transaction=True)
def test_a_key_row_brought_back_is_not_used(places: Path) -> None:
    person = ada()
    row = PersonKey.objects.get(subject=person.subject)
    destroy(person.subject)
    assert set(register.destroyed()) == {person.subject}
    row.save()  # as a restored backup would
    assert isinstance(Person.objects.get(pk=person.pk).name, Erased)
    assert reconcile_register() == 1
    assert PersonKey.objects.get(subject=person.subject).wrapped is None
    assert reconcile_register() == 0


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_register_was_written_is_made_good(places: Path) -> None:
    person = ada()
    PersonKey.objects.filter(subject=person.subject).update(wrapped=None, destroyed_at=timezone.now())
    assert reconcile_register() == 1
    assert set(register.destroyed()) == {person.subject}


def test_a_line_cut_short_by_a_crash_is_written_anew_and_a_wrong_one_is_loud(places: Path) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    file = places / "destroyed-keys"
    register.note(first, timezone.now())
    file.write_text(file.read_text() + str(second)[:20])
    assert set(register.destroyed()) == {first}
    register.note(second, timezone.now())
    assert set(register.destroyed()) == {first, second}
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("who knows\n")
    with pytest.raises(SealBroken):
        register.destroyed()


# --- how long a key stays --------------------------------------------------------------------------


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("".join(letter.text for letter in Letter.objects.select_related("person")))


def failing(request: HttpRequest) -> HttpResponse:
    view(request)
    raise RuntimeError


def streaming(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(letter.text for letter in Letter.objects.select_related("person"))


urlpatterns = [path("view/", view), path("failing/", failing), path("streaming/", streaming)]


def key_queries(captured: CaptureQueriesContext) -> int:
    return sum("sealing_personkey" in query["sql"] for query in captured.captured_queries)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/view/", "/failing/", "/streaming/"])
def test_a_request_fetches_a_key_once_and_lets_it_go(address: str) -> None:
    person = ada()
    for number in range(3):
        Letter.objects.create(person=person, text=f"[{number}]")
    client = Client(raise_request_exception=False)
    for _ in range(2):  # the second request starts with nothing
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            content = response.getvalue()
        assert key_queries(captured) == 1
        assert scope.current() is None
        assert response.status_code == 500 or sorted(content.decode().split("]")) == ["", "[0", "[1", "[2"]


@shared_task
def read_all() -> str:
    assert scope.current() is not None
    return "".join(letter.text for letter in Letter.objects.select_related("person"))


@pytest.mark.django_db
def test_a_task_fetches_a_key_once_and_lets_it_go() -> None:
    person = ada()
    for _ in range(3):
        Letter.objects.create(person=person, text="x")
    with CaptureQueriesContext(connection) as captured:
        assert read_all.apply().get() == "xxx"
    assert key_queries(captured) == 1
    assert scope.current() is None


@pytest.mark.django_db
def test_outside_a_stretch_no_key_is_kept() -> None:
    person = ada()
    with CaptureQueriesContext(connection) as captured:
        for _ in range(3):
            _ = Person.objects.get(pk=person.pk).name
    assert key_queries(captured) == 3


# --- roll-backs ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outer", [False, True])
def test_a_key_whose_row_was_rolled_back_seals_nothing(outer: bool) -> None:
    subject = uuid.uuid4()

    def fail_then_make() -> Person:
        with pytest.raises(RuntimeError), transaction.atomic():
            ada(subject=subject)
            raise RuntimeError
        return ada(subject=subject)

    with held_keys():
        if outer:
            with transaction.atomic():
                person = fail_then_make()
        else:
            person = fail_then_make()
    assert Person.objects.get(pk=person.pk).name == "Ada Møller"


@pytest.mark.django_db(transaction=True)
def test_a_key_first_read_inside_the_failed_transaction_is_not_kept_either() -> None:
    subject = uuid.uuid4()
    with held_keys():
        with pytest.raises(RuntimeError), transaction.atomic():
            with transaction.atomic():
                ada(subject=subject)
            _ = Person.objects.get(subject=subject).name
            with transaction.atomic():
                ada(name="Bert")
            raise RuntimeError
        person = ada(subject=subject)
    assert Person.objects.get(pk=person.pk).name == "Ada Møller"


@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_fetches_each_key_once() -> None:
    people = [ada() for _ in range(3)]
    with held_keys(), transaction.atomic(), CaptureQueriesContext(connection) as captured:
        for _ in range(4):
            for person in people:
                _ = Person.objects.get(pk=person.pk).name
    assert key_queries(captured) == 3


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_a_transaction_is_kept_once_committed() -> None:
    with held_keys():
        with transaction.atomic():
            person = ada()
        with CaptureQueriesContext(connection) as captured:
            _ = Person.objects.get(pk=person.pk).name
    assert key_queries(captured) == 0


def test_what_is_held_shows_no_key() -> None:
    held: Any = scope.Held(None)
    assert repr(held) == "Held(0 keys)"
