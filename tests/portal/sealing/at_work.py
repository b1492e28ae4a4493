"""What a process of an installation does in the checks: `python -m tests.portal.sealing.at_work ACT ARGUMENT…`."""

from __future__ import annotations

import datetime
import sys
import threading
import uuid

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from portal.sealing.keys import destroy, reconcile_register  # noqa: E402
from portal.sealing.scope import held_keys  # noqa: E402
from tests.portal.sealing.letters.models import Letter, Numbered, Person  # noqa: E402

BORN = datetime.date(2001, 2, 3)


def fill(people: str) -> None:
    """Ten sealed fields a person: two of their own, four in each of two letters."""
    with held_keys(), transaction.atomic():
        for number in range(int(people)):
            person = Person.objects.create(name=f"person {number}", born=BORN, number=f"n {number}")
            Letter.objects.bulk_create(
                Letter(
                    person=person, title=str(turn), text=f"text {number}", other="o", answers=[number], scan=b"scan"
                )
                for turn in range(2)
            )


def count() -> None:
    """Prints how many sealed fields read as they were written, and how many do not."""
    good = bad = 0
    with held_keys():
        for person in Person.objects.iterator():
            number = int(person.name.split()[1])
            expected = [(person.born, BORN), (person.number, f"n {number}")]
            found = Person.objects.get(number_lookup=f"N {number}")
            expected.append((found.pk, person.pk))
            for letter in person.letter_set.all():
                letter.person = person
                expected += [(letter.text, f"text {number}"), (letter.other, "o"), (letter.answers, [number])]
                expected.append((letter.scan, b"scan"))
            good += sum(value == wanted for value, wanted in expected)
            bad += sum(value != wanted for value, wanted in expected)
    print(good, bad)


def erase(subject: str) -> None:
    with transaction.atomic():
        destroy(uuid.UUID(subject))


def look(subject: str) -> None:
    """Prints how each sealed value of a person reads: its type's name."""
    for person in Person.objects.filter(subject=subject):
        print(type(person.name).__name__, type(person.born).__name__)
        for letter in person.letter_set.all():
            print(*(type(value).__name__ for value in (letter.text, letter.other, letter.answers, letter.scan)))


def reconcile() -> None:
    print(reconcile_register())


def in_threads(number: str) -> None:
    """Many threads make the same person's first key, then read and write side by side; prints what went wrong."""
    subject = uuid.uuid4()
    barrier = threading.Barrier(int(number))
    wrong: list[object] = []

    def work(mine: int) -> None:
        try:
            barrier.wait()
            Numbered.objects.create(mark=f"m{mine}", subject=subject, text=f"text {mine}")
            person = Person.objects.create(name=f"person {mine}")
            with held_keys():
                for turn in range(10):
                    letter = Letter.objects.create(person=person, text=f"{mine} {turn}")
                    again = Letter.objects.select_related("person").get(pk=letter.pk)
                    if (again.text, again.person.name) != (f"{mine} {turn}", f"person {mine}"):
                        wrong.append(again.pk)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(int(number))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong += [row.mark for row in Numbered.objects.all() if row.text != f"text {row.mark[1:]}"]
    print(wrong, Letter.objects.count())


ACTS = {
    "fill": fill,
    "count": count,
    "erase": erase,
    "look": look,
    "reconcile": reconcile,
    "in_threads": in_threads,
}

if __name__ == "__main__":
    ACTS[sys.argv[1]](*sys.argv[2:])
